//! `/metrics`: everything that `docs/http.md` names is there, in a form that Prometheus reads.

use crate::vigie::Home;
use std::collections::{BTreeMap, BTreeSet};

/// Names in the documentation's chapter on `/metrics`.
fn documented() -> BTreeSet<&'static str> {
    let chapter = include_str!("../../../docs/http.md").split("## /metrics").nth(1).unwrap();
    let chapter = chapter.split("\n## ").next().unwrap();
    let words = chapter.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("vigie_")).collect()
}

/// The samples by their names and labels, and the kind of each family; fails on a line that is no sample.
fn parse(text: &str) -> (BTreeMap<String, f64>, BTreeMap<String, String>) {
    let (mut samples, mut kinds) = (BTreeMap::new(), BTreeMap::new());
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            let (name, kind) = head.split_once(' ').unwrap();
            assert!(kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} has two heads");
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
            assert!(samples.insert(name.to_owned(), value).is_none(), "{name} is there twice");
        }
    }
    (samples, kinds)
}

#[test]
fn every_metric_that_is_documented_is_there_and_well_formed() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    assert_eq!(vigie.write("d", "m,host=a v=1 1\nm,host=b v=1 1\nn v=1 1").status, 204);
    vigie.query("d", "SELECT v FROM m");
    let (samples, kinds) = parse(&vigie.get("/metrics").body);
    let is_elsewhere = |name: &str| {
        // The collector's and those of a handler come with these.
        name.starts_with("vigie_agent_")
            || ["vigie_alert_queued", "vigie_alert_dropped_total"].contains(&name)
    };
    let missing: Vec<&str> =
        documented().into_iter().filter(|name| !is_elsewhere(name) && !kinds.contains_key(*name)).collect();
    assert_eq!(missing, [""; 0]);
    assert!(documented().len() > 25);
    for (name, kind) in &kinds {
        let is_sample = |sample: &&String| sample.split('{').next() == Some(name);
        match kind.as_str() {
            "histogram" => {
                let count = samples[&format!("{name}_count")];
                assert!((samples[&format!("{name}_bucket{{le=\"+Inf\"}}")] - count).abs() < 0.5, "{name}");
                assert!(samples.contains_key(&format!("{name}_sum")), "{name}");
            }
            "counter" => assert!(name.ends_with("_total") && samples.keys().any(|s| is_sample(&s)), "{name}"),
            kind => assert!(kind == "gauge" && samples.keys().any(|s| is_sample(&s)), "{name} {kind}"),
        }
    }
    assert!(samples["vigie_measurement_series{measurement=\"m\"}"] >= 2.0, "{samples:?}");
    assert!(samples["vigie_wal_bytes"] > 0.0 && samples["vigie_wal_oldest_seconds"] > 0.0, "{samples:?}");
    assert!(samples["vigie_resident_bytes{kind=\"anonymous\"}"] > 1e6, "{samples:?}");
    for name in ["vigie_sync_seconds_count", "vigie_write_seconds_count", "vigie_query_seconds_count"] {
        assert!(samples[name] >= 1.0, "{name}: {samples:?}");
    }
}

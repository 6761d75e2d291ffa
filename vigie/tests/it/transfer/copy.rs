//! `vigie import --from`: a real InfluxDB 1.x and its copy answer the same.

use super::points::{self, Kinds};
use super::{command, run, seed};
use crate::influxd::Influxd;
use crate::vigie::{Home, Vigie, agent, query, reply};
use crate::wait;
use std::collections::BTreeSet;

/// The generated points lie in these weeks.
const WEEKS: [&str; 4] = ["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22"];

fn filled(test: &str, seed: u64, count: u64) -> Option<Influxd> {
    let influxd = Influxd::start(test)?;
    for statement in [
        "CREATE DATABASE plain",
        "CREATE DATABASE \"o d:d\" WITH DURATION INF REPLICATION 1 NAME \"main policy\"",
        "CREATE RETENTION POLICY further ON \"o d:d\" DURATION 5000w REPLICATION 1 SHARD DURATION 1d",
    ] {
        assert!(query(&influxd.url, "", statement)["results"][0]["error"].is_null(), "{statement}");
    }
    let both =
        [("plain", "autogen", seed), ("o+d%3Ad", "main+policy", seed + 1), ("o+d%3Ad", "further", seed + 2)];
    for (db, rp, seed) in both {
        let target = format!("{}/write?db={db}&rp={rp}", influxd.url);
        let written = reply(agent().post(target).send(points::lines(seed, count, Kinds::OfInfluxDb)));
        assert_eq!(written.status, 204, "{}", written.body);
    }
    Some(influxd)
}

/// Everything that can be asked about the points of both.
fn assert_equal(influxd: &Influxd, vigie: &Vigie, seed: u64) {
    for (db, rps) in [("plain", &["autogen"][..]), ("o d:d", &["main policy", "further"])] {
        let mut statements = vec![format!("SHOW RETENTION POLICIES ON \"{db}\"")];
        for rp in rps {
            statements.push(format!("SHOW FIELD KEYS ON \"{db}\" FROM \"{rp}\"./.*/"));
            for (number, week) in WEEKS.iter().enumerate() {
                // The type of this field in this week: asked for, so that no cast hides a difference.
                let ty = if number < 2 { "float" } else { "integer" };
                let bounds = format!("time >= '{week}' AND time < '{week}' + 1w");
                statements.push(format!(
                    "SELECT bool, changes::{ty}, float, \"int eger\", small, \"te,xt=\\\"s\\\"\" \
                     FROM \"{rp}\"./.*/ WHERE {bounds} GROUP BY *"
                ));
            }
        }
        let mut rows = 0;
        for statement in statements {
            let expected = query(&influxd.url, db, &statement);
            let found = query(&vigie.url, db, &statement);
            rows += expected.to_string().len();
            assert!(expected["results"][0]["error"].is_null(), "{statement}: {expected}");
            assert!(
                sorted(&expected) == sorted(&found),
                "seed {seed}: {db}: {statement}: {}",
                first_difference(&expected, &found)
            );
        }
        assert!(rows > 10_000, "{db}: {rows}");
    }
}

/// The series of an answer in an order of ours: InfluxDB's own order of fields and types is arbitrary.
fn sorted(answer: &serde_json::Value) -> BTreeSet<String> {
    let series = answer["results"][0]["series"].as_array().cloned().unwrap_or_default();
    series.iter().map(ToString::to_string).collect()
}

fn first_difference(expected: &serde_json::Value, found: &serde_json::Value) -> String {
    let (expected, found) = (sorted(expected), sorted(found));
    let text =
        |texts: Vec<&String>| texts.first().map_or(String::new(), |text| text.chars().take(600).collect());
    format!(
        "expected {}\n found {}",
        text(expected.difference(&found).collect()),
        text(found.difference(&expected).collect())
    )
}

#[test]
fn a_copy_of_influxdb_answers_the_same() {
    let seed = seed();
    println!("VIGIE_TRANSFER_SEED={seed}");
    let Some(influxd) = filled("a_copy_of_influxdb_answers_the_same", seed, 1_500) else { return };
    let home = Home::new();
    let vigie = home.start("server");
    let said = run(home.path(), &vigie.url, &["import", "--from", &influxd.url]);
    assert!(!said.contains("rejected"), "{said}");
    assert_equal(&influxd, &vigie, seed);
    let part = ["import", "--from", &influxd.url, "--from-db", "nope"];
    let output = command(home.path(), &vigie.url, &part).output().unwrap();
    assert!(super::told(&output).contains("it has no database \"nope\""), "{}", super::told(&output));
}

#[test]
fn a_copy_that_was_killed_goes_on() {
    let seed = seed() + 100;
    println!("VIGIE_TRANSFER_SEED={}", seed - 100);
    let Some(influxd) = filled("a_copy_that_was_killed_goes_on", seed, 5_000) else { return };
    let home = Home::new();
    let vigie = home.start("server");
    let state = home.path().join("copy.state");
    let arguments = ["import", "--from", &influxd.url, "--state", "copy.state"];
    // One point per write makes it last long enough to be killed half-way.
    let mut child =
        command(home.path(), &vigie.url, &[&arguments[..], &["--batch", "1"]].concat()).spawn().unwrap();
    wait::until("the copy to note how far it is", || state.exists().then_some(()));
    assert!(child.try_wait().unwrap().is_none(), "the copy was over before it could be killed");
    child.kill().unwrap();
    child.wait().unwrap();
    run(home.path(), &vigie.url, &[&arguments[..], &["--resume"]].concat());
    assert_equal(&influxd, &vigie, seed);
    assert!(!state.exists());
}

//! The files for Grafana: each panel asks something, of the data source that is provisioned, about a host that
//! can be chosen.

use std::collections::HashSet;

use serde_json::Value;

const HOST: &str = include_str!("../library/host.json");
const DATASOURCE: &str = include_str!("../provisioning/datasources/vigie.yaml");
const PROVIDER: &str = include_str!("../provisioning/dashboards/vigie.yaml");

fn dashboard() -> Value {
    serde_json::from_str(HOST).expect("host.json is JSON")
}

fn panels(dashboard: &Value) -> &Vec<Value> {
    dashboard["panels"].as_array().expect("panels is a list")
}

/// The text of every query of every panel, with the panel's title.
fn queries(dashboard: &Value) -> Vec<(&str, &str)> {
    panels(dashboard)
        .iter()
        .flat_map(|panel| {
            let title = panel["title"].as_str().unwrap_or_default();
            let targets = panel["targets"].as_array().map(Vec::as_slice).unwrap_or_default();
            targets.iter().map(move |target| (title, target["query"].as_str().unwrap_or_default()))
        })
        .collect()
}

/// The value of a key in a file of flat YAML; the first one, comments left out.
fn yaml<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let lines = text.lines().map(|line| line.trim().trim_start_matches("- "));
    lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(": ")).next()
}

#[test]
fn every_panel_has_a_query() {
    let dashboard = dashboard();
    for panel in panels(&dashboard) {
        let targets = panel["targets"].as_array().map_or(0, Vec::len);
        assert!(targets > 0, "{} asks nothing", panel["title"]);
    }
    for (title, query) in queries(&dashboard) {
        assert!(query.starts_with("SELECT "), "{title}: {query}");
        assert!(
            query.contains("\"host\" = '$host' AND ") && query.contains("$timeFilter"),
            "{title}: {query}"
        );
        assert!(query.contains("GROUP BY time($__interval)"), "{title}: {query}");
    }
}

#[test]
fn every_reference_is_to_the_provisioned_data_source() {
    fn check(value: &Value, uid: &str, count: &mut usize) {
        if let Some(datasource) = value.get("datasource") {
            assert_eq!(datasource["uid"], uid, "in {value}");
            assert_eq!(datasource["type"], "influxdb", "in {value}");
            *count += 1;
        }
        match value {
            Value::Array(values) => values.iter().for_each(|value| check(value, uid, count)),
            Value::Object(values) => values.values().for_each(|value| check(value, uid, count)),
            _ => {}
        }
    }
    let dashboard = dashboard();
    let mut references = 0;
    check(&dashboard, yaml(DATASOURCE, "uid").expect("the data source has a uid"), &mut references);
    assert_eq!(references, panels(&dashboard).len() + queries(&dashboard).len() + 1);
}

#[test]
fn every_variable_is_defined_and_used() {
    let dashboard = dashboard();
    let variables = dashboard["templating"]["list"].as_array().expect("variables are a list");
    let names: HashSet<&str> = variables.iter().filter_map(|variable| variable["name"].as_str()).collect();
    assert_eq!(names, HashSet::from(["host"]));
    let mut used = HashSet::new();
    for (title, query) in queries(&dashboard) {
        for part in query.split('$').skip(1) {
            let name: &str =
                part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
            let known =
                names.contains(name) || ["timeFilter", "__interval"].contains(&name) || name.is_empty();
            assert!(known, "{title} uses ${name}");
            used.insert(name);
        }
    }
    assert!(names.is_subset(&used));
}

#[test]
fn panels_have_their_own_id_and_their_own_place() {
    let dashboard = dashboard();
    let mut ids = HashSet::new();
    let mut taken = HashSet::new();
    for panel in panels(&dashboard) {
        assert!(
            ids.insert(panel["id"].as_u64().expect("an id is a number")),
            "{} shares its id",
            panel["title"]
        );
        let at = |key: &str| panel["gridPos"][key].as_u64().expect("a place is numbers");
        assert!(at("x") + at("w") <= 24, "{} leaves the grid", panel["title"]);
        for x in at("x")..at("x") + at("w") {
            for y in at("y")..at("y") + at("h") {
                assert!(taken.insert((x, y)), "{} covers another panel", panel["title"]);
            }
        }
    }
}

#[test]
fn the_shipped_dashboard_is_one_grafana_ten_reads() {
    let dashboard = dashboard();
    assert_eq!(dashboard["uid"], "vigie");
    assert!(dashboard["schemaVersion"].as_u64().is_some_and(|version| version >= 38));
    assert!(dashboard.get("id").is_none(), "an id is given by Grafana");
    let titles: HashSet<&str> =
        panels(&dashboard).iter().filter_map(|panel| panel["title"].as_str()).collect();
    for title in ["CPU", "Memory", "Disk space", "Network", "Load", "Disk traffic"] {
        assert!(titles.contains(title), "{title} is missing");
    }
}

#[test]
fn the_data_source_speaks_influxql_to_the_agents_database() {
    let of = |key| yaml(DATASOURCE, key);
    assert_eq!(
        (of("type"), of("access"), of("version")),
        (Some("influxdb"), Some("proxy"), Some("InfluxQL"))
    );
    assert_eq!((of("dbName"), of("database")), (Some("telegraf"), Some("telegraf")));
    assert_eq!((of("url"), of("timeInterval")), (Some("http://127.0.0.1:8086"), Some("10s")));
    assert_eq!(yaml(PROVIDER, "type"), Some("file"));
    assert!(yaml(PROVIDER, "path").is_some_and(|path| path.starts_with('/')));
}

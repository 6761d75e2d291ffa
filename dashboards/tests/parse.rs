//! Every text that the page and the Grafana dashboard ask is InfluxQL that our own parser takes.

use dashboards::{fleet_queries, host_queries};
use serde_json::Value;

fn check(text: &str) {
    let statements = query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(statements.len(), 1, "{text}");
}

#[test]
fn the_pages_queries_parse_whatever_a_host_is_called() {
    for query in fleet_queries() {
        check(&query.text);
    }
    for host in ["web-1", "it's a \\ host", "\"quoted\"", "line\nend", "'; DROP DATABASE telegraf; --"] {
        for query in host_queries(host) {
            check(&query.text);
        }
    }
}

#[test]
fn the_dashboards_queries_parse_with_grafanas_words_put_in() {
    let dashboard: Value =
        serde_json::from_str(include_str!("../library/host.json")).expect("host.json is JSON");
    let panels = dashboard["panels"].as_array().expect("panels is a list");
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let mut count = 0;
    for target in targets {
        let text = target["query"].as_str().expect("a target has a query");
        let time = "time >= 1700000000000ms and time <= 1700003600000ms";
        check(&text.replace("$timeFilter", time).replace("$__interval", "10s").replace("$host", "web-1"));
        count += 1;
    }
    assert!(count >= 6, "only {count} queries");
}

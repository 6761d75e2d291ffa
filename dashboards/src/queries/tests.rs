//! The texts: what they may contain, and that a host's name stays inside its quotes.

use super::*;

fn all(host: &str) -> Vec<PanelQuery> {
    fleet_queries().into_iter().chain(host_queries(host)).collect()
}

#[test]
fn every_query_is_asked_once() {
    let queries = all("a");
    for (index, query) in queries.iter().enumerate() {
        assert!(queries[index + 1..].iter().all(|other| other.id != query.id), "{:?} twice", query.id);
    }
    assert_eq!(queries.len(), 12);
}

#[test]
fn the_text_is_plain_influxql() {
    let cpu = &host_queries("web-1")[0];
    assert_eq!(
        cpu.text,
        "SELECT mean(\"usage_user\"), mean(\"usage_system\"), mean(\"usage_softirq\"), mean(\"usage_iowait\"), \
         mean(\"usage_steal\"), mean(\"usage_nice\") FROM \"cpu\" WHERE \"host\" = 'web-1' AND \"cpu\" = \
         'cpu-total' AND time >= now() - 1h GROUP BY time(20s) fill(none)"
    );
}

#[test]
fn every_query_is_bounded_in_time() {
    for query in all("a") {
        assert!(query.text.contains("time >= now() - "), "{}", query.text);
    }
}

#[test]
fn a_host_name_cannot_leave_its_quotes() {
    assert_eq!(string_literal("it's"), r"'it\'s'");
    assert_eq!(string_literal(r"back\slash"), r"'back\\slash'");
    assert_eq!(string_literal(r"\' OR 1=1"), r"'\\\' OR 1=1'");
    assert_eq!(string_literal("two\nlines"), r"'two\nlines'");
    for query in host_queries("x' OR \"host\" = 'y") {
        assert!(query.text.contains(r#""host" = 'x\' OR "host" = \'y' AND "#), "{}", query.text);
    }
}

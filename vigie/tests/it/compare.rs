//! The same writes and queries to a real InfluxDB and to Vigie: the JSON must be equal.
//!
//! A file under `influxdb/` is a list of queries, one a line; `#` begins a comment. Data comes from a
//! seed. `VIGIE_COMPARE_SEED` asks for another one.

pub(crate) mod data;
mod equal;

use crate::influxd::Influxd;
use crate::vigie::{Home, agent, query, reply};
use equal::difference;
use std::fmt::Write as _;

/// Writes the data of `seed` to both servers, asks both every query of the list, and tells every difference.
fn compare(test: &str, queries: &str, seed: u64) {
    let Some(influxd) = Influxd::start(test) else { return };
    let home = Home::new();
    let vigie = home.start("server");
    for url in [&influxd.url, &vigie.url] {
        query(url, "", "CREATE DATABASE compared");
        query(url, "", "CREATE RETENTION POLICY other ON compared DURATION 0s REPLICATION 1");
        for (rp, lines) in data::batches(seed) {
            let target = format!("{url}/write?db=compared&rp={rp}");
            let written = reply(agent().post(target).send(lines));
            assert_eq!(written.status, 204, "{url}: {}", written.body);
        }
    }
    let (mut asked, mut report) = (0, String::new());
    for statement in queries.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        asked += 1;
        let expected = query(&influxd.url, "compared", statement);
        let found = query(&vigie.url, "compared", statement);
        if let Some(place) = difference(&expected, &found) {
            let _ = writeln!(report, "{statement}\n  {place}");
        }
    }
    assert!(asked > 0);
    assert!(report.is_empty(), "seed {seed}, differences of {asked} queries:\n{report}\n{}", vigie.log());
}

fn seed() -> u64 {
    std::env::var("VIGIE_COMPARE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[test]
fn selects_answer_as_influxdb_does() {
    compare("selects_answer_as_influxdb_does", include_str!("influxdb/select.iq"), seed());
}

#[test]
fn aggregates_answer_as_influxdb_does() {
    compare("aggregates_answer_as_influxdb_does", include_str!("influxdb/aggregate.iq"), seed());
}

#[test]
fn schema_statements_answer_as_influxdb_does() {
    compare("schema_statements_answer_as_influxdb_does", include_str!("influxdb/schema.iq"), seed());
}

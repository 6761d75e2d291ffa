//! The steps of a copy, in a fixed order: by database, retention policy, window of time, measurement.

use super::schema::{self, Database, Measurements, Policy};
use super::source::Influx;
use crate::cli::ImportOptions;
use crate::import::limits::WINDOWS_MAX;
use crate::progress::Progress;
use model::TimeRange;
use query::ast::QuotedIdentifier;
use serde::{Deserialize, Serialize};

/// How far 1970 lies after the year 1, from which InfluxDB counts when it cuts time into shard groups, in ns.
const YEAR_ONE_TO_EPOCH_NS: i128 = 719_162 * 86_400_000_000_000;

/// What will be copied.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) parts: Vec<Part>,
}

/// A retention policy.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) db: String,
    pub(super) rp: String,
    pub(super) measurements: Measurements,
    /// The earliest first.
    pub(super) windows: Vec<TimeRange>,
}

/// A step by name: all up to it are done. Steps are ordered as these are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct StepName {
    pub(super) db: String,
    pub(super) rp: String,
    pub(super) window_start: i64,
    pub(super) measurement: String,
}

impl Plan {
    pub(super) async fn make(
        source: &Influx,
        databases: &[Database],
        options: &ImportOptions,
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        let wanted = TimeRange::new(
            options.start.unwrap_or(TimeRange::ALL.start),
            options.end.unwrap_or(TimeRange::ALL.end),
        );
        let groups = schema::shard_groups(source, progress).await;
        let mut parts = Vec::new();
        for database in databases {
            for policy in &database.policies {
                let measurements =
                    schema::measurements(source, &database.name, &policy.name, progress).await?;
                let ranges = match &groups {
                    Some(groups) => told(groups, &database.name, &policy.name),
                    None => found(source, &database.name, policy, &measurements, progress).await?,
                };
                let (db, rp) = (database.name.clone(), policy.name.clone());
                parts.push(Part { db, rp, measurements, windows: clipped(ranges, wanted) });
            }
        }
        Ok(Self { parts })
    }

    /// How many steps there are.
    pub(super) fn step_count(&self) -> u64 {
        self.parts.iter().map(|part| (part.windows.len() * part.measurements.len()) as u64).sum()
    }
}

impl Part {
    /// The name of a step.
    pub(super) fn step(&self, window: &TimeRange, measurement: &str) -> StepName {
        StepName {
            db: self.db.clone(),
            rp: self.rp.clone(),
            window_start: window.start,
            measurement: measurement.to_owned(),
        }
    }
}

fn told(groups: &[(String, String, TimeRange)], db: &str, rp: &str) -> Vec<TimeRange> {
    groups.iter().filter(|group| group.0 == db && group.1 == rp).map(|group| group.2).collect()
}

/// Windows from the first to the last point, cut where InfluxDB cuts shard groups.
async fn found(
    source: &Influx,
    db: &str,
    policy: &Policy,
    measurements: &Measurements,
    progress: &Progress,
) -> anyhow::Result<Vec<TimeRange>> {
    let mut span: Option<(i64, i64)> = None;
    for measurement in measurements.keys() {
        let from = place(db, &policy.name, measurement);
        for order in ["ASC", "DESC"] {
            let rows = source
                .table(&format!("SELECT * FROM {from} ORDER BY time {order} LIMIT 1"), progress)
                .await?;
            for ts in rows.iter().filter_map(|(_, row)| row.first()?.parse::<i64>().ok()) {
                let (first, last) = span.unwrap_or((ts, ts));
                span = Some((first.min(ts), last.max(ts)));
            }
        }
    }
    let Some((first, last)) = span else { return Ok(Vec::new()) };
    cut(first, last, policy.shard_duration_ns)
}

fn cut(first: i64, last: i64, step_ns: i64) -> anyhow::Result<Vec<TimeRange>> {
    let step = i128::from(step_ns.max(1));
    let within = |ns: i128| {
        let ns = ns.clamp(i128::from(TimeRange::ALL.start), i128::from(TimeRange::ALL.end));
        i64::try_from(ns).unwrap_or(TimeRange::ALL.end)
    };
    let mut start = i128::from(first) - (i128::from(first) + YEAR_ONE_TO_EPOCH_NS).rem_euclid(step);
    let mut windows = Vec::new();
    while start <= i128::from(last) {
        anyhow::ensure!(windows.len() < WINDOWS_MAX, "its points span more than {WINDOWS_MAX} shards");
        windows.push(TimeRange::new(within(start), within(start + step)));
        start += step;
    }
    Ok(windows)
}

/// The ranges inside `wanted`, in their order.
fn clipped(ranges: Vec<TimeRange>, wanted: TimeRange) -> Vec<TimeRange> {
    let inside = ranges.into_iter().map(|range| range.intersect(&wanted));
    let mut windows: Vec<TimeRange> = inside.filter(|range| !range.is_empty()).collect();
    windows.sort_by_key(|range| range.start);
    windows
}

/// A measurement with its database and policy, as FROM takes it.
pub(super) fn place(db: &str, rp: &str, measurement: &str) -> String {
    format!("{}.{}.{}", QuotedIdentifier(db), QuotedIdentifier(rp), QuotedIdentifier(measurement))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK_NS: i64 = 7 * 86_400_000_000_000;

    #[test]
    fn windows_are_cut_where_influxdb_cuts_shard_groups() {
        // 2023-11-14 lies in the week that begins on Monday, 2023-11-13.
        let monday = query::text::parse_instant("2023-11-13").unwrap();
        let windows = cut(1_700_000_000_000_000_000, 1_700_000_000_000_000_000 + WEEK_NS, WEEK_NS).unwrap();
        assert_eq!(
            windows,
            [
                TimeRange::new(monday, monday + WEEK_NS),
                TimeRange::new(monday + WEEK_NS, monday + 2 * WEEK_NS)
            ]
        );
        assert!(cut(i64::MIN + 2, i64::MAX - 1, 1_000_000).is_err());
        assert_eq!(
            clipped(windows, TimeRange::new(monday + 1, monday + 2)),
            [TimeRange::new(monday + 1, monday + 2)]
        );
    }
}

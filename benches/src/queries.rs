//! The questions of the Time Series Benchmark Suite, about hosts and windows drawn from a fixed seed.
//!
//! Every system is asked the same ones. Windows start at any second, so that first and last buckets are
//! partial, as in the suite. The workloads of a whole machine are asked too: there the host's tag has
//! another name, values are floats, and a busy host is one above another line.

pub(crate) mod influxql;
pub(crate) mod metricsql;

use benches::{Random, Workload};

const SEED: u64 = 1;
const HOUR_S: i64 = 3600;

/// A kind of question, named as in the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum QueryKind {
    /// One field of one host by minute over an hour.
    SingleGroupby1,
    /// Five fields of eight hosts by minute over an hour.
    SingleGroupby5,
    /// Ten fields of eight hosts by hour over eight hours.
    CpuMaxAll8,
    /// The mean of ten fields by hour and host over twelve hours.
    DoubleGroupbyAll,
    /// All that a busy host said, over twelve hours.
    HighCpuAll,
    /// The last row of every host.
    Lastpoint,
    /// The first five minutes of everything before an instant.
    GroupbyOrderbyLimit,
}

/// A question to any system.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    /// What is asked.
    pub(crate) kind: QueryKind,
    /// The tag that names a host.
    pub(crate) host_tag: &'static str,
    /// The hosts it is about; all of them when empty.
    pub(crate) hosts: Vec<String>,
    /// First second, since 1970.
    pub(crate) start_s: i64,
    /// The second behind the last.
    pub(crate) end_s: i64,
    /// `usage_user` of a busy host.
    pub(crate) busy_above: f64,
}

impl QueryKind {
    /// All kinds, in the order of the table.
    pub(crate) const ALL: [Self; 7] = [
        Self::SingleGroupby1,
        Self::SingleGroupby5,
        Self::CpuMaxAll8,
        Self::DoubleGroupbyAll,
        Self::HighCpuAll,
        Self::Lastpoint,
        Self::GroupbyOrderbyLimit,
    ];

    /// The suite's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SingleGroupby1 => "single-groupby-1-1-1",
            Self::SingleGroupby5 => "single-groupby-5-8-1",
            Self::CpuMaxAll8 => "cpu-max-all-8",
            Self::DoubleGroupbyAll => "double-groupby-all",
            Self::HighCpuAll => "high-cpu-all",
            Self::Lastpoint => "lastpoint",
            Self::GroupbyOrderbyLimit => "groupby-orderby-limit",
        }
    }

    /// How many hosts are named.
    fn host_count(self) -> u32 {
        match self {
            Self::SingleGroupby1 => 1,
            Self::SingleGroupby5 | Self::CpuMaxAll8 => 8,
            Self::DoubleGroupbyAll | Self::HighCpuAll | Self::Lastpoint | Self::GroupbyOrderbyLimit => 0,
        }
    }

    /// How many of the fields of `cpu` are asked for.
    fn field_count(self) -> usize {
        match self {
            Self::SingleGroupby1 | Self::GroupbyOrderbyLimit => 1,
            Self::SingleGroupby5 => 5,
            Self::CpuMaxAll8 | Self::DoubleGroupbyAll | Self::HighCpuAll | Self::Lastpoint => 10,
        }
    }

    /// The width of the window in seconds.
    fn window_s(self) -> i64 {
        match self {
            Self::SingleGroupby1 | Self::SingleGroupby5 | Self::GroupbyOrderbyLimit => HOUR_S,
            Self::CpuMaxAll8 => 8 * HOUR_S,
            Self::DoubleGroupbyAll | Self::HighCpuAll | Self::Lastpoint => 12 * HOUR_S,
        }
    }
}

/// So many questions of a kind; none where the workload has no hosts.
pub(crate) fn draw(workload: &Workload, kind: QueryKind, count: usize) -> Vec<Query> {
    if workload.host_count() == 0 {
        return Vec::new();
    }
    let mut random = Random::new(SEED);
    (0..count).map(|_| draw_one(workload, kind, &mut random)).collect()
}

fn draw_one(workload: &Workload, kind: QueryKind, random: &mut Random) -> Query {
    let is_devops = matches!(workload, Workload::Devops { .. });
    let room = (workload.end_s() - workload.start_s() - kind.window_s()).max(0).unsigned_abs();
    let start_s = workload.start_s().saturating_add_unsigned(random.below(room + 1));
    let mut numbers: Vec<u32> = (0..workload.host_count()).collect();
    random.shuffle(&mut numbers);
    let hosts = numbers.iter().take(kind.host_count() as usize);
    Query {
        kind,
        host_tag: if is_devops { "hostname" } else { "host" },
        hosts: hosts
            .map(|number| if is_devops { format!("host_{number}") } else { format!("web{number:03}") })
            .collect(),
        start_s,
        end_s: start_s + kind.window_s(),
        busy_above: if is_devops { 90.0 } else { 40.0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_is_asked_the_same_about_different_windows() {
        let workload = Workload::Devops { hosts: 100, steps: 8640 };
        for kind in QueryKind::ALL {
            let queries = draw(&workload, kind, 20);
            assert_eq!(queries, draw(&workload, kind, 20));
            assert_ne!(queries[0], queries[1]);
            let inside =
                |query: &Query| query.start_s >= workload.start_s() && query.end_s <= workload.end_s();
            assert!(queries.iter().all(inside), "{kind:?}");
        }
    }

    #[test]
    fn a_fleet_smaller_than_a_query_is_asked_about_as_a_whole() {
        let workload = Workload::Agent { hosts: 3, steps: 10 };
        let query = &draw(&workload, QueryKind::CpuMaxAll8, 1)[0];
        let mut hosts = query.hosts.clone();
        hosts.sort();
        assert_eq!(hosts, ["web000", "web001", "web002"]);
        assert_eq!(query.start_s, workload.start_s());
    }

    #[test]
    fn a_workload_without_hosts_is_asked_nothing() {
        let workload = Workload::Cardinality { series: 10, steps: 1 };
        assert_eq!(draw(&workload, QueryKind::Lastpoint, 5), []);
    }
}

//! The texts for VictoriaMetrics, where the language has an equal of the question.
//!
//! A series there is one field of one host, so "ten fields" is a pattern over metric names. Rows that
//! pass a threshold, last rows and "the first five of a merge" have no equal, as in the suite.

use super::{Query, QueryKind};
use benches::Workload;

/// A query over a range of time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RangeQuery {
    /// The expression.
    pub(crate) text: String,
    /// Seconds between two points of the answer.
    pub(crate) step_s: u32,
}

/// The query, if there is an equal.
pub(crate) fn range_query(query: &Query) -> Option<RangeQuery> {
    let (fields, tag) = (Workload::CPU_FIELDS[..query.kind.field_count()].join("|"), query.host_tag);
    let names = format!("__name__=~'cpu_({fields})'");
    let hosts = query.hosts.join("|");
    let maxima =
        |range: &str| format!("max(max_over_time({{{names},{tag}=~'{hosts}'}}[{range}])) by (__name__)");
    let (text, step_s) = match query.kind {
        QueryKind::SingleGroupby1 | QueryKind::SingleGroupby5 => (maxima("1m"), 60),
        QueryKind::CpuMaxAll8 => (maxima("1h"), 3600),
        QueryKind::DoubleGroupbyAll => {
            (format!("avg(avg_over_time({{{names}}}[1h])) by (__name__, {tag})"), 3600)
        }
        QueryKind::HighCpuAll | QueryKind::Lastpoint | QueryKind::GroupbyOrderbyLimit => return None,
    };
    Some(RangeQuery { text, step_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(kind: QueryKind) -> Query {
        let hosts = vec!["host_3".to_owned(), "host_9".to_owned()];
        Query { kind, host_tag: "hostname", hosts, start_s: 0, end_s: 3600, busy_above: 90.0 }
    }

    #[test]
    fn fields_and_hosts_become_patterns() {
        let range = range_query(&query(QueryKind::SingleGroupby5)).unwrap();
        let expected = "max(max_over_time({__name__=~'cpu_(usage_user|usage_system|usage_idle|usage_nice|\
                        usage_iowait)',hostname=~'host_3|host_9'}[1m])) by (__name__)";
        assert_eq!(range, RangeQuery { text: expected.to_owned(), step_s: 60 });
    }

    #[test]
    fn questions_without_an_equal_are_not_asked() {
        for kind in [QueryKind::HighCpuAll, QueryKind::Lastpoint, QueryKind::GroupbyOrderbyLimit] {
            assert_eq!(range_query(&query(kind)), None);
        }
    }
}

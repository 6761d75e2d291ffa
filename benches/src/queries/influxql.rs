//! The texts for servers that speak InfluxQL, as the suite spells them, down to its two spaces.

use super::{Query, QueryKind};
use benches::Workload;
use jiff::Timestamp;

/// The statement.
pub(crate) fn text(query: &Query) -> String {
    let (start, end) = (instant(query.start_s), instant(query.end_s));
    let (tag, hosts) = (query.host_tag, hosts(query));
    let window = format!("time >= '{start}' and time < '{end}'");
    match query.kind {
        QueryKind::SingleGroupby1 | QueryKind::SingleGroupby5 => {
            let maxima = calls("max", query.kind, ", ");
            format!("SELECT {maxima} from cpu where ({hosts}) and {window} group by time(1m)")
        }
        QueryKind::CpuMaxAll8 => {
            let maxima = calls("max", query.kind, ",");
            format!("SELECT {maxima} from cpu where ({hosts}) and {window} group by time(1h)")
        }
        QueryKind::DoubleGroupbyAll => {
            let means = calls("mean", query.kind, ", ");
            format!("SELECT {means} from cpu where {window} group by time(1h),{tag}")
        }
        QueryKind::HighCpuAll => {
            format!("SELECT * from cpu where usage_user > {:?}  and {window}", query.busy_above)
        }
        QueryKind::Lastpoint => format!("SELECT * from cpu group by \"{tag}\" order by time desc limit 1"),
        QueryKind::GroupbyOrderbyLimit => {
            format!("SELECT max(usage_user) from cpu WHERE time < '{end}' group by time(1m) limit 5")
        }
    }
}

fn hosts(query: &Query) -> String {
    let each = query.hosts.iter().map(|host| format!("{} = '{host}'", query.host_tag));
    each.collect::<Vec<_>>().join(" or ")
}

fn calls(function: &str, kind: QueryKind, between: &str) -> String {
    let fields = &Workload::CPU_FIELDS[..kind.field_count()];
    fields.iter().map(|field| format!("{function}({field})")).collect::<Vec<_>>().join(between)
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("the workloads are of 2016")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: QueryKind, hosts: &[&str], expected: &str) {
        let query = Query {
            kind,
            host_tag: "hostname",
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            start_s: 1_451_606_405,
            end_s: 1_451_610_005,
            busy_above: 90.0,
        };
        assert_eq!(text(&query), expected);
    }

    #[test]
    fn the_texts_are_those_of_the_suite() {
        check(
            QueryKind::SingleGroupby1,
            &["host_3"],
            "SELECT max(usage_user) from cpu where (hostname = 'host_3') and time >= '2016-01-01T00:00:05Z' \
             and time < '2016-01-01T01:00:05Z' group by time(1m)",
        );
        check(
            QueryKind::SingleGroupby5,
            &["host_3", "host_9"],
            "SELECT max(usage_user), max(usage_system), max(usage_idle), max(usage_nice), max(usage_iowait) \
             from cpu where (hostname = 'host_3' or hostname = 'host_9') and time >= '2016-01-01T00:00:05Z' \
             and time < '2016-01-01T01:00:05Z' group by time(1m)",
        );
        check(
            QueryKind::HighCpuAll,
            &[],
            "SELECT * from cpu where usage_user > 90.0  and time >= '2016-01-01T00:00:05Z' \
             and time < '2016-01-01T01:00:05Z'",
        );
        check(
            QueryKind::Lastpoint,
            &[],
            "SELECT * from cpu group by \"hostname\" order by time desc limit 1",
        );
        check(
            QueryKind::GroupbyOrderbyLimit,
            &[],
            "SELECT max(usage_user) from cpu WHERE time < '2016-01-01T01:00:05Z' group by time(1m) limit 5",
        );
    }

    #[test]
    fn all_fields_are_asked_for_where_the_name_says_so() {
        let query = Query {
            kind: QueryKind::CpuMaxAll8,
            host_tag: "host",
            hosts: vec!["web001".to_owned()],
            start_s: 1_451_606_400,
            end_s: 1_451_635_200,
            busy_above: 40.0,
        };
        let maxima = text(&query);
        assert_eq!(maxima.matches("max(").count(), 10);
        assert!(maxima.contains("max(usage_guest),max(usage_guest_nice) from cpu where (host = 'web001')"));
        let means = text(&Query { kind: QueryKind::DoubleGroupbyAll, ..query });
        assert_eq!(means.matches("mean(").count(), 10);
        assert!(means.ends_with("group by time(1h),host"), "{means}");
    }
}

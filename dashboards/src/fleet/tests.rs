//! Hosts out of rows.

use super::*;
use crate::zone::SECOND_NS;

fn rows(tags: &[(&str, &str)], columns: &[f64]) -> Rows {
    Rows {
        tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        times: vec![100 * SECOND_NS],
        columns: columns.iter().map(|value| vec![Some(*value)]).collect(),
    }
}

fn answers() -> Vec<Answer> {
    let disk = |path, fstype, percent| rows(&[("host", "b"), ("path", path), ("fstype", fstype)], &[percent]);
    vec![
        Answer {
            id: QueryId::Hosts,
            rows: vec![rows(&[("host", "b")], &[3_600.0]), rows(&[("host", "a")], &[60.0])],
        },
        Answer { id: QueryId::Cores, rows: vec![rows(&[("host", "b")], &[16.0])] },
        Answer { id: QueryId::MemoryNow, rows: vec![rows(&[("host", "b")], &[54.7, 1e9])] },
        Answer {
            id: QueryId::DiskNow,
            rows: vec![disk("/", "ext4", 40.0), disk("/var", "xfs", 83.6), disk("/run", "tmpfs", 99.0)],
        },
        Answer { id: QueryId::CpuHour, rows: vec![rows(&[("host", "b")], &[75.0])] },
    ]
}

#[test]
fn hosts_come_in_the_order_of_their_names() {
    let names: Vec<String> = hosts(&answers()).into_iter().map(|host| host.name).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn the_newest_value_of_either_kind_counts() {
    let mut answers = answers();
    let mut newer = rows(&[("host", "a")], &[50.0]);
    newer.times = vec![107 * SECOND_NS];
    let only_cpu = rows(&[("host", "c")], &[50.0]);
    answers.push(Answer { id: QueryId::LastCpu, rows: vec![newer, only_cpu] });
    let last: Vec<i64> = hosts(&answers).iter().filter_map(|host| host.facts.last_ns).collect();
    assert_eq!(last, [107 * SECOND_NS, 100 * SECOND_NS, 100 * SECOND_NS]);
}

#[test]
fn a_card_shows_the_fullest_disk_that_holds_data() {
    let host = &hosts(&answers())[1];
    assert_eq!(host.disk_percent, Some(83.6));
    assert_eq!(host.memory_percent, Some(54.7));
    assert_eq!(host.facts.cores, Some(16));
    assert_eq!(host.facts.last_ns, Some(100 * SECOND_NS));
    assert_eq!(host.cpu.points, [(100 * SECOND_NS, 25.0)]);
}

#[test]
fn what_was_not_measured_is_absent() {
    let host = &hosts(&answers())[0];
    assert_eq!((host.disk_percent, host.memory_percent, host.facts.cores), (None, None, None));
    assert!(host.cpu.points.is_empty());
    assert!(hosts(&[]).is_empty());
}

#[test]
fn a_wish_is_honoured_or_not_found() {
    let hosts = hosts(&answers());
    let name = |wanted, here| choose(&hosts, wanted, here).map(|host| host.name.as_str());
    assert_eq!(name(Some("a"), "b"), Some("a"));
    assert_eq!(name(None, "b"), Some("b"));
    assert_eq!(name(None, "elsewhere"), Some("a"));
    assert_eq!(name(Some("c"), "b"), None);
}

#[test]
fn absurd_counts_are_absent() {
    assert_eq!((count(-1.0), count(f64::NAN), count(1e300), count(4.0)), (None, None, None, Some(4)));
}

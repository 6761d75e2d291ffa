//! What the workloads promise: the same bytes every time, as many as they say, in the stated shapes.

use super::Workload;
use std::collections::BTreeSet;

const ALL: [Workload; 4] = [
    Workload::Devops { hosts: 7, steps: 5 },
    Workload::Agent { hosts: 7, steps: 5 },
    Workload::Telegraf { hosts: 7, steps: 5 },
    Workload::Cardinality { series: 40, steps: 3 },
];

fn text(workload: Workload) -> String {
    let (mut lines, mut text) = (workload.lines(), String::new());
    while lines.next_step(&mut text) {}
    text
}

/// Series, fields and time of a line without escapes.
fn parts(line: &str) -> (&str, &str, i64) {
    let mut words = line.split(' ');
    let (series, fields, time) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    assert_eq!(words.next(), None, "{line}");
    (series, fields, time.parse().unwrap())
}

fn sorted(series: &str) -> String {
    let mut pairs: Vec<&str> = series.split(',').collect();
    pairs[1..].sort_unstable();
    pairs.join(",")
}

#[test]
fn two_runs_send_the_same_bytes() {
    for workload in ALL {
        assert_eq!(text(workload), text(workload), "{workload:?}");
    }
}

#[test]
fn the_counts_are_those_of_the_text() {
    for workload in ALL {
        let text = text(workload);
        let lines: Vec<_> = text.lines().map(parts).collect();
        assert_eq!(lines.len() as u64, workload.line_count(), "{workload:?}");
        let values: usize = lines.iter().map(|line| line.1.split(',').count()).sum();
        assert_eq!(values as u64, workload.value_count(), "{workload:?}");
        let series: BTreeSet<_> = lines.iter().map(|line| sorted(line.0)).collect();
        assert_eq!(series.len() as u64, workload.series_count(), "{workload:?}");
        assert_eq!(lines[0].2, workload.start_s() * 1_000_000_000);
        assert_eq!(lines[lines.len() - 1].2, (workload.end_s() - 10) * 1_000_000_000);
    }
}

#[test]
fn the_line_protocol_parser_takes_every_line() {
    for workload in ALL {
        let parsed = model::line_protocol::parse(text(workload).into_bytes(), &Default::default());
        assert_eq!(parsed.refused_count, 0, "{workload:?}: {:?}", parsed.refused.first());
        assert_eq!(parsed.points.len() as u64, workload.line_count());
    }
}

#[test]
fn hosts_come_in_another_order_each_step() {
    for workload in &ALL[..3] {
        let mut lines = workload.lines();
        let orders: BTreeSet<Vec<String>> = (0..5)
            .map(|_| {
                let mut text = String::new();
                assert!(lines.next_step(&mut text));
                text.lines().map(|line| parts(line).0.to_owned()).collect()
            })
            .collect();
        assert_eq!(orders.len(), 5, "{workload:?}");
    }
}

#[test]
fn a_host_of_devops_keeps_a_tag_order_of_its_own() {
    let text = text(ALL[0]);
    let spellings: BTreeSet<&str> = text.lines().map(|line| parts(line).0).collect();
    assert_eq!(spellings.len(), 7);
    let names = |series: &str| {
        series.split(',').skip(1).map(|pair| pair.split('=').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let orders: BTreeSet<_> = spellings.iter().map(|series| names(series)).collect();
    assert!(orders.len() > 1);
}

#[test]
fn devops_values_are_percentages_that_move_slowly() {
    let text = text(Workload::Devops { hosts: 1, steps: 200 });
    let values: Vec<i64> = text
        .lines()
        .map(|line| {
            parts(line).1.split(['=', ',']).nth(1).unwrap().strip_suffix('i').unwrap().parse().unwrap()
        })
        .collect();
    assert!(values.iter().all(|value| (0..=100).contains(value)));
    assert!(values.windows(2).all(|pair| (pair[1] - pair[0]).abs() <= 6), "{values:?}");
    assert!(values.iter().collect::<BTreeSet<_>>().len() > 3);
}

#[test]
fn only_telegraf_sends_noise_in_the_last_bits() {
    let longest = |workload| {
        let text = text(workload);
        let cpu = text.lines().filter(|line| line.starts_with("cpu,")).map(parts);
        cpu.flat_map(|line| line.1.split(',')).map(str::len).max().unwrap()
    };
    assert!(longest(ALL[1]) <= "usage_guest_nice=99.9999".len());
    assert!(longest(ALL[2]) > "usage_guest_nice=99.9999".len());
}

//! Panels out of rows.

use super::*;

const NOW_NS: i64 = 1_795_181_530 * SECOND_NS;

/// Rows whose last bucket is the one that holds `NOW_NS`.
fn rows(tags: &[(&str, &str)], columns: &[&[f64]]) -> Rows {
    let count = i64::try_from(columns[0].len()).unwrap();
    let newest = NOW_NS.div_euclid(BUCKET_NS);
    Rows {
        tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        times: (0..count).map(|index| (newest - count + 1 + index) * BUCKET_NS).collect(),
        columns: columns.iter().map(|column| column.iter().map(|value| Some(*value)).collect()).collect(),
    }
}

fn panel(id: QueryId, rows: Vec<Rows>, kind: PanelKind) -> Panel {
    let found = panels(&[Answer { id, rows }], NOW_NS).into_iter().find(|panel| panel.kind == kind);
    found.unwrap()
}

fn values(series: &Series) -> Vec<f64> {
    series.points.iter().map(|(_, value)| *value).collect()
}

#[test]
fn traffic_is_summed_over_cards_in_bits_and_without_the_bucket_being_filled() {
    let rows = vec![
        rows(&[("interface", "eth0")], &[&[1.0, 2.0, 0.5], &[10.0, 20.0, 5.0]]),
        rows(&[("interface", "eth1")], &[&[100.0, 200.0, 50.0], &[0.0, 0.0, 0.0]]),
        rows(&[("interface", "veth7")], &[&[1e6, 1e6, 1e6], &[1e6, 1e6, 1e6]]),
    ];
    let network = panel(QueryId::Network, rows, PanelKind::Network);
    assert_eq!(values(&network.series[0]), [808.0, 1616.0]);
    assert_eq!(values(&network.series[1]), [80.0, 160.0]);
    assert_eq!(network.subtitle, "eth0, eth1");
}

#[test]
fn disk_traffic_counts_the_disk_and_not_its_partitions() {
    let rows = vec![
        rows(&[("name", "sda")], &[&[5.0, 6.0], &[7.0, 8.0]]),
        rows(&[("name", "sda1")], &[&[5.0, 6.0], &[7.0, 8.0]]),
    ];
    let traffic = panel(QueryId::DiskTraffic, rows, PanelKind::DiskTraffic);
    assert_eq!((values(&traffic.series[0]), values(&traffic.series[1])), (vec![5.0], vec![7.0]));
    assert_eq!(traffic.subtitle, "sda");
}

#[test]
fn used_and_cache_never_exceed_the_memory() {
    let rows = vec![rows(&[], &[&[60.0], &[50.0], &[5.0], &[100.0]])];
    let memory = panel(QueryId::Memory, rows, PanelKind::Memory);
    assert_eq!((values(&memory.series[0]), values(&memory.series[1])), (vec![60.0], vec![40.0]));
    assert_eq!(memory.capacity, Some(100.0));
}

#[test]
fn steal_is_shown_when_the_machine_is_robbed() {
    let kinds = |steal: f64| {
        let rows = vec![rows(&[], &[&[5.0], &[1.0], &[0.1], &[0.1], &[steal], &[0.0]])];
        panel(QueryId::Cpu, rows, PanelKind::Cpu).series.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(kinds(0.1), ["user", "system", "softirq", "iowait"]);
    assert_eq!(kinds(12.0), ["user", "system", "softirq", "iowait", "steal"]);
}

#[test]
fn the_fullest_file_systems_come_first_and_the_rest_is_one_line() {
    let names: Vec<String> = (0..9).map(|index| format!("/m{index}")).collect();
    let mut mounts: Vec<Rows> = names
        .iter()
        .zip(0_u8..)
        .map(|(name, index)| rows(&[("path", name)], &[&[f64::from(index)]]))
        .collect();
    mounts.push(rows(&[("path", "/run"), ("fstype", "tmpfs")], &[&[99.0]]));
    let space = panel(QueryId::DiskSpace, mounts, PanelKind::DiskSpace);
    let shown: Vec<&str> = space.series.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(shown, ["/m8", "/m7", "/m6", "/m5", "/m4", "/m3", "3 others, mean"]);
    assert_eq!(values(&space.series[6]), [1.0]);
}

#[test]
fn no_answer_gives_six_panels_without_points() {
    let panels = panels(&[], NOW_NS);
    assert_eq!(panels.len(), 6);
    assert!(panels.iter().flat_map(|panel| &panel.series).all(|series| series.points.is_empty()));
}

#[test]
fn short_columns_and_values_that_are_no_numbers_are_gaps() {
    let mut short = rows(&[], &[&[1.0, f64::NAN, f64::INFINITY, 4.0], &[], &[2.0], &[]]);
    short.columns[0][0] = None;
    let load = panel(QueryId::Load, vec![short], PanelKind::Load);
    assert_eq!(values(&load.series[0]), [4.0]);
    assert!(load.series[1].points.is_empty());
    assert_eq!((values(&load.series[2]), load.capacity), (vec![2.0], None));
}

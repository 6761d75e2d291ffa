//! Machines that never were: walks around a level, made by a fixed generator, so that two runs agree.

use std::time::Duration;

use dashboards::{
    ActiveAlert, Answer, Level, OverviewPage, QueryId, Rows, Selected, Zone, choose, hosts, panels,
};

const SECOND_NS: i64 = 1_000_000_000;
/// 2026-11-20 13:32:10 UTC
const NOW_NS: i64 = 1_795_181_530 * SECOND_NS;
const BUCKET_NS: i64 = 20 * SECOND_NS;
const GIB: f64 = 1_073_741_824.0;

/// The page of one of the cases.
pub(crate) fn page(case: &str) -> OverviewPage {
    let names: &[&str] = match case {
        "empty" => &[],
        "many" => &["backup", "cache-1", "db-1", "git", "lb-1", "mail", "nextcloud", "web-1", "web-2"],
        _ => &["edge-par-02"],
    };
    let silent_s = if case == "stale" { 372 } else { 4 };
    let mut hosts = hosts(&fleet(names, silent_s));
    for host in &mut hosts {
        host.facts.system = Some("Debian 12, Linux 6.1".to_owned());
    }
    let wanted = (case == "many").then_some("db-1");
    let selected = choose(&hosts, wanted, "edge-par-02")
        .map(|host| Selected { name: host.name.clone(), panels: panels(&machine(silent_s), NOW_NS) });
    OverviewPage {
        now_ns: NOW_NS,
        zone: Zone { name: "Europe/Paris".to_owned(), offset_seconds: 3_600 },
        version: "0.1.0".to_owned(),
        took: Duration::from_millis(3),
        alerts: alerts(case),
        hosts,
        selected,
        not_found: None,
        faults: Vec::new(),
    }
}

fn alerts(case: &str) -> Vec<ActiveAlert> {
    let alert = |level, host: &str, message: &str, rule: &str, measurement: &str, minutes: i64| ActiveAlert {
        level,
        host: Some(host.to_owned()),
        message: message.to_owned(),
        rule: rule.to_owned(),
        measurement: Some(measurement.to_owned()),
        since_ns: NOW_NS - minutes * 60 * SECOND_NS,
    };
    match case {
        "one" => vec![alert(Level::Warning, "edge-par-02", "CPU at 94 % for 5 min", "cpu_high", "cpu", 18)],
        "many" => vec![
            alert(Level::Critical, "db-1", "/srv is full in 20 h at this pace", "disk_forecast", "disk", 14),
            alert(Level::Warning, "web-2", "CPU at 91 % for 8 min", "cpu_high", "cpu", 8),
            alert(Level::Info, "git", "a new kernel waits for a restart", "reboot_required", "kernel", 3000),
        ],
        _ => Vec::new(),
    }
}

/// The answers to the fleet's queries.
fn fleet(names: &[&str], silent_s: i64) -> Vec<Answer> {
    let tagged = |name: &str, columns: &[f64]| Rows {
        tags: vec![("host".to_owned(), name.to_owned()), ("path".to_owned(), "/".to_owned())],
        times: vec![NOW_NS - silent_s * SECOND_NS],
        columns: columns.iter().map(|value| vec![Some(*value)]).collect(),
    };
    let all = |columns: fn(f64) -> Vec<f64>| -> Vec<Rows> {
        names.iter().zip(0_u8..).map(|(name, index)| tagged(name, &columns(f64::from(index)))).collect()
    };
    let cpu = names.iter().zip(0_u8..).map(|(name, index)| {
        let level = f64::from(index) * 11.0 % 60.0;
        let idle = walk(u64::from(index) + 7, 60, 92.0 - level, 4.0 + level / 8.0, 0.0, 100.0);
        let mut rows = rows(60, 3 * BUCKET_NS, silent_s, &[idle]);
        rows.tags = vec![("host".to_owned(), (*name).to_owned())];
        rows
    });
    vec![
        Answer { id: QueryId::Hosts, rows: all(|index| vec![3_560_000.0 - index * 250_000.0]) },
        Answer { id: QueryId::Cores, rows: all(|_| vec![16.0]) },
        Answer { id: QueryId::MemoryNow, rows: all(|index| vec![54.7 + index * 3.1, 64.0 * GIB]) },
        Answer { id: QueryId::DiskNow, rows: all(|index| vec![92.0 - index * 8.0]) },
        Answer { id: QueryId::CpuHour, rows: cpu.collect() },
    ]
}

/// The answers to the queries of one host.
fn machine(silent_s: i64) -> Vec<Answer> {
    let one = |columns: Vec<Vec<f64>>| vec![rows(181, BUCKET_NS, silent_s, &columns)];
    let tagged = |tag: &str, name: &str, columns: Vec<Vec<f64>>| Rows {
        tags: vec![(tag.to_owned(), name.to_owned()), ("fstype".to_owned(), "ext4".to_owned())],
        ..rows(181, BUCKET_NS, silent_s, &columns)
    };
    let mut user = walk(101, 181, 24.0, 9.0, 2.0, 80.0);
    for (step, value) in user[122..132].iter_mut().enumerate() {
        *value += 46.0 - (f64::from(u32::try_from(step).unwrap_or(0)) - 4.5).abs() * 3.0;
    }
    let mount = |seed, level, size: f64| {
        let percent = walk(seed, 181, level, 0.6, 0.0, 100.0);
        let used = percent.iter().map(|value| value / 100.0 * size).collect();
        vec![percent, used, vec![size; 181]]
    };
    vec![
        Answer {
            id: QueryId::Cpu,
            rows: one(vec![
                user,
                walk(102, 181, 8.0, 3.0, 1.0, 20.0),
                walk(103, 181, 3.0, 0.8, 0.2, 9.0),
                walk(104, 181, 2.0, 1.0, 0.2, 9.0),
                vec![0.0; 181],
                vec![0.0; 181],
            ]),
        },
        Answer {
            id: QueryId::Memory,
            rows: one(vec![
                walk(111, 181, 35.0 * GIB, 0.8 * GIB, 0.0, 60.0 * GIB),
                walk(112, 181, 16.0 * GIB, 0.9 * GIB, 0.0, 60.0 * GIB),
                walk(113, 181, 1.5 * GIB, 0.01 * GIB, 0.0, 60.0 * GIB),
                vec![64.0 * GIB; 181],
            ]),
        },
        Answer {
            id: QueryId::DiskSpace,
            rows: vec![
                tagged("path", "/", mount(121, 32.0, 40.0 * GIB)),
                tagged("path", "/var", mount(122, 83.4, 220.0 * GIB)),
                tagged("path", "/srv/backup/of/a/machine/with/a/long/name", mount(123, 57.0, 900.0 * GIB)),
            ],
        },
        Answer {
            id: QueryId::Network,
            rows: vec![
                tagged(
                    "interface",
                    "eth0",
                    vec![walk(131, 181, 52e6, 11e6, 1e6, 1e9), walk(132, 181, 24e6, 8e6, 1e6, 1e9)],
                ),
                tagged("interface", "veth01", vec![vec![9e9; 181], vec![9e9; 181]]),
            ],
        },
        Answer {
            id: QueryId::Load,
            rows: one(vec![
                walk(141, 181, 6.2, 2.4, 0.2, 40.0),
                walk(142, 181, 6.0, 0.9, 0.2, 40.0),
                walk(143, 181, 5.8, 0.3, 0.2, 40.0),
                vec![16.0; 181],
            ]),
        },
        Answer {
            id: QueryId::DiskTraffic,
            rows: vec![tagged(
                "name",
                "nvme0n1",
                vec![walk(151, 181, 64e6, 24e6, 4e6, 1e9), walk(152, 181, 18e6, 9e6, 1e6, 1e9)],
            )],
        },
    ]
}

/// Rows up to the last value, with a hole of three minutes in the middle.
fn rows(count: usize, bucket_ns: i64, silent_s: i64, columns: &[Vec<f64>]) -> Rows {
    let newest = (NOW_NS - silent_s * SECOND_NS).div_euclid(bucket_ns);
    let first = NOW_NS.div_euclid(bucket_ns) - i64::try_from(count).unwrap_or(0) + 1;
    let kept = |index: &usize| {
        let time = (first + i64::try_from(*index).unwrap_or(0)) * bucket_ns;
        let hole = NOW_NS - 2_400 * SECOND_NS..NOW_NS - 2_200 * SECOND_NS;
        !hole.contains(&time) && time <= newest * bucket_ns
    };
    let indices: Vec<usize> = (0..count).filter(kept).collect();
    Rows {
        tags: Vec::new(),
        times: indices.iter().map(|index| (first + i64::try_from(*index).unwrap_or(0)) * bucket_ns).collect(),
        columns: columns
            .iter()
            .map(|column| indices.iter().map(|index| column.get(*index).copied()).collect())
            .collect(),
    }
}

/// A walk that is drawn back to its level.
fn walk(seed: u64, count: usize, level: f64, spread: f64, low: f64, high: f64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut drift = 0.0;
    let mut step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let noise = f64::from(u32::try_from(state >> 40).unwrap_or(0)) / f64::from(1_u32 << 24) - 0.5;
        drift = drift * 0.9 + noise * spread;
        (level + drift).clamp(low, high)
    };
    (0..count).map(|_| step()).collect()
}

//! From the rows of one host's queries to its panels.

use std::collections::BTreeMap;

use crate::{
    answer::{Answer, Rows, rows_of},
    devices::{physical_disks, physical_interfaces},
    fleet::holds_data,
    limits::SERIES_MAX,
    number,
    panel::{Panel, PanelKind, Series},
    queries::QueryId,
    zone::SECOND_NS,
};

/// Length of the buckets that [`crate::host_queries`] ask for.
pub(crate) const BUCKET_NS: i64 = 20 * SECOND_NS;

/// CPU kinds that are left out of the stack while they stay below this share, in percent.
const RARE_KIND_PERCENT_MIN: f64 = 0.5;

/// The six panels that the answers to [`crate::host_queries`] speak of, at `now_ns`.
///
/// A panel without any row is there all the same: it says that there is no data.
pub fn panels(answers: &[Answer], now_ns: i64) -> Vec<Panel> {
    vec![
        cpu(rows_of(answers, QueryId::Cpu), rows_of(answers, QueryId::Load)),
        memory(rows_of(answers, QueryId::Memory)),
        disk_space(rows_of(answers, QueryId::DiskSpace)),
        network(rows_of(answers, QueryId::Network), now_ns),
        load(rows_of(answers, QueryId::Load)),
        disk_traffic(rows_of(answers, QueryId::DiskTraffic), now_ns),
    ]
}

/// User, system, softirq, iowait; steal and nice where they are worth a colour.
fn cpu(rows: &[Rows], load: &[Rows]) -> Panel {
    let kinds = ["user", "system", "softirq", "iowait", "steal", "nice"];
    let mut series = columns(rows.first(), &kinds);
    let rare = |one: &Series| one.points.iter().all(|(_, value)| *value < RARE_KIND_PERCENT_MIN);
    series.retain(|one| !(matches!(one.name.as_str(), "steal" | "nice") && rare(one)));
    let subtitle = cores(load).map_or_else(String::new, number::cores);
    Panel { kind: PanelKind::Cpu, subtitle, series, capacity: None }
}

/// Used, and on top what the kernel gives back when asked. Newer kernels count shared memory as cached *and*
/// as used, so the cache is cut where both would exceed the machine.
fn memory(rows: &[Rows]) -> Panel {
    let rows = rows.first();
    let total = rows.and_then(|rows| rows.last(3));
    let mut series = columns(rows, &["used", "cache and buffers"]);
    if let Some(rows) = rows {
        let buffered = Series { name: String::new(), points: rows.points(2).collect() };
        let used = series[0].clone();
        for (time, cached) in &mut series[1].points {
            let room = total.map_or(f64::MAX, |total| (total - used.at(*time).unwrap_or(0.0)).max(0.0));
            *cached = (*cached + buffered.at(*time).unwrap_or(0.0)).min(room);
        }
    }
    let subtitle = total.map_or_else(String::new, |total| format!("of {}", number::bytes(total)));
    Panel { kind: PanelKind::Memory, subtitle, series, capacity: total }
}

/// The fullest file systems; the sub-title gives the bytes of the first.
fn disk_space(rows: &[Rows]) -> Panel {
    let mut mounts: Vec<&Rows> =
        rows.iter().filter(|rows| holds_data(rows) && rows.last(0).is_some()).collect();
    mounts.sort_by(|a, b| b.last(0).partial_cmp(&a.last(0)).unwrap_or(std::cmp::Ordering::Equal));
    let subtitle = mounts.first().and_then(|rows| fullness(rows)).unwrap_or_default();
    let line = |rows: &&Rows| Series { name: rows.tag("path").to_owned(), points: rows.points(0).collect() };
    let series = at_most(mounts.iter().map(line).collect());
    Panel { kind: PanelKind::DiskSpace, subtitle, series, capacity: None }
}

/// `/var: 5.2 of 20.0 GiB`
fn fullness(rows: &Rows) -> Option<String> {
    let (used, total) = (rows.last(1)?, rows.last(2)?);
    Some(format!("{}: {} of {}", rows.tag("path"), number::bytes(used), number::bytes(total)))
}

fn network(rows: &[Rows], now_ns: i64) -> Panel {
    let chosen = physical_interfaces(&tags(rows, "interface"));
    let summed = |column, name| sum(rows, "interface", &chosen, column, 8.0, name, now_ns);
    let series = vec![summed(0, "received"), summed(1, "sent")];
    Panel { kind: PanelKind::Network, subtitle: listing(&chosen, "interfaces"), series, capacity: None }
}

fn load(rows: &[Rows]) -> Panel {
    let series = columns(rows.first(), &["1 min", "5 min", "15 min"]);
    let capacity = rows.first().and_then(|rows| rows.last(3)).filter(|cores| *cores >= 1.0);
    let subtitle = "processes that run or wait".to_owned();
    Panel { kind: PanelKind::Load, subtitle, series, capacity }
}

fn disk_traffic(rows: &[Rows], now_ns: i64) -> Panel {
    let chosen = physical_disks(&tags(rows, "name"));
    let summed = |column, name| sum(rows, "name", &chosen, column, 1.0, name, now_ns);
    let series = vec![summed(0, "written"), summed(1, "read")];
    Panel { kind: PanelKind::DiskTraffic, subtitle: listing(&chosen, "disks"), series, capacity: None }
}

fn cores(load: &[Rows]) -> Option<u64> {
    load.first()?.last(3).and_then(crate::fleet::count)
}

/// The first columns as series of these names.
fn columns(rows: Option<&Rows>, names: &[&str]) -> Vec<Series> {
    let points = |column| rows.map(|rows| rows.points(column).collect()).unwrap_or_default();
    let series = |(column, name): (usize, &&str)| Series { name: (*name).to_owned(), points: points(column) };
    names.iter().enumerate().map(series).collect()
}

fn tags<'a>(rows: &'a [Rows], tag: &str) -> Vec<&'a str> {
    rows.iter().map(|rows| rows.tag(tag)).collect()
}

/// `eth0`, `eth0, eth1`, or `4 interfaces`.
fn listing(names: &[&str], plural: &str) -> String {
    if names.len() <= 2 { names.join(", ") } else { format!("{} {plural}", names.len()) }
}

/// The sum of one column over the chosen devices, times `factor`.
///
/// The bucket that is still filling is left out: a rate divides by the whole bucket, so until its last value
/// is in, it would show half the traffic.
fn sum(
    rows: &[Rows],
    tag: &str,
    chosen: &[&str],
    column: usize,
    factor: f64,
    name: &str,
    now_ns: i64,
) -> Series {
    let mut total: BTreeMap<i64, f64> = BTreeMap::new();
    for rows in rows.iter().filter(|rows| chosen.contains(&rows.tag(tag))) {
        for (time, value) in rows.points(column).filter(|(time, _)| time.saturating_add(BUCKET_NS) <= now_ns)
        {
            *total.entry(time).or_default() += value * factor;
        }
    }
    Series { name: name.to_owned(), points: total.into_iter().collect() }
}

/// All lines when they are few; else the first ones and the mean of the others.
fn at_most(mut series: Vec<Series>) -> Vec<Series> {
    if series.len() <= SERIES_MAX {
        return series;
    }
    let others = series.split_off(SERIES_MAX);
    let mut sums: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for (time, value) in others.iter().flat_map(|one| &one.points) {
        let (sum, count) = sums.entry(*time).or_default();
        *sum += value;
        *count += 1.0;
    }
    let points = sums.into_iter().map(|(time, (sum, count))| (time, sum / count)).collect();
    series.push(Series { name: format!("{} others, mean", others.len()), points });
    series
}

#[cfg(test)]
mod tests;

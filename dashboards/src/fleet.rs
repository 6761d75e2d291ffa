//! From the rows of the fleet's queries to the hosts of the page.

use std::collections::BTreeMap;

use crate::{
    answer::{Answer, Rows, rows_of},
    page::Host,
    panel::Series,
    queries::QueryId,
};

/// File systems that hold no user's data or show another one's.
const IGNORED_FILE_SYSTEMS: [&str; 8] =
    ["tmpfs", "devtmpfs", "devfs", "iso9660", "overlay", "aufs", "squashfs", "efivarfs"];

/// The hosts that the answers to [`crate::fleet_queries`] speak of, in the order of their names.
pub fn hosts(answers: &[Answer]) -> Vec<Host> {
    let mut hosts = BTreeMap::new();
    for rows in rows_of(answers, QueryId::Hosts) {
        let facts = &mut entry(&mut hosts, rows).facts;
        facts.uptime_seconds = rows.last(0);
        facts.last_ns = rows.times.last().copied();
    }
    for rows in rows_of(answers, QueryId::LastCpu) {
        let facts = &mut entry(&mut hosts, rows).facts;
        facts.last_ns = facts.last_ns.max(rows.times.last().copied());
    }
    for rows in rows_of(answers, QueryId::Cores) {
        entry(&mut hosts, rows).facts.cores = rows.last(0).and_then(count);
    }
    for rows in rows_of(answers, QueryId::MemoryNow) {
        let host = entry(&mut hosts, rows);
        host.memory_percent = rows.last(0);
        host.facts.memory_bytes = rows.last(1);
    }
    for rows in rows_of(answers, QueryId::DiskNow).iter().filter(|rows| holds_data(rows)) {
        let host = entry(&mut hosts, rows);
        host.disk_percent = rows.last(0).into_iter().chain(host.disk_percent).reduce(f64::max);
    }
    for rows in rows_of(answers, QueryId::CpuHour) {
        let host = entry(&mut hosts, rows);
        let busy = rows.points(0).map(|(time, idle)| (time, (100.0 - idle).clamp(0.0, 100.0)));
        host.cpu = Series { name: "CPU".to_owned(), points: busy.collect() };
    }
    hosts.into_values().collect()
}

/// The host to show: the one that was asked for; without a wish this machine, else the first.
/// None when the wish is unknown, or there is no host.
pub fn choose<'a>(hosts: &'a [Host], wanted: Option<&str>, this_machine: &str) -> Option<&'a Host> {
    let named = |name: &str| hosts.iter().find(|host| host.name == name);
    match wanted {
        Some(name) => named(name),
        None => named(this_machine).or_else(|| hosts.first()),
    }
}

/// Whether these rows are of a file system that can fill up with a user's data.
pub(crate) fn holds_data(rows: &Rows) -> bool {
    !IGNORED_FILE_SYSTEMS.contains(&rows.tag("fstype"))
}

fn entry<'a>(hosts: &'a mut BTreeMap<String, Host>, rows: &Rows) -> &'a mut Host {
    let name = rows.tag("host");
    hosts.entry(name.to_owned()).or_insert_with(|| Host { name: name.to_owned(), ..Host::default() })
}

/// A whole number that a float carries, none where it is negative or absurd.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked in the line above"
)]
pub(crate) fn count(value: f64) -> Option<u64> {
    (0.0..=1e15).contains(&value).then_some(value as u64)
}

#[cfg(test)]
mod tests;

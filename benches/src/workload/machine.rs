//! A web server as an agent sees it: processor, memory, disk, network and load, every ten seconds.
//!
//! Both kinds draw the same jiffies; they differ in how percentages come of them. Vigie's agent divides
//! whole jiffies and rounds to four decimals. Telegraf turns jiffies into seconds first, so that the
//! difference of two large fractions leaves noise in the last bits, which is dear to store.

use super::random::Random;
use super::{Workload, time_ns, whole};
use std::fmt::{Result, Write as _};

/// Lines of a host in one step.
pub(super) const LINES: u64 = 5;
/// Values of a host in one step.
pub(super) const VALUES: u64 = 10 + 6 + 6 + 8 + 6;

const SEED: u64 = 7;
const MEMORY_BYTES: i64 = 16 << 30;
/// What the page cache could give back beyond the free memory.
const RECLAIMABLE_BYTES: i64 = 1 << 28;
const DISK_BYTES: i64 = 500_000_000_000;
const PAGE_BYTES: i64 = 4096;
/// Jiffies of four processors in ten seconds, and how far a late timer moves them.
const STEP_JIFFIES: f64 = 4000.0;
const STEP_JIFFIES_DEVIATION: f64 = 6.0;

/// How jiffies become percentages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Percentages {
    /// Of whole jiffies, to four decimals.
    Rounded,
    /// Of seconds since boot, with all digits.
    FromSeconds,
}

/// All hosts with their state.
#[derive(Debug)]
pub(super) struct Machine {
    random: Random,
    percentages: Percentages,
    hosts: Vec<Host>,
    order: Vec<usize>,
}

#[derive(Debug)]
struct Host {
    tag: String,
    /// Jiffies since boot by kind of work.
    jiffies: [u64; Workload::CPU_FIELDS.len()],
    busy: f64,
    received_bytes: i64,
    sent_bytes: i64,
    used_bytes: f64,
    disk_bytes: f64,
    load: f64,
}

impl Machine {
    pub(super) fn new(hosts: u32, percentages: Percentages) -> Self {
        let mut random = Random::new(SEED);
        let hosts: Vec<Host> = (0..hosts).map(|number| Host::new(number, &mut random)).collect();
        let order = (0..hosts.len()).collect();
        Self { random, percentages, hosts, order }
    }

    /// Appends five lines per host.
    pub(super) fn write(&mut self, step: u32, text: &mut String) -> Result {
        self.random.shuffle(&mut self.order);
        for &index in &self.order {
            let host = &mut self.hosts[index];
            host.walk(&mut self.random);
            let usage = host.work(&mut self.random, self.percentages);
            host.write_cpu(text, usage, step)?;
            host.write_mem(text, self.percentages, step)?;
            host.write_disk(text, self.percentages, step)?;
            host.write_net(text, step)?;
            host.write_system(text, step)?;
        }
        Ok(())
    }
}

impl Host {
    fn new(number: u32, random: &mut Random) -> Self {
        Self {
            tag: format!("host=web{number:03}"),
            jiffies: [0; 10].map(|_| random.below(1_000_000_000)),
            busy: random.uniform(0.02, 0.6),
            received_bytes: whole(random.uniform(0.0, 2f64.powi(40))),
            sent_bytes: whole(random.uniform(0.0, 2f64.powi(40))),
            used_bytes: random.uniform(2.0, 12.0) * 2f64.powi(30),
            disk_bytes: random.uniform(20.0, 200.0) * 1e9,
            load: random.uniform(0.0, 3.0),
        }
    }

    /// Moves the gauges and counters on by a step.
    fn walk(&mut self, random: &mut Random) {
        self.busy = (self.busy + random.normal(0.0, 0.02)).clamp(0.01, 0.99);
        self.used_bytes = (self.used_bytes + random.normal(0.0, 4e6)).clamp(1e9, MEMORY_BYTES as f64 * 0.95);
        self.disk_bytes += random.exponential(2e5);
        self.load = (self.load + random.normal(0.0, 0.05)).clamp(0.0, 40.0);
        self.received_bytes += whole(random.exponential(2e6));
        self.sent_bytes += whole(random.exponential(1e6));
    }

    /// Spends the jiffies of a step and gives the usage by kind of work.
    fn work(&mut self, random: &mut Random, percentages: Percentages) -> [f64; 10] {
        let total = (STEP_JIFFIES + random.normal(0.0, STEP_JIFFIES_DEVIATION)).trunc();
        let busy = self.busy;
        let shares =
            [busy * 0.7, busy * 0.2, 1.0 - busy, 0.0, busy * 0.05, 0.0, busy * 0.04, busy * 0.01, 0.0, 0.0];
        let spent = random.multinomial(whole(total).unsigned_abs(), shares);
        let before = self.jiffies.map(seconds);
        for (jiffies, spent) in self.jiffies.iter_mut().zip(spent) {
            *jiffies += spent;
        }
        match percentages {
            Percentages::Rounded => spent.map(|count| rounded(100.0 * count as f64 / total)),
            Percentages::FromSeconds => usage_of_seconds(before, self.jiffies.map(seconds)),
        }
    }

    fn write_cpu(&self, text: &mut String, usage: [f64; 10], step: u32) -> Result {
        write!(text, "cpu,cpu=cpu-total,{}", self.tag)?;
        for (position, (name, usage)) in Workload::CPU_FIELDS.iter().zip(usage).enumerate() {
            let before = if position == 0 { ' ' } else { ',' };
            write!(text, "{before}{name}={usage:?}")?;
        }
        writeln!(text, " {}", time_ns(step))
    }

    fn write_mem(&self, text: &mut String, percentages: Percentages, step: u32) -> Result {
        let used = pages(self.used_bytes);
        let (free, available) = (MEMORY_BYTES - used, MEMORY_BYTES - used + RECLAIMABLE_BYTES);
        let used_percent = percentages.of(used, MEMORY_BYTES);
        let available_percent = percentages.of(available, MEMORY_BYTES);
        let tag = &self.tag;
        write!(text, "mem,{tag} total={MEMORY_BYTES}i,used={used}i,free={free}i,available={available}i")?;
        writeln!(
            text,
            ",used_percent={used_percent:?},available_percent={available_percent:?} {}",
            time_ns(step)
        )
    }

    fn write_disk(&self, text: &mut String, percentages: Percentages, step: u32) -> Result {
        let used = pages(self.disk_bytes);
        let (free, used_percent) = (DISK_BYTES - used, percentages.of(used, DISK_BYTES));
        write!(text, "disk,device=vda1,fstype=ext4,{},mode=rw,path=/ total={DISK_BYTES}i", self.tag)?;
        write!(text, ",used={used}i,free={free}i,used_percent={used_percent:?}")?;
        writeln!(text, ",inodes_total=31000000i,inodes_used={}i {}", used / 50_000, time_ns(step))
    }

    fn write_net(&self, text: &mut String, step: u32) -> Result {
        let (received, sent) = (self.received_bytes, self.sent_bytes);
        write!(text, "net,{},interface=eth0 bytes_recv={received}i,bytes_sent={sent}i", self.tag)?;
        write!(text, ",packets_recv={}i,packets_sent={}i", received / 900, sent / 700)?;
        writeln!(text, ",err_in=0i,err_out=0i,drop_in=0i,drop_out=0i {}", time_ns(step))
    }

    fn write_system(&self, text: &mut String, step: u32) -> Result {
        let (load1, load5, load15) = (self.load, self.load * 0.9, self.load * 0.8);
        write!(text, "system,{} load1={load1:.2},load5={load5:.2},load15={load15:.2}", self.tag)?;
        writeln!(text, ",n_cpus=4i,n_users=1i,uptime={}i {}", 100_000 + 10 * u64::from(step), time_ns(step))
    }
}

impl Percentages {
    fn of(self, part: i64, total: i64) -> f64 {
        let percentage = 100.0 * (part as f64 / total as f64);
        match self {
            Self::Rounded => rounded(percentage),
            Self::FromSeconds => percentage,
        }
    }
}

fn usage_of_seconds(before: [f64; 10], after: [f64; 10]) -> [f64; 10] {
    let total = after.iter().sum::<f64>() - before.iter().sum::<f64>();
    std::array::from_fn(|kind| 100.0 * (after[kind] - before[kind]) / total)
}

fn seconds(jiffies: u64) -> f64 {
    jiffies as f64 / 100.0
}

fn rounded(percentage: f64) -> f64 {
    (percentage * 1e4).round_ties_even() / 1e4
}

fn pages(bytes: f64) -> i64 {
    whole(bytes) / PAGE_BYTES * PAGE_BYTES
}

//! Four kinds of writers, and the lines that they send.
//!
//! `devops` is the cpu-only shape of the Time Series Benchmark Suite: ten tags, ten integers that walk
//! at random. `agent` is what Vigie's own agent sends about a machine: percentages rounded to four
//! decimals, counters, gauges in bytes. `telegraf` is the same machine with percentages whose last bits
//! are noise, as Telegraf computes them. `cardinality` is many series of one value.
//!
//! Hosts report every ten seconds, in another order each time, and each host of `devops` writes its
//! tags in an order of its own: no engine may gain from an order that real fleets do not keep.

mod cardinality;
mod devops;
mod machine;
pub(crate) mod random;

use cardinality::Cardinality;
use devops::Devops;
use machine::{Machine, Percentages};

/// The first instant: 2016-01-01T00:00:00Z, the suite's own start, in seconds.
const START_S: i64 = 1_451_606_400;
/// The time between two reports of a host, in seconds.
const STEP_S: i64 = 10;
/// Which lines are sent, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// One line with ten tags and ten integers per host and step.
    Devops {
        /// How many hosts report.
        hosts: u32,
        /// How often each reports.
        steps: u32,
    },
    /// Five lines with 36 values per host and step, rounded as Vigie's agent rounds.
    Agent {
        /// How many hosts report.
        hosts: u32,
        /// How often each reports.
        steps: u32,
    },
    /// The same five lines, as Telegraf sends them.
    Telegraf {
        /// How many hosts report.
        hosts: u32,
        /// How often each reports.
        steps: u32,
    },
    /// One line with one value per series and step.
    Cardinality {
        /// How many series there are.
        series: u32,
        /// How many values each gets.
        steps: u32,
    },
}

impl Workload {
    /// The ten fields of measurement `cpu`, in the order in which they are sent.
    pub const CPU_FIELDS: [&str; 10] = [
        "usage_user",
        "usage_system",
        "usage_idle",
        "usage_nice",
        "usage_iowait",
        "usage_irq",
        "usage_softirq",
        "usage_steal",
        "usage_guest",
        "usage_guest_nice",
    ];

    /// The name on the command line and in tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Devops { .. } => "devops",
            Self::Agent { .. } => "agent",
            Self::Telegraf { .. } => "telegraf",
            Self::Cardinality { .. } => "cardinality",
        }
    }

    /// How many hosts report; none for `cardinality`, whose series are no machines.
    #[must_use]
    pub fn host_count(&self) -> u32 {
        match *self {
            Self::Devops { hosts, .. } | Self::Agent { hosts, .. } | Self::Telegraf { hosts, .. } => hosts,
            Self::Cardinality { .. } => 0,
        }
    }

    /// How many distinct pairs of measurement and tags there are.
    #[must_use]
    pub fn series_count(&self) -> u64 {
        match *self {
            Self::Devops { hosts, .. } => u64::from(hosts),
            Self::Agent { hosts, .. } | Self::Telegraf { hosts, .. } => u64::from(hosts) * machine::LINES,
            Self::Cardinality { series, .. } => u64::from(series),
        }
    }

    /// How many lines are sent.
    #[must_use]
    pub fn line_count(&self) -> u64 {
        self.series_count() * u64::from(self.steps())
    }

    /// How many values are sent.
    #[must_use]
    pub fn value_count(&self) -> u64 {
        let per_step = match *self {
            Self::Devops { hosts, .. } => u64::from(hosts) * devops::VALUES,
            Self::Agent { hosts, .. } | Self::Telegraf { hosts, .. } => u64::from(hosts) * machine::VALUES,
            Self::Cardinality { series, .. } => u64::from(series),
        };
        per_step * u64::from(self.steps())
    }

    /// The time of the first line, in seconds since 1970.
    #[must_use]
    pub fn start_s(&self) -> i64 {
        START_S
    }

    /// The end of the last step, in seconds since 1970.
    #[must_use]
    pub fn end_s(&self) -> i64 {
        START_S + STEP_S * i64::from(self.steps())
    }

    /// The lines, from the first on.
    #[must_use]
    pub fn lines(&self) -> Lines {
        let source = match *self {
            Self::Devops { hosts, .. } => Source::Devops(Devops::new(hosts)),
            Self::Agent { hosts, .. } => Source::Machine(Machine::new(hosts, Percentages::Rounded)),
            Self::Telegraf { hosts, .. } => Source::Machine(Machine::new(hosts, Percentages::FromSeconds)),
            Self::Cardinality { series, .. } => Source::Cardinality(Cardinality::new(series)),
        };
        Lines { source, step: 0, steps: self.steps() }
    }

    fn steps(&self) -> u32 {
        match *self {
            Self::Devops { steps, .. }
            | Self::Agent { steps, .. }
            | Self::Telegraf { steps, .. }
            | Self::Cardinality { steps, .. } => steps,
        }
    }
}

/// Line protocol, one step of all hosts at a time.
#[derive(Debug)]
pub struct Lines {
    source: Source,
    step: u32,
    steps: u32,
}

#[derive(Debug)]
enum Source {
    Devops(Devops),
    Machine(Machine),
    Cardinality(Cardinality),
}

impl Lines {
    /// Appends the lines of the next step, each with its newline; false when there is none left.
    pub fn next_step(&mut self, text: &mut String) -> bool {
        if self.step == self.steps {
            return false;
        }
        match &mut self.source {
            Source::Devops(hosts) => hosts.write(self.step, text),
            Source::Machine(hosts) => hosts.write(self.step, text),
            Source::Cardinality(series) => series.write(self.step, text),
        }
        .expect("a String takes whatever is written");
        self.step += 1;
        true
    }
}

/// The time of a step as lines carry it, in ns since 1970.
fn time_ns(step: u32) -> i64 {
    (START_S + STEP_S * i64::from(step)) * 1_000_000_000
}

/// The whole part of a number that is known to be far below 2^63.
#[expect(clippy::cast_possible_truncation, reason = "dropping the fraction is what it is for")]
fn whole(number: f64) -> i64 {
    number as i64
}

#[cfg(test)]
mod tests;

//! What the agent has done, for the program's own metrics.

use crate::buffer::Buffer;
use crate::config::InputConfig;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counters since the agent was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentStats {
    /// In the order of the configuration.
    pub inputs: Vec<InputStats>,
    /// In the order in which they were given.
    pub outputs: Vec<OutputStats>,
}

/// One input's counters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputStats {
    /// `cpu`.
    pub name: String,
    /// Its alias, if it has one.
    pub alias: Option<String>,
    /// Gathers that ended.
    pub gathers: u64,
    /// Metrics that it reported.
    pub metrics: u64,
    /// Errors: whole gathers and parts.
    pub errors: u64,
    /// Turns that were passed over because the last gather was still running.
    pub skipped: u64,
    /// Gathers that ended in a panic.
    pub panics: u64,
    /// Time spent in gathers, in ns.
    pub gather_ns: u64,
}

/// One output's counters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputStats {
    /// Its name.
    pub name: String,
    /// Metrics that wait.
    pub buffered: u64,
    /// Their bytes.
    pub buffered_bytes: u64,
    /// Most metrics that may wait.
    pub buffer_limit: u64,
    /// Metrics that were dropped for lack of room.
    pub dropped: u64,
    /// Metrics that were written.
    pub written: u64,
    /// Metrics that the other side refused.
    pub refused: u64,
    /// Writes that failed and were or will be repeated.
    pub failures: u64,
    /// Time spent in writes, in ns.
    pub write_ns: u64,
}

#[derive(Debug, Default)]
pub(super) struct InputCounters {
    name: String,
    alias: Option<String>,
    pub(super) gathers: Counter,
    pub(super) metrics: Counter,
    pub(super) errors: Counter,
    pub(super) skipped: Counter,
    pub(super) panics: Counter,
    pub(super) gather_ns: Counter,
}

impl InputCounters {
    pub(super) fn new(input: &InputConfig) -> Self {
        Self { name: input.kind.name.to_owned(), alias: input.common.alias.clone(), ..Self::default() }
    }

    /// `inputs.cpu` or `inputs.cpu::alias`, as logs call it.
    pub(super) fn label(&self) -> String {
        let alias = self.alias.as_ref().map_or_else(String::new, |alias| format!("::{alias}"));
        format!("inputs.{}{alias}", self.name)
    }

    pub(super) fn snapshot(&self) -> InputStats {
        InputStats {
            name: self.name.clone(),
            alias: self.alias.clone(),
            gathers: self.gathers.get(),
            metrics: self.metrics.get(),
            errors: self.errors.get(),
            skipped: self.skipped.get(),
            panics: self.panics.get(),
            gather_ns: self.gather_ns.get(),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct OutputCounters {
    name: String,
    pub(super) written: Counter,
    pub(super) refused: Counter,
    pub(super) failures: Counter,
    pub(super) write_ns: Counter,
}

impl OutputCounters {
    pub(super) fn new(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    pub(super) fn snapshot(&self, buffer: &Buffer) -> OutputStats {
        OutputStats {
            name: self.name.clone(),
            buffered: buffer.len() as u64,
            buffered_bytes: buffer.bytes() as u64,
            buffer_limit: buffer.limit() as u64,
            dropped: buffer.dropped(),
            written: self.written.get(),
            refused: self.refused.get(),
            failures: self.failures.get(),
            write_ns: self.write_ns.get(),
        }
    }
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    pub(super) fn add_time(&self, time: Duration) {
        self.add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

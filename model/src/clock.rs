//! Time as a parameter, so that tests can set it and recovery can doubt it.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// Where the time comes from.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The wall clock in ns since 1970; it may jump.
    fn now_ns(&self) -> i64;

    /// Time since some fixed start; it never goes back.
    fn monotonic(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    #[must_use]
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    fn now_ns(&self) -> i64 {
        let now = std::time::SystemTime::now();
        match now.duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(crate::MAX_TIME),
            Err(before) => i64::try_from(before.duration().as_nanos())
                .map_or(crate::MIN_TIME, |nanoseconds| -nanoseconds),
        }
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A clock that stands still until it is told otherwise.
#[derive(Debug)]
pub struct ManualClock {
    wall_ns: AtomicI64,
    monotonic_ns: AtomicI64,
}

impl ManualClock {
    /// A clock that shows `now_ns`.
    #[must_use]
    pub const fn new(now_ns: i64) -> Self {
        Self { wall_ns: AtomicI64::new(now_ns), monotonic_ns: AtomicI64::new(0) }
    }

    /// Lets time pass: wall and monotonic alike.
    pub fn advance(&self, by: Duration) {
        let ns = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        self.wall_ns.fetch_add(ns, Ordering::SeqCst);
        self.monotonic_ns.fetch_add(ns, Ordering::SeqCst);
    }

    /// Makes the wall clock jump; monotonic time stays.
    pub fn jump_to(&self, now_ns: i64) {
        self.wall_ns.store(now_ns, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ns(&self) -> i64 {
        self.wall_ns.load(Ordering::SeqCst)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.monotonic_ns.load(Ordering::SeqCst).unsigned_abs())
    }
}

#[cfg(test)]
mod tests;

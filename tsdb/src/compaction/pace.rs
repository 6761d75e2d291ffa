//! Pace: how fast a job may write, and that it has to end.

use std::time::Duration;

use model::Clock;
use threads::atomic::{AtomicBool, Ordering};
use threads::{Condvar, Mutex};

use crate::error::{Error, Result};

/// Asks a job to end. It is noticed within a series, also by a job that sleeps.
#[derive(Debug, Default)]
pub(crate) struct Cancel {
    is_cancelled: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Cancel {
    /// Asks the job to end.
    pub(crate) fn cancel(&self) {
        let _lock = self.lock.lock();
        self.is_cancelled.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Whether somebody asked.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// Sleeps for so long, or until somebody cancels.
    fn sleep(&self, time: Duration) {
        let mut lock = self.lock.lock();
        if !self.is_cancelled() {
            self.changed.wait_for(&mut lock, time);
        }
    }
}

/// The pace of one job.
pub(crate) struct Pace<'a> {
    cancel: &'a Cancel,
    clock: &'a dyn Clock,
    /// Whether everybody who could want the result is gone.
    is_abandoned: &'a dyn Fn() -> bool,
    /// Bytes in a second; none for as fast as possible.
    rate: Option<u64>,
    /// When the bytes of `ahead` began to be written.
    since: Duration,
    ahead: u64,
}

impl<'a> Pace<'a> {
    /// The pace of a job that begins now.
    pub(crate) fn new(
        cancel: &'a Cancel,
        clock: &'a dyn Clock,
        is_abandoned: &'a dyn Fn() -> bool,
        rate: Option<u64>,
    ) -> Self {
        Self { cancel, clock, is_abandoned, rate, since: clock.monotonic(), ahead: 0 }
    }

    /// Fails when the job has to end.
    pub(crate) fn check(&self) -> Result<()> {
        if self.cancel.is_cancelled() || (self.is_abandoned)() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Notes bytes that were written, and sleeps if they came too fast. No lock may be held.
    pub(crate) fn wrote(&mut self, bytes: u64) -> Result<()> {
        self.ahead += bytes;
        if let Some(rate) = self.rate {
            let due = self.since + Duration::from_nanos(nanoseconds(self.ahead, rate));
            let early = due.saturating_sub(self.clock.monotonic());
            if !early.is_zero() {
                self.cancel.sleep(early);
                (self.since, self.ahead) = (self.clock.monotonic(), 0);
            }
        }
        self.check()
    }
}

fn nanoseconds(bytes: u64, rate: u64) -> u64 {
    let ns = u128::from(bytes) * 1_000_000_000 / u128::from(rate.max(1));
    u64::try_from(ns).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ManualClock, SystemClock};

    #[test]
    fn a_job_that_was_cancelled_does_not_sleep_and_fails() {
        let (cancel, clock) = (Cancel::default(), ManualClock::new(0));
        let mut pace = Pace::new(&cancel, &clock, &|| false, Some(1));
        pace.check().unwrap();
        cancel.cancel();
        assert!(matches!(pace.wrote(1 << 40), Err(Error::Cancelled)));
        let lonely = Cancel::default();
        assert!(Pace::new(&lonely, &clock, &|| true, None).check().is_err());
    }

    #[test]
    fn a_job_that_sleeps_is_woken_to_end() {
        let (cancel, clock) = (Cancel::default(), SystemClock::new());
        std::thread::scope(|scope| {
            let job = scope.spawn(|| Pace::new(&cancel, &clock, &|| false, Some(1)).wrote(1 << 20));
            cancel.cancel();
            assert!(matches!(job.join().unwrap(), Err(Error::Cancelled)));
        });
    }

    #[test]
    fn bytes_take_the_time_that_the_rate_gives_them() {
        assert_eq!(nanoseconds(48 << 20, 48 << 20), 1_000_000_000);
        assert_eq!(nanoseconds(u64::MAX, 1), u64::MAX);
    }
}

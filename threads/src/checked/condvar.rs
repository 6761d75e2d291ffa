//! A condition variable with parking_lot's interface. There is no time: a wait with a bound ends when somebody wakes the
//! thread, or when others have had a few turns; how many, the schedule says.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shuttle::rand::{Rng, thread_rng};
use shuttle::{sync, thread};

use super::mutex::MutexGuard;

/// Turns of others after which a bound has passed, at most.
const TURNS_MAX: u32 = 16;

/// Lets threads wait for each other.
#[derive(Debug, Default)]
pub struct Condvar {
    condvar: sync::Condvar,
    /// How often somebody was to be woken. A wait with a bound may see a call that was for another thread: waits may
    /// end without a reason.
    calls: AtomicU64,
}

/// How a wait with a bound has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether nobody has woken the thread.
    #[must_use]
    pub const fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    /// One that nobody waits for.
    #[must_use]
    pub const fn new() -> Self {
        Self { condvar: sync::Condvar::new(), calls: AtomicU64::new(0) }
    }

    /// Wakes one of those who wait.
    pub fn notify_one(&self) {
        self.condvar.notify_one();
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Wakes all who wait.
    pub fn notify_all(&self) {
        self.condvar.notify_all();
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits to be woken.
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        guard.without(|held| self.condvar.wait(held).unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits to be woken, or until the schedule says that `bound` has passed.
    pub fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, bound: Duration) -> WaitTimeoutResult {
        let calls = || self.calls.load(Ordering::Relaxed);
        let before = calls();
        let turns = if bound.is_zero() { 0 } else { thread_rng().gen_range(1..=TURNS_MAX) };
        guard.pause(|| {
            for _ in 0..turns {
                if calls() == before {
                    thread::yield_now();
                }
            }
        });
        WaitTimeoutResult(calls() == before)
    }

    /// As [`wait_for`](Self::wait_for): no clock says here when that is.
    pub fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, end: Instant) -> WaitTimeoutResult {
        self.wait_for(guard, end.saturating_duration_since(Instant::now()))
    }
}

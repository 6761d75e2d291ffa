//! Whether the wall clock can be believed: what is past goes for good, so a wrong clock could empty a store.
//!
//! While the engine runs, the wall clock is held against monotonic time. At a start there is no monotonic time of the
//! run before, so the last wall time that was believed is kept in the file `CLOCK` (`docs/format/directory.md`). A
//! clock that differs from what is known by more than [`CLOCK_JUMP`] is doubted until its time has held for
//! [`CLOCK_HOLD`]: so long nothing is dropped, and no point is rejected for its age, because agents do not send a
//! rejected point again. A machine that was off for a month pays with an hour of late retention.

mod file;

use std::sync::Arc;
use std::time::Duration;

use disk::Fs;
use model::Clock;
use threads::Mutex;

use crate::directory::Directory;
use crate::limits::{CLOCK_HOLD, CLOCK_JUMP, CLOCK_SAVE};

/// What doubt means.
const WAIT: &str = "until its time has held for an hour nothing is dropped for its age";

/// Watches the wall clock of an engine.
#[derive(Debug)]
pub(crate) struct ClockGuard {
    clock: Arc<dyn Clock>,
    directory: Directory,
    state: Mutex<State>,
}

/// What the clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// The wall time, in ns since 1970.
    pub(crate) now_ns: i64,
    /// Whether something may be dropped or rejected because of it.
    pub(crate) is_believed: bool,
}

#[derive(Debug)]
struct State {
    /// Wall and monotonic time at the last look.
    last: (i64, Duration),
    /// The monotonic time at which the wall clock came to what it shows, if that is in doubt.
    doubted_since: Option<Duration>,
    /// The monotonic time of the last attempt to write the file.
    saved: Option<Duration>,
}

impl ClockGuard {
    /// Holds the clock against what an earlier run knew. A store that `is_new` has nothing to lose; a store without
    /// a readable `CLOCK` was made by an earlier version, restored, or stopped while its clock was in doubt.
    pub(crate) fn open(fs: &dyn Fs, directory: &Directory, clock: Arc<dyn Clock>, is_new: bool) -> Self {
        let (now_ns, monotonic) = (clock.now_ns(), clock.monotonic());
        let is_doubted = !is_new && is_doubted_at_start(fs, directory, now_ns);
        let doubted_since = is_doubted.then_some(monotonic);
        let state = Mutex::new(State { last: (now_ns, monotonic), doubted_since, saved: None });
        Self { clock, directory: directory.clone(), state }
    }

    /// Looks at the clock.
    pub(crate) fn look(&self) -> Look {
        let mut state = self.state.lock();
        let (now_ns, monotonic) = (self.clock.now_ns(), self.clock.monotonic());
        let is_believed = state.look(now_ns, monotonic);
        Look { now_ns, is_believed }
    }

    /// Whether the clock is in doubt now.
    pub(crate) fn is_doubted(&self) -> bool {
        !self.look().is_believed
    }

    /// Writes down the time if it is believed and [`CLOCK_SAVE`] has passed since the last attempt.
    pub(crate) fn save_if_due(&self, fs: &dyn Fs) {
        let saved = self.state.lock().saved;
        if saved.is_none_or(|saved| self.clock.monotonic().saturating_sub(saved) >= CLOCK_SAVE) {
            self.save(fs);
        }
    }

    /// Writes down the time if it is believed. When that fails, the next start doubts its clock for an hour: no
    /// reason to keep anything else from being done.
    pub(crate) fn save(&self, fs: &dyn Fs) {
        let look = self.look();
        if !look.is_believed {
            return;
        }
        self.state.lock().saved = Some(self.clock.monotonic());
        if let Err(error) = file::write(fs, &self.directory, look.now_ns) {
            tracing::warn!(%error, "the time could not be written down: the next start may doubt its clock");
        }
    }
}

impl State {
    fn look(&mut self, now_ns: i64, monotonic: Duration) -> bool {
        let (last_ns, last_monotonic) = std::mem::replace(&mut self.last, (now_ns, monotonic));
        let passed = i64::try_from(monotonic.saturating_sub(last_monotonic).as_nanos()).unwrap_or(i64::MAX);
        let expected = last_ns.saturating_add(passed);
        if apart(now_ns, expected) > CLOCK_JUMP {
            tracing::warn!(
                now = %Instant(now_ns), expected = %Instant(expected),
                "the clock jumped: {WAIT}"
            );
            self.doubted_since = Some(monotonic);
        }
        if self.doubted_since.is_some_and(|since| monotonic.saturating_sub(since) >= CLOCK_HOLD) {
            tracing::info!(now = %Instant(now_ns), "the time of the clock has held for an hour and is believed");
            self.doubted_since = None;
        }
        self.doubted_since.is_none()
    }
}

fn is_doubted_at_start(fs: &dyn Fs, directory: &Directory, now_ns: i64) -> bool {
    let now = Instant(now_ns);
    match file::read(fs, directory) {
        Ok(Some(known)) if apart(now_ns, known) <= CLOCK_JUMP => return false,
        Ok(Some(known)) => {
            let before = Instant(known);
            tracing::warn!(%now, %before, "the clock is far from when it was last believed: {WAIT}");
        }
        Ok(None) => tracing::info!(%now, "the store does not know when it was last used: {WAIT}"),
        Err(error) => {
            tracing::warn!(%error, %now, "the store cannot tell when it was last used: {WAIT}");
        }
    }
    true
}

/// How far two instants lie from each other.
fn apart(one_ns: i64, other_ns: i64) -> Duration {
    Duration::from_nanos(one_ns.abs_diff(other_ns))
}

/// An instant as people read it.
struct Instant(i64);

impl std::fmt::Display for Instant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_nanosecond(i128::from(self.0)) {
            Ok(instant) => write!(formatter, "{instant:.0}"),
            Err(_) => write!(formatter, "{} ns", self.0),
        }
    }
}

#[cfg(test)]
mod tests;

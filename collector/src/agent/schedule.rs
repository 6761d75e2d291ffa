//! When an input gathers next.

use crate::config::{AgentSettings, InputCommon};
use crate::random::Random;
use crate::rounding::until_multiple;
use std::time::Duration;
use tokio::time::Instant;

/// Regular times with an offset and a random delay.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) interval: Duration,
    round: bool,
    offset: Duration,
    jitter: Duration,
    random: Random,
    /// The last time without its delay, where times are not rounded.
    base: Option<Instant>,
}

impl Schedule {
    pub(super) fn new(agent: &AgentSettings, common: &InputCommon, random: Random) -> Self {
        Self {
            interval: common.interval.unwrap_or(agent.interval),
            round: agent.round_interval,
            offset: common.collection_offset.unwrap_or(agent.collection_offset),
            jitter: common.collection_jitter.unwrap_or(agent.collection_jitter),
            random,
            base: None,
        }
    }

    /// The next time after now. Rounded ones are multiples of the interval on the wall clock: asked for
    /// anew each time, so that they follow a clock that is set.
    pub(super) fn next(&mut self, wall_ns: i64, now: Instant) -> Instant {
        let base = if self.round { now + self.until_rounded(wall_ns) } else { self.regular(now) };
        base + self.random.up_to(self.jitter)
    }

    /// A hundredth of the interval is added first: a timer that fires a little early must not fire twice.
    fn until_rounded(&self, wall_ns: i64) -> Duration {
        let (interval, offset) = (nanoseconds(self.interval), nanoseconds(self.offset));
        let early = interval / 100;
        let from = wall_ns.saturating_sub(offset).saturating_add(early);
        Duration::from_nanos(early.saturating_add(until_multiple(from, interval)).unsigned_abs())
    }

    /// The first time is at once; one that was missed is not made up for.
    fn regular(&mut self, now: Instant) -> Instant {
        let base = self.base.map_or(now + self.offset, |base| (base + self.interval).max(now));
        self.base = Some(base);
        base
    }
}

fn nanoseconds(length: Duration) -> i64 {
    i64::try_from(length.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn schedule(agent: &AgentSettings) -> Schedule {
        Schedule::new(agent, &InputCommon::default(), Random::new(1))
    }

    #[test]
    fn rounded_times_are_multiples_on_the_wall_clock() {
        let mut schedule = schedule(&AgentSettings::default());
        let now = Instant::now();
        let wait = |schedule: &mut Schedule, wall_ns: i64| schedule.next(wall_ns, now) - now;
        assert_eq!(wait(&mut schedule, 1_700_000_003 * SECOND), Duration::from_secs(7));
        assert_eq!(wait(&mut schedule, 1_700_000_000 * SECOND), Duration::from_secs(10));
        assert_eq!(
            wait(&mut schedule, 1_700_000_010 * SECOND - 1),
            Duration::from_nanos(10_000_000_001),
            "fired early"
        );
    }

    #[test]
    fn an_offset_moves_rounded_times() {
        let agent = AgentSettings { collection_offset: Duration::from_secs(2), ..AgentSettings::default() };
        let now = Instant::now();
        assert_eq!(schedule(&agent).next(1_700_000_003 * SECOND, now) - now, Duration::from_secs(9));
    }

    #[test]
    fn a_delay_stays_within_its_bound() {
        let agent = AgentSettings { collection_jitter: Duration::from_secs(3), ..AgentSettings::default() };
        let mut schedule = schedule(&agent);
        let now = Instant::now();
        let waits: Vec<Duration> =
            (0..50).map(|_| schedule.next(1_700_000_003 * SECOND, now) - now).collect();
        assert!(waits.iter().all(|wait| (7..=10).contains(&wait.as_secs())), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait != waits[0]));
    }

    #[test]
    fn times_that_are_not_rounded_begin_at_once_and_are_never_made_up_for() {
        let agent = AgentSettings { round_interval: false, ..AgentSettings::default() };
        let mut schedule = schedule(&agent);
        let start = Instant::now();
        assert_eq!(schedule.next(0, start), start);
        assert_eq!(schedule.next(0, start), start + Duration::from_secs(10));
        let late = start + Duration::from_secs(35);
        assert_eq!(schedule.next(0, late), late);
        assert_eq!(schedule.next(0, late), late + Duration::from_secs(10));
    }
}

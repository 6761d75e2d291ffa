//! GROUP BY time: which bucket an instant lies in, and which bucket comes next.
//!
//! Buckets are aligned to the Unix epoch plus an offset. With a time zone they are aligned to its wall
//! clock, so that days begin at midnight there; a bucket in which the clock changes is longer or
//! shorter than the others. The arithmetic is InfluxDB's, down to the edge cases around a change.

use crate::text::zone_offset;
use jiff::tz::TimeZone;
use model::{MAX_TIME, MIN_TIME};

const NANOSECONDS: i64 = 1_000_000_000;

/// A half-open range of instants that one bucket covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// The first instant.
    pub(crate) start: i64,
    /// The first instant after it.
    pub(crate) end: i64,
}

/// How instants are put into buckets.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// The length of a bucket in ns; 0 is one bucket for the whole range.
    pub(crate) interval: i64,
    /// How far the grid is moved, in ns.
    pub(crate) offset: i64,
    /// Whose wall clock the grid follows.
    pub(crate) zone: Option<TimeZone>,
    /// The first instant that is asked for; [`MIN_TIME`] when none is.
    pub(crate) first: i64,
    /// The last instant that is asked for; [`MAX_TIME`] when none is.
    pub(crate) last: i64,
}

impl Window {
    /// The bucket that `ts` lies in.
    pub(crate) fn bucket(&self, ts: i64) -> Bucket {
        if self.interval == 0 {
            return Bucket { start: self.first, end: self.last.saturating_add(1) };
        }
        let ts = ts.saturating_sub(self.offset);
        let zone = self.zone_ns(ts);
        let into = (i128::from(ts) + i128::from(zone)).rem_euclid(i128::from(self.interval));
        let into = i64::try_from(into).expect("a remainder is below the interval");
        Bucket { start: self.start(ts, into, zone), end: self.end(ts, into, zone) }
    }

    fn start(&self, ts: i64, into: i64, zone: i64) -> i64 {
        let start = if MIN_TIME.saturating_add(into) >= ts { MIN_TIME } else { ts - into };
        let start = start.saturating_add(self.offset);
        let change = zone - self.zone_ns(start);
        if change != 0 && change.abs() < self.interval { start.saturating_add(change) } else { start }
    }

    fn end(&self, ts: i64, into: i64, zone: i64) -> i64 {
        let left = self.interval - into;
        let mut end = if MAX_TIME - left <= ts { MAX_TIME } else { ts + left };
        let end_zone = self.zone_ns(end);
        let change = zone - end_zone;
        if change != 0 && change.abs() < self.interval {
            // Time that is gained belongs to the bucket before the change; time that is lost is taken
            // only when the change lies within this bucket.
            let moved = end.saturating_add(change);
            if change > 0 || self.zone_ns(moved) == end_zone {
                end = moved;
            }
        }
        end.saturating_add(self.offset)
    }

    /// How far the zone's clock is ahead of UTC, in ns.
    pub(crate) fn zone_ns(&self, ts: i64) -> i64 {
        self.zone.as_ref().map_or(0, |zone| zone_offset(ts, zone) * NANOSECONDS)
    }

    /// The same buckets over a range that begins earlier, or ends later when time runs back.
    pub(crate) fn extended(&self, by: i64, ascending: bool) -> Self {
        let mut wider = self.clone();
        if ascending && self.first > MIN_TIME {
            wider.first = self.first.saturating_sub(by).max(MIN_TIME + 1);
        } else if !ascending && self.last < MAX_TIME {
            wider.last = self.last.saturating_add(by).min(MAX_TIME);
        }
        wider
    }
}

/// The starts of consecutive buckets, for filling.
#[derive(Debug, Clone)]
pub(crate) struct Steps<'a> {
    window: &'a Window,
    ascending: bool,
    /// The start of the current bucket.
    pub(crate) time: i64,
    zone: i64,
}

impl<'a> Steps<'a> {
    /// Begins at the bucket that starts at `time`.
    pub(crate) fn new(window: &'a Window, time: i64, ascending: bool) -> Self {
        Self { window, ascending, time, zone: window.zone_ns(time) }
    }

    /// Goes on to the next bucket in the direction of time.
    pub(crate) fn advance(&mut self) {
        let step = if self.ascending { self.window.interval } else { -self.window.interval };
        self.time = self.time.saturating_add(step);
        if self.window.zone.is_none() {
            return;
        }
        let zone = self.window.zone_ns(self.time - 1);
        if zone != self.zone {
            let change = self.zone - zone;
            if change.abs() < self.window.interval {
                self.time = self.time.saturating_add(change);
            }
            self.zone = zone;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600 * NANOSECONDS;

    fn window(interval: i64, offset: i64, zone: Option<&str>) -> Window {
        let zone = zone.map(|name| TimeZone::get(name).unwrap());
        Window { interval, offset, zone, first: MIN_TIME, last: MAX_TIME }
    }

    #[test]
    fn buckets_are_aligned_to_the_epoch_and_move_with_the_offset() {
        assert_eq!(window(10, 0, None).bucket(25), Bucket { start: 20, end: 30 });
        assert_eq!(window(10, 0, None).bucket(-1), Bucket { start: -10, end: 0 });
        assert_eq!(window(10, 3, None).bucket(22), Bucket { start: 13, end: 23 });
        assert_eq!(window(10, -2, None).bucket(28), Bucket { start: 28, end: 38 });
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        for ts in [MIN_TIME, MIN_TIME + 1, MAX_TIME] {
            for offset in [-HOUR, 0, HOUR] {
                let bucket = window(24 * HOUR, offset, None).bucket(ts);
                assert!(bucket.start < bucket.end, "{ts} {offset} {bucket:?}");
            }
        }
    }

    #[test]
    fn a_day_that_gains_an_hour_is_25_hours_long() {
        // 2024-10-27 in Paris: midnight is 22:00Z of the day before, and the clock goes back at 01:00Z.
        let midnight = 1_729_980_000 * NANOSECONDS;
        let bucket = window(24 * HOUR, 0, Some("Europe/Paris")).bucket(midnight + 5 * HOUR);
        assert_eq!((bucket.start, bucket.end), (midnight, midnight + 25 * HOUR));
    }
}

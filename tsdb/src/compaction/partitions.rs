//! Partitions: the days of a shard.
//!
//! A shard of a week is rewritten day by day: what came for a day that is past stays as it is while the next
//! days fill. A shard so long that days would be too many has wider partitions.

use std::ops::RangeInclusive;

use model::TimeRange;

use crate::limits::PARTITIONS_MAX;

const DAY_NS: i128 = 86_400_000_000_000;

/// How the time of one shard is cut: at multiples of a width that is a number of UTC days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Partitions {
    width: i128,
    /// The number of the first partition, counted in widths from 1970.
    first: i128,
    count: usize,
    shard_end: i64,
}

impl Partitions {
    /// The partitions of a shard that lasts for `time`.
    pub(crate) fn of(time: TimeRange) -> Self {
        let (start, end) = (i128::from(time.start), i128::from(time.end).max(i128::from(time.start) + 1));
        let whole = Self { width: 0, first: 0, count: 1, shard_end: time.end };
        if end - start <= DAY_NS {
            return whole;
        }
        let max = PARTITIONS_MAX as i128;
        let days = (end - start - 1).div_euclid(DAY_NS * max) + 1;
        // A shard that does not begin where a partition does touches one more.
        let cut = |days: i128| {
            let width = days * DAY_NS;
            (width, start.div_euclid(width), (end - 1).div_euclid(width))
        };
        let (width, first, last) = if Self::fits(cut(days)) { cut(days) } else { cut(days + 1) };
        let count = usize::try_from(last - first + 1).unwrap_or(1);
        if count == 1 { whole } else { Self { width, first, count, shard_end: time.end } }
    }

    const fn fits((_, first, last): (i128, i128, i128)) -> bool {
        last - first < PARTITIONS_MAX as i128
    }

    /// How many there are.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// The partitions that a segment with rows in `time` touches.
    pub(crate) fn touched(&self, time: &TimeRange) -> RangeInclusive<usize> {
        self.at(time.start)..=self.at(time.end.saturating_sub(1).max(time.start))
    }

    fn at(&self, ts: i64) -> usize {
        if self.count == 1 {
            return 0;
        }
        let number = i128::from(ts).div_euclid(self.width) - self.first;
        usize::try_from(number).unwrap_or(0).min(self.count - 1)
    }

    /// The time of a partition. The first and the last one reach as far as time does: together they hold
    /// every row.
    pub(crate) fn time(&self, partition: usize) -> TimeRange {
        let is_last = partition + 1 >= self.count;
        let start = if partition == 0 { TimeRange::ALL.start } else { self.start(partition) };
        TimeRange::new(start, if is_last { TimeRange::ALL.end } else { self.start(partition + 1) })
    }

    /// From when on no row should come for a partition.
    pub(crate) fn end(&self, partition: usize) -> i64 {
        if partition + 1 >= self.count { self.shard_end } else { self.start(partition + 1) }
    }

    fn start(&self, partition: usize) -> i64 {
        let start = (self.first + partition as i128) * self.width;
        i64::try_from(start).unwrap_or(if start < 0 { i64::MIN } else { i64::MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000_000;

    fn check(start: i64, end: i64, count: usize) -> Partitions {
        let partitions = Partitions::of(TimeRange::new(start, end));
        assert_eq!(partitions.count(), count, "{start} to {end}");
        let mut last = TimeRange::ALL.start;
        for number in 0..count {
            let time = partitions.time(number);
            assert_eq!(time.start, last, "they follow each other");
            last = time.end;
        }
        assert_eq!(last, TimeRange::ALL.end);
        assert_eq!(partitions.end(count - 1), end);
        partitions
    }

    #[test]
    fn a_week_has_seven_days_and_a_year_has_at_most_sixteen_partitions() {
        let week = check(4 * DAY, 11 * DAY, 7);
        assert_eq!(week.time(1), TimeRange::new(5 * DAY, 6 * DAY));
        assert_eq!(week.touched(&TimeRange::new(5 * DAY, 6 * DAY)), 1..=1);
        assert_eq!(week.touched(&TimeRange::new(5 * DAY, 6 * DAY + 1)), 1..=2);
        assert_eq!(week.touched(&TimeRange::new(i64::MIN, i64::MAX)), 0..=6);
        check(0, DAY, 1);
        check(DAY / 2, DAY + DAY / 2, 1);
        check(DAY / 2, 2 * DAY, 2);
        check(-3 * DAY, -DAY, 2);
        check(0, 16 * DAY, 16);
        check(1, 16 * DAY + 1, 9);
        check(0, 365 * DAY, 16);
        check(i64::MIN, i64::MAX, 16);
    }
}

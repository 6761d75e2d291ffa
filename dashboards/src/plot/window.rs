//! The stretch of time on the x axis, counted in buckets.

use crate::zone::{DAY_NS, SECOND_NS};

/// Length of what the page shows.
const HOUR_NS: i64 = 3_600 * SECOND_NS;

/// The buckets of one hour; the last one is the one that holds the page's moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    start_ns: i64,
    bucket_ns: i64,
    count: i64,
}

impl Window {
    /// The hour up to `now_ns` in buckets of `bucket_ns`, which are aligned to 1970 as GROUP BY time() does.
    pub(crate) fn last_hour(now_ns: i64, bucket_ns: i64) -> Self {
        let count = HOUR_NS / bucket_ns;
        // Two days of room at both ends of time, so that no zone and no tick can leave it.
        let now_ns = now_ns.clamp(i64::MIN + 2 * DAY_NS, i64::MAX - 2 * DAY_NS);
        let newest_ns = now_ns.div_euclid(bucket_ns) * bucket_ns;
        Window { start_ns: newest_ns.saturating_sub((count - 1) * bucket_ns), bucket_ns, count }
    }

    /// Time of the first bucket.
    pub(crate) fn start_ns(self) -> i64 {
        self.start_ns
    }

    /// Time of the last bucket.
    pub(crate) fn end_ns(self) -> i64 {
        self.start_ns.saturating_add((self.count - 1) * self.bucket_ns)
    }

    /// Width of the inner drawing: the steps from the first bucket to the last.
    pub(crate) fn width(self) -> f64 {
        (self.count - 1) as f64
    }

    /// Whether a time falls into one of the buckets.
    pub(crate) fn contains(self, time_ns: i64) -> bool {
        (self.start_ns..=self.end_ns()).contains(&time_ns)
    }

    /// Place of a time in the inner drawing.
    pub(crate) fn x(self, time_ns: i64) -> f64 {
        time_ns.saturating_sub(self.start_ns) as f64 / self.bucket_ns as f64
    }

    /// Place of a time in the outer drawing, 0 to 1.
    pub(crate) fn fraction(self, time_ns: i64) -> f64 {
        self.x(time_ns) / self.width()
    }

    /// The stretches of points between gaps. A gap is more than two and a half intervals without a value,
    /// where the interval is the usual distance of these points: an agent that reports once a minute
    /// has a line, too.
    pub(crate) fn runs<T>(self, points: &[(i64, T)]) -> impl Iterator<Item = &[(i64, T)]> {
        let longest_ns = self.interval_ns(points).saturating_mul(5) / 2;
        points.chunk_by(move |(before, _), (after, _)| after.saturating_sub(*before) <= longest_ns)
    }

    /// The usual distance of points: the median, at least one bucket.
    pub(crate) fn interval_ns<T>(self, points: &[(i64, T)]) -> i64 {
        let mut distances: Vec<i64> =
            points.windows(2).map(|pair| pair[1].0.saturating_sub(pair[0].0)).collect();
        distances.sort_unstable();
        distances.get(distances.len() / 2).copied().unwrap_or(0).max(self.bucket_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKET_NS: i64 = 20 * SECOND_NS;
    const NOW_NS: i64 = 1_700_000_010 * SECOND_NS;

    fn at(buckets: &[i64]) -> Vec<(i64, f64)> {
        buckets.iter().map(|index| (index * BUCKET_NS, 1.0)).collect()
    }

    fn run_lengths(buckets: &[i64]) -> Vec<usize> {
        Window::last_hour(NOW_NS, BUCKET_NS).runs(&at(buckets)).map(<[_]>::len).collect()
    }

    #[test]
    fn the_last_bucket_is_the_one_being_filled() {
        let window = Window::last_hour(NOW_NS, BUCKET_NS);
        assert_eq!(window.end_ns(), 1_700_000_000 * SECOND_NS);
        assert_eq!(window.end_ns() - window.start_ns(), HOUR_NS - BUCKET_NS);
        assert_eq!(window.fraction(window.end_ns()), 1.0);
        assert!(!window.contains(NOW_NS - HOUR_NS - BUCKET_NS));
    }

    #[test]
    fn two_missing_values_are_a_gap_and_one_is_not() {
        assert_eq!(run_lengths(&[0, 1, 2, 4, 5]), [5]);
        assert_eq!(run_lengths(&[0, 1, 2, 5, 6]), [3, 2]);
    }

    #[test]
    fn a_slow_agent_has_a_line() {
        assert_eq!(run_lengths(&[0, 3, 6, 9, 12, 15]), [6]);
        assert_eq!(run_lengths(&[0, 3, 6, 15, 18, 21]), [3, 3]);
    }

    #[test]
    fn no_points_have_no_run() {
        assert!(run_lengths(&[]).is_empty());
        assert_eq!(run_lengths(&[7]), [1]);
    }
}

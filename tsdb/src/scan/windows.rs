//! In which pieces of time a bundle of series is read.

use model::{Direction, ScanRequest, TimeRange};

use super::plan::Plan;
use crate::limits::{SCAN_WINDOW_ROWS, SCAN_WINDOW_ROWS_MIN, SCAN_WINDOW_VALUES};
use crate::snapshot::Matched;

/// The narrowest window, in ns: narrower ones would decode the same page again and again.
const WIDTH_MIN_NS: i64 = 1_000;

/// The windows that are left of a bundle: parts of shards in the order of time, each cut further.
#[derive(Debug)]
pub(super) struct Windows {
    /// Parts of shards that are not begun yet, the next one last.
    shards: Vec<(usize, TimeRange)>,
    /// The part under way and what is left of it.
    current: Option<(usize, TimeRange)>,
    direction: Direction,
    width_ns: i64,
    rows_wanted: usize,
}

impl Windows {
    /// The parts of shards, in the order of time, in which a bundle has rows.
    pub(super) fn parts(plan: &Plan, series: &[Matched]) -> Vec<(usize, TimeRange)> {
        let mut with_rows = vec![false; plan.shards.len()];
        for place in series.iter().flat_map(|series| &series.places) {
            with_rows[place.shard()] = true;
        }
        let numbered = plan.shards.iter().enumerate();
        let with_rows = numbered.filter(|(shard, of)| with_rows[*shard] && !of.time.is_empty());
        with_rows.map(|(shard, of)| (shard, of.time)).collect()
    }

    /// The windows of these parts.
    pub(super) fn new(
        plan: &Plan,
        series: &[Matched],
        request: &ScanRequest,
        mut shards: Vec<(usize, TimeRange)>,
    ) -> Self {
        let rows_max = rows_max(request.fields.len());
        let rows_wanted = match request.series_rows_max {
            Some(max) => {
                max.saturating_mul(2).saturating_mul(series.len()).clamp(SCAN_WINDOW_ROWS_MIN, rows_max)
            }
            None => rows_max,
        };
        let density = shards.iter().map(|(shard, _)| plan.shards[*shard].rows_per_second).fold(0.0, f64::max);
        let width_ns = width(rows_wanted, density * series.len() as f64);
        if request.direction == Direction::Ascending {
            shards.reverse();
        }
        Self { shards, current: None, direction: request.direction, width_ns, rows_wanted }
    }

    /// The next window and its shard.
    pub(super) fn next(&mut self) -> Option<(usize, TimeRange)> {
        let (shard, rest) = self.current.take().or_else(|| self.shards.pop())?;
        let (window, left) = self.cut(rest);
        if !left.is_empty() {
            self.current = Some((shard, left));
        }
        Some((shard, window))
    }

    /// Cuts a window off the end where reading starts.
    fn cut(&self, rest: TimeRange) -> (TimeRange, TimeRange) {
        match self.direction {
            Direction::Ascending => {
                let at = rest.start.saturating_add(self.width_ns).min(rest.end);
                (TimeRange::new(rest.start, at), TimeRange::new(at, rest.end))
            }
            Direction::Descending => {
                let at = rest.end.saturating_sub(self.width_ns).max(rest.start);
                (TimeRange::new(at, rest.end), TimeRange::new(rest.start, at))
            }
        }
    }

    /// Gives back a window that was too much for memory, of which `rows` rows were read, to be cut narrower; false when
    /// fewer rows at a time would not do. That it had more rows than wanted is no reason to want fewer.
    pub(super) fn give_back(&mut self, shard: usize, window: TimeRange, rows: usize) -> bool {
        let len = window.end.saturating_sub(window.start).min(self.width_ns);
        let is_as_wanted = rows <= self.rows_wanted.saturating_mul(2);
        if len <= WIDTH_MIN_NS || (is_as_wanted && self.rows_wanted <= SCAN_WINDOW_ROWS_MIN) {
            return false;
        }
        if is_as_wanted {
            self.rows_wanted = (self.rows_wanted / 4).max(SCAN_WINDOW_ROWS_MIN);
        }
        self.width_ns = (len / 4).max(WIDTH_MIN_NS);
        let rest = self.current.take().map_or(window, |(_, rest)| {
            TimeRange::new(window.start.min(rest.start), window.end.max(rest.end))
        });
        self.current = Some((shard, rest));
        true
    }

    /// Takes in how many rows the last window gave.
    pub(super) fn learn(&mut self, rows: usize) {
        if rows < self.rows_wanted / 4 {
            self.width_ns = self.width_ns.saturating_mul(4);
        } else if rows > self.rows_wanted.saturating_mul(2) {
            self.width_ns = (self.width_ns / 2).max(WIDTH_MIN_NS);
        }
    }
}

/// Rows of a window of so many columns.
fn rows_max(columns: usize) -> usize {
    (SCAN_WINDOW_VALUES / columns.max(1)).clamp(SCAN_WINDOW_ROWS_MIN, SCAN_WINDOW_ROWS)
}

#[expect(clippy::cast_possible_truncation, reason = "a float that is too large saturates, as it should")]
fn width(rows: usize, rows_per_second: f64) -> i64 {
    let seconds = rows as f64 / rows_per_second.max(1e-9);
    ((seconds * 1e9) as i64).max(WIDTH_MIN_NS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_columns_make_a_window_shorter_but_not_endlessly() {
        assert_eq!([0, 1, 10, 64].map(rows_max), [SCAN_WINDOW_ROWS; 4]);
        assert_eq!([128, 10_000, 1_000_000].map(rows_max), [32_768, 419, SCAN_WINDOW_ROWS_MIN]);
    }

    #[test]
    fn a_window_that_is_given_back_comes_again_in_parts() {
        for direction in [Direction::Ascending, Direction::Descending] {
            let mut windows = Windows {
                shards: vec![(1, TimeRange::new(0, 100_000))],
                current: None,
                direction,
                width_ns: 60_000,
                rows_wanted: 100,
            };
            let (shard, whole) = windows.next().unwrap();
            assert!(windows.give_back(shard, whole, 201));
            let parts: Vec<TimeRange> = std::iter::from_fn(|| windows.next()).map(|(_, part)| part).collect();
            assert_eq!(parts.len(), 7, "{parts:?}");
            assert_eq!(parts.iter().map(|part| part.end - part.start).sum::<i64>(), 100_000);
            assert_eq!(windows.rows_wanted, 100);
            let window = TimeRange::new(0, 100_000);
            assert!(windows.give_back(1, window, 200) && windows.rows_wanted == SCAN_WINDOW_ROWS_MIN);
            assert!(!windows.give_back(1, window, 128), "64 rows are the least");
            while windows.give_back(1, window, 129) {}
            assert_eq!(windows.width_ns, WIDTH_MIN_NS);
        }
    }
}

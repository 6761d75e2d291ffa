//! In which pieces of time a bundle of series is read.

use model::{Direction, ScanRequest, TimeRange};

use super::plan::Plan;
use crate::limits::SCAN_WINDOW_ROWS;
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
        let rows_wanted = match request.series_rows_max {
            Some(max) => max.saturating_mul(2).saturating_mul(series.len()).clamp(64, SCAN_WINDOW_ROWS),
            None => SCAN_WINDOW_ROWS,
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

    /// Takes in how many rows the last window gave.
    pub(super) fn learn(&mut self, rows: usize) {
        if rows < self.rows_wanted / 4 {
            self.width_ns = self.width_ns.saturating_mul(4);
        } else if rows > self.rows_wanted.saturating_mul(2) {
            self.width_ns = (self.width_ns / 2).max(WIDTH_MIN_NS);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float that is too large saturates, as it should")]
fn width(rows: usize, rows_per_second: f64) -> i64 {
    let seconds = rows as f64 / rows_per_second.max(1e-9);
    ((seconds * 1e9) as i64).max(WIDTH_MIN_NS)
}

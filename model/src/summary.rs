//! What values come to: what a store may answer in place of rows, where it knows it already.

use crate::{ScanBatch, ScanRequest, Tags, TimeRange, Values};
use std::sync::Arc;

/// What is wanted of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SummaryKinds {
    /// The sum: integers wrap, floats are added in any order.
    pub sum: bool,
    /// The smallest value.
    pub min: bool,
    /// The largest value.
    pub max: bool,
    /// The first value.
    pub first: bool,
    /// The last value.
    pub last: bool,
}

impl SummaryKinds {
    /// What is wanted in one of both.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            sum: self.sum || other.sum,
            min: self.min || other.min,
            max: self.max || other.max,
            first: self.first || other.first,
            last: self.last || other.last,
        }
    }

    /// Whether the count of values is all that is wanted.
    #[must_use]
    pub const fn is_count_only(self) -> bool {
        !(self.sum || self.min || self.max || self.first || self.last)
    }
}

/// A scan whose reader only reduces values to what they come to, window by window.
#[derive(Debug, Clone)]
pub struct SummaryRequest {
    /// The rows, one series after another.
    pub scan: ScanRequest,
    /// What is wanted of each field of the scan; their number is always told.
    pub kinds: Vec<SummaryKinds>,
    /// The length of a window in ns; 0 is one window for all of the time.
    pub interval: i64,
    /// Windows start at multiples of `interval` plus this, in ns.
    pub offset: i64,
    /// Whether the instants of smallest and largest values are wanted, too.
    pub times: bool,
}

impl SummaryRequest {
    /// Whether all instants of `range` lie in one window.
    #[must_use]
    pub fn is_in_one_window(&self, range: TimeRange) -> bool {
        let window =
            |ts: i64| (i128::from(ts) - i128::from(self.offset)).div_euclid(i128::from(self.interval));
        self.interval == 0 || !range.is_empty() && window(range.start) == window(range.end - 1)
    }
}

/// Values that were picked, one per stretch, with their instants.
#[derive(Debug, Clone)]
pub struct Picked {
    /// The values.
    pub values: Values,
    /// When each was, in ns. Of a smallest or largest value, unless [`SummaryRequest::times`] asks for it, it may
    /// be any instant of the stretch where that cannot change which of two values is picked.
    pub times: Vec<i64>,
}

/// What the values of one field come to, stretch by stretch. Entries of a stretch without a value mean nothing.
#[derive(Debug, Clone)]
pub struct FieldSummary {
    /// How many values there are.
    pub counts: Vec<u64>,
    /// Their sums, in the field's type.
    pub sums: Option<Values>,
    /// The smallest, of equal ones the first; a NaN only where all are.
    pub min: Option<Picked>,
    /// The largest, of equal ones the first; a NaN only where all are.
    pub max: Option<Picked>,
    /// The first.
    pub first: Option<Picked>,
    /// The last.
    pub last: Option<Picked>,
}

impl FieldSummary {
    /// A field without a value in any of so many stretches.
    #[must_use]
    pub fn absent(stretches: usize) -> Self {
        Self { counts: vec![0; stretches], sums: None, min: None, max: None, first: None, last: None }
    }
}

/// What the values of one series come to in some stretches of time, each inside one window. The rows inside them
/// are not given as well.
#[derive(Debug, Clone)]
pub struct SummaryBatch {
    /// The series.
    pub tags: Arc<Tags>,
    /// The stretches, in the order of time.
    pub stretches: Vec<TimeRange>,
    /// The fields of the request, in its order.
    pub fields: Vec<FieldSummary>,
}

/// Some of the answer to a [`SummaryRequest`].
#[derive(Debug, Clone)]
pub enum SummaryPart {
    /// Rows of one group.
    Rows(ScanBatch),
    /// What other rows of it come to.
    Summaries(SummaryBatch),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Budget, CancelToken, Direction, ScanOrder, TagPredicate};

    fn request(interval: i64, offset: i64) -> SummaryRequest {
        let scan = ScanRequest {
            measurement: "m".into(),
            time: TimeRange::ALL,
            tags: TagPredicate::All,
            fields: Vec::new(),
            group_by: Vec::new(),
            order: ScanOrder::BySeries,
            direction: Direction::Ascending,
            series_rows_max: None,
            cancel: CancelToken::default(),
            budget: Budget::new(1),
        };
        SummaryRequest { scan, kinds: Vec::new(), interval, offset, times: false }
    }

    #[test]
    fn a_range_lies_in_one_window_or_it_does_not() {
        let check = |interval, offset, start, end| {
            request(interval, offset).is_in_one_window(TimeRange::new(start, end))
        };
        assert!(check(10, 0, 0, 10));
        assert!(!check(10, 0, 0, 11));
        assert!(check(10, 3, 3, 13));
        assert!(!check(10, 3, 2, 5));
        assert!(check(10, 0, -10, 0));
        assert!(!check(10, 0, -1, 1));
        assert!(check(0, 0, i64::MIN, i64::MAX));
        assert!(!check(10, i64::MAX, i64::MIN, i64::MAX));
    }
}

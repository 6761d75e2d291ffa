//! Runs: rows of one series with rising times, as a head gives them, a segment stores them and a scan merges them.
//!
//! Fields that are present together share one time column, so that a writer of one field per line costs no
//! bitmap over all fields. Of two values for one (series, time, field) the one from the run with the higher LSN
//! range wins.

use model::Column;

use crate::columns;
use crate::tombstone::Hidden;

/// A time column and the fields that share it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// The instant of each row in ns, strictly rising.
    pub(crate) times: Vec<i64>,
    /// Name and values of each field; every column is as long as `times` and may hold nulls.
    pub(crate) fields: Vec<(Box<str>, Column)>,
}

impl Group {
    /// The rows of a segment that are not hidden.
    pub(crate) fn without(self, hidden: &Hidden) -> Self {
        let live: Vec<usize> =
            (0..self.times.len()).filter(|row| !hidden.hides(self.times[*row], 0)).collect();
        if live.len() == self.times.len() {
            return self;
        }
        let times = live.iter().map(|row| self.times[*row]).collect();
        let fields = self.fields.into_iter().map(|(name, column)| (name, columns::keep(&column, &live)));
        Self { times, fields: fields.collect() }
    }
}

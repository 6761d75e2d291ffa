//! Rows as columns.

use crate::Column;

/// A time column and, beside it, as many columns as were asked for, all of one length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnBatch {
    /// The instant of each row, in ns.
    pub times: Vec<i64>,
    /// The columns, in the order of the request.
    pub columns: Vec<Column>,
}

impl ColumnBatch {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Roughly how many bytes it holds, for the budget.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.times.len() * 8 + self.columns.iter().map(Column::bytes).sum::<usize>()
    }
}

//! ORDER BY: InfluxQL orders by time only.

use std::fmt;

/// The order of rows. `ORDER BY DESC` and `ORDER BY time DESC` are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortOrder {
    /// Oldest first.
    Ascending,
    /// Newest first.
    Descending,
}

impl SortOrder {
    /// Prints ` ORDER BY time ...` where an order was written.
    pub(super) fn write_clause(order: Option<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match order {
            Some(Self::Ascending) => f.write_str(" ORDER BY time ASC"),
            Some(Self::Descending) => f.write_str(" ORDER BY time DESC"),
            None => Ok(()),
        }
    }
}

//! Runs: rows of one series with rising times, as a head gives them, a segment stores them and a scan merges them.
//!
//! Fields that are present together share one time column, so that a writer of one field per line costs no
//! bitmap over all fields. Of two values for one (series, time, field) the one from the run with the higher LSN
//! range wins.

use model::Column;

/// A time column and the fields that share it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// The instant of each row in ns, strictly rising.
    pub(crate) times: Vec<i64>,
    /// Name and values of each field; every column is as long as `times` and may hold nulls.
    pub(crate) fields: Vec<(Box<str>, Column)>,
}

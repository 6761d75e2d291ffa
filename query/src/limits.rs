//! Every bound of this crate, and whom it protects. The server may set its own.

/// How much one statement may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most rows in one answer, over all series. Protects the client and the connection.
    pub rows_max: usize,
    /// Most GROUP BY time buckets of one series. Protects from an interval that is far too small for
    /// its time range.
    pub buckets_max: usize,
    /// Most series in one answer. Protects from GROUP BY * over everything.
    pub series_max: usize,
    /// Most columns that `*` or a regex may expand to. Protects a scan's width.
    pub columns_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows_max: 50_000_000, buckets_max: 2_000_000, series_max: 1_000_000, columns_max: 20_000 }
    }
}

/// Rows that one call of a sink carries at most. Keeps an answer flowing while it is computed.
pub(crate) const SINK_ROWS_MAX: usize = 4_096;

/// How deep subqueries may nest. Protects the stack.
pub(crate) const SUBQUERY_DEPTH_MAX: usize = 32;

/// Buckets that a group may map densely before it maps sparsely. Protects memory when a few points
/// lie centuries apart.
pub(crate) const DENSE_BUCKETS_MAX: i64 = 1 << 20;

//! Accepted points on their way to those who follow the store.

use crate::PointBatch;
use std::fmt;
use std::sync::Arc;

/// A log sequence number: the place of a record in the order in which the store accepted it.
///
/// Numbers rise by one per record over the whole life of a data directory; 0 comes before all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Lsn(pub u64);

impl Lsn {
    /// The next number.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The points of one accepted write; those that were refused are not in it.
#[derive(Debug, Clone)]
pub struct StreamBatch {
    /// Where it stands in the order.
    pub lsn: Lsn,
    /// The database.
    pub db: Arc<str>,
    /// The retention policy.
    pub rp: Arc<str>,
    /// The points.
    pub points: Arc<PointBatch>,
}

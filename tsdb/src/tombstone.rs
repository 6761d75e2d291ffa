//! Deletes: which points a statement hides, until a flush or a merge drops them.
//!
//! A [`Tombstone`] is what the WAL and the MANIFEST hold of one statement. It is accepted in constant time, and hides
//! only what is older:
//!
//! * A segment says up to which LSN tombstones were carried out in it (`settled`); a later one hides its rows.
//! * A head has no LSN for a row. A tombstone's place in the order of arrival, its generation and that
//!   generation's number of rows at that moment, says which rows came before it ([`Placed`]). A replay finds the same
//!   place again.
//!
//! [`Veil`] is what all tombstones together hide in one place of one measurement, [`Hidden`] what of one series.

mod by_tag;
mod chunks;
mod deletion;
mod hidden;
mod list;
mod live;
mod record;
mod veil;

use model::{Lsn, TagPredicate, TimeRange};

pub(crate) use chunks::ChunkVeil;
pub(crate) use deletion::Source;
pub(crate) use hidden::Hidden;
pub(crate) use list::{Placed, Tombstones};
pub(crate) use live::{is_live_in_segment, live_shapes};
pub(crate) use veil::Veil;

use crate::catalog::{CatalogId, PolicyId};

/// The points that one statement deletes: those that were accepted before it.
#[derive(Debug, Clone)]
pub(crate) struct Tombstone {
    /// Its place in the order of everything; no other has the same.
    pub(crate) lsn: Lsn,
    pub(crate) database: CatalogId,
    /// The measurements; none means every one.
    pub(crate) sources: Vec<Source>,
    /// The series.
    pub(crate) tags: TagPredicate,
    /// The instants.
    pub(crate) time: TimeRange,
    /// What the record says of measurements and series: of two tombstones that mean the same ones it is the same.
    scope: Box<[u8]>,
}

impl Tombstone {
    pub(crate) fn new(
        lsn: Lsn,
        database: CatalogId,
        sources: Vec<Source>,
        tags: TagPredicate,
        time: TimeRange,
    ) -> Self {
        let scope = record::scope(&sources, &tags);
        Self { lsn, database, sources, tags, time, scope }
    }

    /// Whether it hides every point that an earlier one hides, so that nobody needs that any more.
    pub(crate) fn covers(&self, earlier: &Self) -> bool {
        self.lsn > earlier.lsn
            && self.database == earlier.database
            && self.time.intersect(&earlier.time) == earlier.time
            && (self.scope == earlier.scope || self.means_all_that(earlier))
    }

    /// Whether it means whole measurements, among them all that the other one means.
    fn means_all_that(&self, other: &Self) -> bool {
        let is_whole = |of: &Source| self.sources.iter().any(|source| source.includes(of));
        let has_sources = !other.sources.is_empty() && other.sources.iter().all(is_whole);
        matches!(self.tags, TagPredicate::All) && (self.sources.is_empty() || has_sources)
    }

    /// Roughly the bytes of its record.
    pub(crate) fn bytes(&self) -> usize {
        self.scope.len() + RECORD_NUMBERS_BYTES
    }

    /// Whether it may hide points of a measurement.
    pub(crate) fn concerns(&self, policy: PolicyId, measurement: &str) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|source| source.matches(policy, measurement))
    }

    /// Whether it may hide points of some measurement of a policy of its database.
    pub(crate) fn concerns_policy(&self, policy: PolicyId) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|source| source.is_in(policy))
    }
}

/// Bytes of the numbers of a record: LSN, database and instants.
const RECORD_NUMBERS_BYTES: usize = 4 * 10;

/// Tombstones are told apart by their LSN.
impl PartialEq for Tombstone {
    fn eq(&self, other: &Self) -> bool {
        self.lsn == other.lsn
    }
}

impl Eq for Tombstone {}

#[cfg(test)]
mod tests;

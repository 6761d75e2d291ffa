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
}

impl Tombstone {
    /// Whether it may hide points of a measurement.
    pub(crate) fn concerns(&self, policy: PolicyId, measurement: &str) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|source| source.matches(policy, measurement))
    }

    /// Whether it may hide points of some measurement of a policy of its database.
    pub(crate) fn concerns_policy(&self, policy: PolicyId) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|source| source.is_in(policy))
    }
}

/// Tombstones are told apart by their LSN.
impl PartialEq for Tombstone {
    fn eq(&self, other: &Self) -> bool {
        self.lsn == other.lsn
    }
}

impl Eq for Tombstone {}

#[cfg(test)]
mod tests;

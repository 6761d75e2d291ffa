//! All tombstones that are not carried out everywhere yet.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Lsn, TimeRange};

use super::Tombstone;
use crate::catalog::{CatalogId, PolicyId};
use crate::generation::{GenerationId, RowNumber};

/// A tombstone with its place in the order of rows.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) tombstone: Arc<Tombstone>,
    /// The generation that was written to. Every row of an older one came before.
    pub(crate) generation: GenerationId,
    /// How many rows this generation had.
    pub(crate) rows: RowNumber,
}

impl Placed {
    /// A tombstone that is older than every row in memory.
    pub(crate) const fn settled(tombstone: Arc<Tombstone>) -> Self {
        Self { tombstone, generation: 0, rows: 0 }
    }

    /// The rows of a generation with a lower number came before it.
    pub(crate) const fn below(&self, generation: GenerationId) -> RowNumber {
        if generation < self.generation {
            RowNumber::MAX
        } else if generation == self.generation {
            self.rows
        } else {
            0
        }
    }
}

/// Tombstones by rising LSN. It never changes: a successor replaces it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tombstones(Arc<Vec<Placed>>);

impl Tombstones {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds one, unless it is there already.
    pub(crate) fn add(&mut self, placed: Placed) {
        let lsn = placed.tombstone.lsn;
        let at = self.0.partition_point(|known| known.tombstone.lsn < lsn);
        if self.0.get(at).is_none_or(|known| known.tombstone.lsn != lsn) {
            Arc::make_mut(&mut self.0).insert(at, placed);
        }
    }

    /// Adds one in the place of those that it covers, unless a later one covers it.
    pub(crate) fn add_covering(&mut self, placed: Placed) {
        if self.0.iter().any(|known| known.tombstone.covers(&placed.tombstone)) {
            return;
        }
        self.retain(|known| !placed.tombstone.covers(&known.tombstone));
        self.add(placed);
    }

    pub(crate) fn contains(&self, lsn: Lsn) -> bool {
        self.0.binary_search_by_key(&lsn, |placed| placed.tombstone.lsn).is_ok()
    }

    /// The number of those of one database, and roughly the bytes of their records.
    pub(crate) fn waiting(&self, database: CatalogId) -> (usize, usize) {
        let of = self.0.iter().filter(|placed| placed.tombstone.database == database);
        of.fold((0, 0), |(count, bytes), placed| (count + 1, bytes + placed.tombstone.bytes()))
    }

    /// Roughly the bytes of all records.
    pub(crate) fn bytes(&self) -> usize {
        self.0.iter().map(|placed| placed.tombstone.bytes()).sum()
    }

    /// Takes out those that were carried out everywhere.
    pub(crate) fn forget(&mut self, gone: &BTreeSet<Lsn>) {
        self.retain(|placed| !gone.contains(&placed.tombstone.lsn));
    }

    /// Keeps those of databases that are there.
    pub(crate) fn retain_databases(&mut self, databases: &BTreeSet<CatalogId>) {
        self.retain(|placed| databases.contains(&placed.tombstone.database));
    }

    fn retain(&mut self, keep: impl Fn(&Placed) -> bool) {
        if !self.0.iter().all(&keep) {
            Arc::make_mut(&mut self.0).retain(keep);
        }
    }

    /// Those that may hide rows of a measurement inside `time`.
    pub(crate) fn touching(
        &self,
        database: CatalogId,
        policy: PolicyId,
        measurement: &str,
        time: &TimeRange,
    ) -> Vec<&Placed> {
        let touches = |placed: &&Placed| {
            let tombstone = &placed.tombstone;
            tombstone.database == database
                && tombstone.time.overlaps(time)
                && tombstone.concerns(policy, measurement)
        };
        self.0.iter().filter(touches).collect()
    }

    /// The LSN of the last one.
    pub(crate) fn last_lsn(&self) -> Option<Lsn> {
        self.0.last().map(|placed| placed.tombstone.lsn)
    }
}

impl FromIterator<Placed> for Tombstones {
    fn from_iter<T: IntoIterator<Item = Placed>>(placed: T) -> Self {
        let mut list = Self::default();
        placed.into_iter().for_each(|placed| list.add(placed));
        list
    }
}

//! What everyone sees: the catalog, the shards with their segments, and the generations in memory.
//!
//! A view is immutable and is replaced as a whole. A reader that holds one keeps what it names alive.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use model::Lsn;

use crate::catalog::{Catalog, Policy, PolicyId};
use crate::generation::Generation;
use crate::shard::{Segment, Shard, ShardId, ShardInfo};
use crate::tombstone::{Placed, Tombstones};

/// One state of the engine.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) catalog: Catalog,
    /// By policy and start.
    shards: BTreeMap<(PolicyId, i64), Arc<Shard>>,
    /// The oldest first; the last one is written to.
    pub(crate) generations: Vec<Arc<Generation>>,
    /// The deletes that are not carried out everywhere yet.
    pub(crate) tombstones: Tombstones,
}

impl View {
    pub(crate) fn new(
        catalog: Catalog,
        shards: Vec<Shard>,
        generations: Vec<Arc<Generation>>,
        tombstones: Tombstones,
    ) -> Self {
        let by_start = |shard: Shard| ((shard.info.policy, shard.info.time.start), Arc::new(shard));
        let shards = shards.into_iter().map(by_start).collect();
        Self { catalog, shards, generations, tombstones }
    }

    /// The generation that is written to.
    pub(crate) fn active(&self) -> &Arc<Generation> {
        self.generations.last().expect("a view always has the generation that is written to")
    }

    /// The generations that nobody writes to any more, the oldest first.
    pub(crate) fn sealed(&self) -> &[Arc<Generation>] {
        &self.generations[..self.generations.len() - 1]
    }

    /// The first LSN that may still be in the WAL.
    pub(crate) fn wal_floor(&self) -> Lsn {
        self.generations.first().map_or(Lsn(0), |generation| generation.first_lsn)
    }

    /// Every shard.
    pub(crate) fn shards(&self) -> impl Iterator<Item = &Arc<Shard>> {
        self.shards.values()
    }

    pub(crate) fn shard_count(&self) -> usize {
        self.shards.len()
    }

    /// The shards of a policy, the earliest first.
    pub(crate) fn shards_of(&self, policy: PolicyId) -> impl Iterator<Item = &Arc<Shard>> {
        self.shards.range((policy, i64::MIN)..=(policy, i64::MAX)).map(|(_, shard)| shard)
    }

    /// The shard of a policy that `ts` falls into.
    pub(crate) fn shard_at(&self, policy: PolicyId, ts: i64) -> Option<&Arc<Shard>> {
        let (_, shard) = self.shards.range((policy, i64::MIN)..=(policy, ts)).next_back()?;
        shard.info.time.contains(ts).then_some(shard)
    }

    pub(crate) fn shard(&self, id: ShardId) -> Option<&Arc<Shard>> {
        self.shards.values().find(|shard| shard.info.id == id)
    }

    /// What a new shard of `policy` for `ts` would span: its place in the grid, without what older shards,
    /// made when the policy cut time otherwise, have of it.
    pub(crate) fn range_for(&self, policy: &Policy, ts: i64) -> model::TimeRange {
        let mut range = policy.shard_range(ts);
        for shard in self.shards_of(policy.id) {
            let taken = shard.info.time;
            if taken.end <= ts {
                range.start = range.start.max(taken.end);
            }
            if taken.start > ts {
                range.end = range.end.min(taken.start);
            }
        }
        range
    }

    /// Adds an empty shard.
    pub(crate) fn add_shard(&mut self, info: ShardInfo) {
        self.shards.insert((info.policy, info.time.start), Arc::new(Shard::new(info)));
    }

    /// Adds a segment to its shard, if that is still there.
    pub(crate) fn add_segment(&mut self, segment: &Segment) {
        self.edit(segment.info.shard, |shard| shard.with(segment.clone()));
    }

    /// Puts `merged` in the place of segments.
    pub(crate) fn replace_segments(&mut self, shard: ShardId, gone: &[u64], merged: &[Segment]) {
        self.edit(shard, |shard| shard.replacing(gone, merged));
    }

    fn edit(&mut self, id: ShardId, change: impl FnOnce(&Shard) -> Shard) {
        if let Some(shard) = self.shards.values_mut().find(|shard| shard.info.id == id) {
            *shard = Arc::new(change(shard));
        }
    }

    /// Hides shards.
    pub(crate) fn remove_shards(&mut self, ids: &HashSet<ShardId>) {
        self.shards.retain(|_, shard| !ids.contains(&shard.info.id));
    }

    /// The tombstones that may hide rows of a measurement of a shard, those of heads among them.
    pub(crate) fn touching(&self, shard: &ShardInfo, measurement: &str) -> Vec<&Placed> {
        if self.tombstones.is_empty() {
            return Vec::new();
        }
        let database = self.catalog.policy_by_id(shard.policy).map(|(database, _)| database.id);
        database.map_or_else(Vec::new, |database| {
            self.tombstones.touching(database, shard.policy, measurement, &shard.time)
        })
    }

    /// Hides the shards whose policy is gone, and forgets the tombstones whose database is.
    pub(crate) fn remove_orphans(&mut self) {
        let policies: HashSet<PolicyId> = self.catalog.policies().map(|policy| policy.id).collect();
        self.shards.retain(|_, shard| policies.contains(&shard.info.policy));
        self.tombstones.retain_databases(&self.catalog.database_ids());
    }
}

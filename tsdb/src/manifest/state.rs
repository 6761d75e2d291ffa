//! What all edits together say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use disk::varint;
use model::Lsn;

use super::Edit;
use super::edit::{SegmentId, SegmentInfo, write_ids};
use super::format::{FORMAT_WITH_RUNS, FORMAT_WITH_TOMBSTONES};
use crate::catalog::{Catalog, Change};
use crate::decode::{Decoder, write_count, write_text};
use crate::generation::GenerationId;
use crate::shard::{ShardId, ShardInfo};
use crate::tombstone::{Placed, Tombstone, Tombstones};
use crate::wal::runs::Runs;

/// The catalog and the files that count, as of the last flushed generation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct State {
    pub(crate) catalog: Catalog,
    pub(crate) shards: BTreeMap<ShardId, ShardInfo>,
    pub(crate) segments: BTreeMap<SegmentId, SegmentInfo>,
    /// Tombstones that may still hide rows of segments.
    pub(crate) tombstones: BTreeMap<Lsn, Arc<Tombstone>>,
    /// Shards that are gone, with the last generation that may have rows for them.
    pub(crate) removed: BTreeMap<ShardId, GenerationId>,
    /// Segments that were forgotten and whose files may still be there.
    pub(crate) obsolete: BTreeSet<SegmentId>,
    /// The last generation whose rows are all in segments.
    pub(crate) flushed: GenerationId,
    /// The last LSN in it.
    pub(crate) flushed_lsn: Lsn,
    /// Shard ids below this were used.
    pub(crate) next_shard: ShardId,
    /// Segment ids below this were used.
    pub(crate) next_segment: SegmentId,
    /// The runs whose files may be in the WAL.
    pub(crate) runs: Runs,
}

impl State {
    /// Takes an edit in.
    pub(crate) fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::Whole(state) => self.clone_from(state),
            Edit::Flush { generation, last_lsn, changes, shards, segments } => {
                changes.iter().for_each(|change| self.apply_change(change));
                shards.iter().for_each(|shard| self.add_shard(*shard));
                segments.iter().for_each(|segment| self.add_segment(*segment));
                self.flushed = self.flushed.max(*generation);
                self.flushed_lsn = self.flushed_lsn.max(*last_lsn);
                self.removed.retain(|_, last| *last > *generation);
            }
            Edit::Merge { shard: _, gone, merged } => {
                gone.iter().for_each(|id| self.forget_segment(*id));
                merged.iter().for_each(|segment| self.add_segment(*segment));
            }
            Edit::RemoveShards { shards, generation } => {
                shards.iter().for_each(|shard| self.remove_shard(*shard, *generation));
            }
            Edit::Forget { tombstones } => {
                tombstones.iter().for_each(|lsn| {
                    self.tombstones.remove(lsn);
                });
            }
            Edit::Started { runs } => self.runs.clone_from(runs),
            Edit::Stopped => {}
        }
    }

    fn apply_change(&mut self, change: &Change) {
        self.catalog.apply(change);
        match change {
            Change::Delete(tombstone) => {
                self.tombstones.insert(tombstone.lsn, tombstone.clone());
            }
            Change::DropDatabase { id } => self.tombstones.retain(|_, tombstone| tombstone.database != *id),
            _ => {}
        }
    }

    /// The tombstones that may still hide rows of segments. All are older than what is in memory.
    pub(crate) fn deletes(&self) -> Tombstones {
        self.tombstones.values().cloned().map(Placed::settled).collect()
    }

    /// Whether rows for this shard still count.
    pub(crate) fn is_removed(&self, shard: ShardId) -> bool {
        self.removed.contains_key(&shard)
    }

    /// This state for a copy of the directory: without shards whose policy is gone, and without what has to be
    /// remembered only because of files that the copy does not have.
    pub(crate) fn for_copy(mut self) -> Self {
        let orphans = self.shards.values().filter(|shard| self.catalog.policy_by_id(shard.policy).is_none());
        let orphans: Vec<ShardId> = orphans.map(|shard| shard.id).collect();
        orphans.into_iter().for_each(|shard| self.remove_shard(shard, self.flushed));
        self.obsolete.clear();
        self.removed.clear();
        self.runs = Runs::default();
        self
    }

    /// Forgets obsolete segments whose files are gone.
    pub(crate) fn obsolete_gone(&mut self, gone: &[SegmentId]) {
        gone.iter().for_each(|id| {
            self.obsolete.remove(id);
        });
    }

    fn add_shard(&mut self, shard: ShardInfo) {
        self.next_shard = self.next_shard.max(shard.id + 1);
        if !self.is_removed(shard.id) {
            self.shards.insert(shard.id, shard);
        }
    }

    fn add_segment(&mut self, segment: SegmentInfo) {
        self.next_segment = self.next_segment.max(segment.id + 1);
        if self.shards.contains_key(&segment.shard) {
            self.segments.insert(segment.id, segment);
        } else {
            self.obsolete.insert(segment.id);
        }
    }

    fn forget_segment(&mut self, id: SegmentId) {
        if self.segments.remove(&id).is_some() {
            self.obsolete.insert(id);
        }
    }

    fn remove_shard(&mut self, shard: ShardId, generation: GenerationId) {
        self.next_shard = self.next_shard.max(shard + 1);
        self.shards.remove(&shard);
        self.removed.insert(shard, generation);
        let gone = self.segments.values().filter(|segment| segment.shard == shard);
        let gone: Vec<SegmentId> = gone.map(|segment| segment.id).collect();
        gone.into_iter().for_each(|id| self.forget_segment(id));
    }

    pub(super) fn encode(&self, buf: &mut Vec<u8>) {
        let changes = self.catalog.as_changes();
        write_count(buf, changes.len());
        changes.iter().for_each(|change| change.encode(buf));
        varint::write_u64(buf, self.catalog.next_id());
        let databases = self.catalog.databases();
        write_count(buf, databases.len());
        for database in databases {
            varint::write_u64(buf, database.id);
            write_text(buf, &database.default_policy);
        }
        write_count(buf, self.shards.len());
        self.shards.values().for_each(|shard| shard.encode(buf));
        write_count(buf, self.segments.len());
        self.segments.values().for_each(|segment| segment.encode(buf));
        write_count(buf, self.removed.len());
        for (shard, generation) in &self.removed {
            varint::write_u64(buf, *shard);
            varint::write_u64(buf, *generation);
        }
        write_ids(buf, &self.obsolete.iter().copied().collect::<Vec<_>>());
        write_count(buf, self.tombstones.len());
        self.tombstones.values().for_each(|tombstone| tombstone.encode(buf));
        let numbers = [self.flushed, self.flushed_lsn.0, self.next_shard, self.next_segment];
        numbers.iter().for_each(|number| varint::write_u64(buf, *number));
        self.runs.encode(buf);
    }

    pub(super) fn decode(input: &mut Decoder<'_>, format: u32) -> Option<Self> {
        let mut catalog = Catalog::default();
        input.list(Change::decode)?.iter().for_each(|change| catalog.apply(change));
        let next_id = input.u64()?;
        let defaults = input.list(|input| Some((input.u64()?, Arc::from(input.text()?))))?;
        catalog.restore(next_id, &defaults);
        let shards = input.list(ShardInfo::decode)?;
        let segments = input.list(|input| SegmentInfo::decode(input, format))?;
        let removed = input.list(|input| Some((input.u64()?, input.u64()?)))?;
        let obsolete = input.list(Decoder::u64)?;
        let tombstones =
            if format >= FORMAT_WITH_TOMBSTONES { input.list(Tombstone::decode)? } else { Vec::new() };
        Some(Self {
            catalog,
            shards: shards.into_iter().map(|shard| (shard.id, shard)).collect(),
            segments: segments.into_iter().map(|segment| (segment.id, segment)).collect(),
            removed: removed.into_iter().collect(),
            obsolete: obsolete.into_iter().collect(),
            tombstones: tombstones.into_iter().map(|one| (one.lsn, Arc::new(one))).collect(),
            flushed: input.u64()?,
            flushed_lsn: Lsn(input.u64()?),
            next_shard: input.u64()?,
            next_segment: input.u64()?,
            runs: if format >= FORMAT_WITH_RUNS { Runs::decode(input)? } else { Runs::without_keys() },
        })
    }
}

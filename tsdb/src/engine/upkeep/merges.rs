//! Merging segments of a shard: the plan's choice, carried out.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use model::Lsn;

use super::Upkeep;
use super::flush::describe;
use crate::compaction::{self, Input, Merge};
use crate::engine::Engine;
use crate::error::Result;
use crate::limits::MERGE_RETRY;
use crate::manifest::{Edit, SegmentInfo};
use crate::segment::{SegmentId, SegmentWriter};
use crate::shard::{Segment, Shard};

/// Series after which a merge looks whether a generation waits to be flushed.
const SERIES_BETWEEN_FLUSHES: usize = 1024;

impl Engine {
    /// Merges until the plan finds nothing to do. A shard whose merge fails keeps the others from nothing, and
    /// is left alone for a while: a damaged page would fail it again after as much work.
    pub(super) fn merge_all(&self, upkeep: &mut Upkeep) -> Result<()> {
        let now = self.options.clock.monotonic();
        upkeep.merges_paused.retain(|_, until| *until > now);
        let mut outcome = Ok(());
        for shard in self.view.load_full().shards() {
            if upkeep.merges_paused.contains_key(&shard.info.id) {
                continue;
            }
            let merged = self.merge_shard(upkeep, shard);
            if merged.is_err() {
                self.counters.merge_failures.fetch_add(1, Ordering::Relaxed);
                upkeep.merges_paused.insert(shard.info.id, now + MERGE_RETRY);
            }
            outcome = outcome.and(merged);
        }
        outcome
    }

    fn merge_shard(&self, upkeep: &mut Upkeep, shard: &Arc<Shard>) -> Result<()> {
        let mut shard = shard.clone();
        loop {
            let infos: Vec<SegmentInfo> = shard.segments.iter().map(|segment| segment.info).collect();
            let Some(range) = compaction::plan(&infos) else { return Ok(()) };
            let inputs = shard.segments[range].to_vec();
            if inputs.iter().any(|segment| segment.reader().is_err()) {
                return Ok(());
            }
            self.merge(upkeep, &shard, &inputs)?;
            self.counters.merges.fetch_add(1, Ordering::Relaxed);
            let Some(merged) = self.view.load().shard(shard.info.id).cloned() else { return Ok(()) };
            shard = merged;
        }
    }

    fn merge(&self, upkeep: &mut Upkeep, shard: &Shard, inputs: &[Segment]) -> Result<()> {
        upkeep.settle()?;
        let id = upkeep.new_segment();
        let merged = self.write_merged(upkeep, id, shard, inputs).inspect_err(|_| {
            // No edit has named it.
            upkeep.doom_unread(std::iter::once(id));
        })?;
        let gone: Vec<u64> = inputs.iter().map(|segment| segment.info.id).collect();
        let info = merged.as_ref().map(|merged| merged.info);
        let edit = Edit::Merge { shard: shard.info.id, gone: gone.clone(), merged: info };
        upkeep.commit(&edit, &[id])?;
        {
            let _writer = self.writer.lock();
            let mut view = (*self.view.load_full()).clone();
            view.replace_segments(shard.info.id, &gone, merged.as_ref());
            self.view.store(Arc::new(view));
        }
        upkeep.doom(inputs);
        Ok(())
    }

    /// Nothing if all that the inputs hold was deleted.
    fn write_merged(
        &self,
        upkeep: &mut Upkeep,
        id: u64,
        shard: &Shard,
        inputs: &[Segment],
    ) -> Result<Option<Segment>> {
        let path = self.directory.segment(id);
        let lsn = inputs.iter().fold((Lsn(u64::MAX), Lsn(0)), |(start, end), segment| {
            (start.min(segment.info.lsn_start), end.max(segment.info.lsn_end))
        });
        let mut writer = SegmentWriter::new(&*self.fs, &path, SegmentId(id), shard.info.id, lsn.0..=lsn.1)?;
        let state = upkeep.manifest.state();
        // Deletes that are not in the MANIFEST may not be durable: they go on hiding rows of the segment.
        let deletes = state.deletes();
        let settled = inputs.iter().map(|segment| segment.info.settled).chain(deletes.last_lsn()).max();
        let database = state.catalog.policy_by_id(shard.info.policy).map_or(0, |(database, _)| database.id);
        let read = |input: &Segment| Ok(Input { reader: input.reader()?, info: input.info });
        let readers = inputs.iter().map(read).collect::<Result<_>>()?;
        let mut merge = Merge::new(readers, shard.info, database, &deletes);
        let mut is_empty = true;
        for (number, series) in merge.series()?.into_iter().enumerate() {
            if number % SERIES_BETWEEN_FLUSHES == SERIES_BETWEEN_FLUSHES - 1 {
                self.flush_sealed(upkeep)?;
            }
            let groups = merge.read(&series, &self.options.budget)?;
            is_empty &= groups.is_empty();
            writer.push(&series.key, groups)?;
        }
        if is_empty {
            return Ok(None);
        }
        let summary = writer.finish()?;
        let info = describe(id, shard.info.id, lsn, settled.unwrap_or(lsn.1), &summary);
        Ok(Some(self.readers.admit(info)?))
    }
}

//! From sealed generations to segments.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use model::{KeyRef, Lsn, Share};

use super::{Upkeep, remove_file};
use crate::catalog::CatalogId;
use crate::compaction::describe;
use crate::engine::Engine;
use crate::error::Result;
use crate::generation::{Generation, GenerationData, GenerationId, MeasurementId, SeriesId};
use crate::head::{Head, freeze_bytes, frozen_series};
use crate::limits::SEALED_GENERATIONS_MAX;
use crate::manifest::Edit;
use crate::run::Group;
use crate::segment::{SegmentId, SegmentWriter};
use crate::shard::{Segment, ShardInfo};
use crate::stream::Candidate;
use crate::tombstone::{Hidden, Veil};

/// Series of a freeze between two looks at the memory that it takes.
const SERIES_PER_LEASE: usize = 4096;

impl Engine {
    /// As [`flush_sealed`](Self::flush_sealed), but a generation whose WAL is being read may wait, unless so many
    /// wait that writers would have to.
    pub(super) fn flush_unread(&self, upkeep: &mut Upkeep) -> Result<()> {
        let view = self.view.load_full();
        let Some(oldest) = view.sealed().first() else { return Ok(()) };
        let candidate = Candidate { id: oldest.id, last_lsn: oldest.last_lsn() };
        let uptime = self.options.clock.monotonic().saturating_sub(self.opened);
        // Without the background thread the owner decides when.
        let may_wait = self.options.background && view.sealed().len() < SEALED_GENERATIONS_MAX;
        if may_wait && self.followers.hold(candidate, self.ring.floor(), uptime) {
            return Ok(());
        }
        self.flush_sealed(upkeep)
    }

    /// Writes every sealed generation into segments, the oldest first.
    pub(super) fn flush_sealed(&self, upkeep: &mut Upkeep) -> Result<()> {
        loop {
            let view = self.view.load_full();
            let Some(generation) = view.sealed().first() else { return Ok(()) };
            let flushed = self.flush(upkeep, generation);
            let counter =
                if flushed.is_ok() { &self.counters.freezes } else { &self.counters.freeze_failures };
            counter.fetch_add(1, Ordering::Relaxed);
            flushed?;
        }
    }

    fn flush(&self, upkeep: &mut Upkeep, generation: &Arc<Generation>) -> Result<()> {
        upkeep.settle()?;
        self.await_log(generation.last_lsn());
        let first = upkeep.next_segment;
        let (edit, segments) = match self.write_segments(upkeep, generation) {
            Ok(written) => written,
            Err(error) => {
                // No edit has named those that were written before the failure.
                upkeep.doom_unread(first..upkeep.next_segment);
                return Err(error);
            }
        };
        let ids: Vec<u64> = segments.iter().map(|segment| segment.info.id).collect();
        upkeep.commit(&edit, &ids)?;
        upkeep.has_freed = true;
        self.show_flushed(generation, &segments);
        self.merger.wake();
        self.remove_wal_of(generation);
        Ok(())
    }

    /// Waits until the log has what is about to be in segments. A start takes a segment of which neither the log nor the
    /// MANIFEST knows the numbers as a sign that one of them was cut. A log that takes no writes keeps nothing back.
    fn await_log(&self, lsn: Lsn) {
        let wal = self.wal.read();
        if let Some(wal) = wal.as_ref().filter(|wal| wal.status().durable_lsn < lsn.0) {
            let _ = wal.sync();
        }
    }

    /// One segment for each shard that has rows and whose policy is still there at the generation's end.
    fn write_segments(&self, upkeep: &mut Upkeep, generation: &Generation) -> Result<(Edit, Vec<Segment>)> {
        let data = generation.data.read();
        let mut catalog = upkeep.manifest.state().catalog.clone();
        data.changes.iter().for_each(|change| catalog.apply(change));
        let (mut shards, mut segments) = (Vec::new(), Vec::new());
        for (id, head) in &data.heads {
            let Some(shard) = data.shards.get(id) else { continue };
            let Some((database, _)) = catalog.policy_by_id(shard.policy) else { continue };
            if !upkeep.manifest.state().is_removed(*id) {
                shards.push(*shard);
                let hidden = hidden(&data, generation.id, database.id, shard, head);
                let series = frozen_series(&data, head, hidden);
                let fixed_bytes = freeze_bytes(head);
                segments.extend(self.write_segment(upkeep, generation, shard, series, fixed_bytes)?);
            }
        }
        let infos = segments.iter().map(|segment: &Segment| segment.info).collect();
        let edit = Edit::Flush {
            generation: generation.id,
            last_lsn: generation.last_lsn(),
            changes: data.changes.clone(),
            shards,
            segments: infos,
        };
        Ok((edit, segments))
    }

    /// Nothing if every row was deleted meanwhile. `fixed_bytes` is what `series` takes until its end.
    fn write_segment<'a>(
        &self,
        upkeep: &mut Upkeep,
        generation: &Generation,
        shard: &ShardInfo,
        series: impl Iterator<Item = (KeyRef<'a>, Vec<Group>)>,
        fixed_bytes: usize,
    ) -> Result<Option<Segment>> {
        let id = upkeep.new_segment();
        let path = self.directory.segment(id);
        let lsn = generation.first_lsn..=generation.last_lsn();
        let mut writer = SegmentWriter::new(&*self.fs, &path, SegmentId(id), shard.id, lsn.clone())?;
        // Tombstones of later generations may not be durable: they go on hiding rows of the segment.
        let settled = generation.last_lsn();
        let mut is_empty = true;
        // What a freeze takes is counted, but never refused: it is how memory comes back.
        let mut lease = self.options.budget.empty_lease(Share::Compaction);
        for (number, (key, groups)) in series.enumerate() {
            is_empty &= groups.is_empty();
            if number.is_multiple_of(SERIES_PER_LEASE) {
                let wanted = fixed_bytes + writer.memory_bytes();
                let _ = lease.grow(wanted.saturating_sub(lease.bytes()));
            }
            writer.push(key, groups)?;
        }
        if is_empty {
            return Ok(None);
        }
        let summary = writer.finish()?;
        let info = describe(id, shard.id, (*lsn.start(), *lsn.end()), settled, &summary);
        Ok(Some(self.readers.admit(info)?))
    }

    /// Puts the segments in the place of the generation, for all who look from now on.
    fn show_flushed(&self, generation: &Generation, segments: &[Segment]) {
        let _writer = self.writer.lock();
        let mut view = (*self.view.load_full()).clone();
        segments.iter().for_each(|segment| view.add_segment(segment));
        view.generations.retain(|other| other.id != generation.id);
        self.view.store(Arc::new(view));
    }

    /// Files that stay because of a failure are removed by the next start.
    fn remove_wal_of(&self, generation: &Generation) {
        let written = self.wal.read().as_ref().map(|wal| wal.forget_below(generation.id + 1));
        let files =
            generation.old_files.iter().map(|file| file.path.clone()).chain(written.unwrap_or_default());
        let removed = files
            .map(|path| remove_file(&*self.fs, &path))
            .collect::<Result<Vec<()>>>()
            .and_then(|_| Ok(self.fs.sync_dir(&self.directory.wal())?));
        if let Err(error) = removed {
            tracing::warn!(%error, "WAL files that are not needed any more could not be removed");
        }
    }
}

/// Tells what the tombstones of a generation hide of each series in one of its heads.
fn hidden<'a>(
    data: &'a GenerationData,
    generation: GenerationId,
    database: CatalogId,
    shard: &'a ShardInfo,
    head: &'a Head,
) -> impl FnMut(SeriesId) -> Option<Arc<Hidden>> + 'a {
    let mut veils: HashMap<MeasurementId, Veil<'a>> = HashMap::new();
    move |series| {
        let id = data.tables.measurement_of(series);
        let veil = veils.entry(id).or_insert_with(|| {
            let measurement = data.tables.measurement(id);
            let touching = data.deletes.touching(database, shard.policy, measurement, &head.time);
            Veil::of_head(&touching, generation, &head.time)
        });
        if veil.is_empty() { None } else { veil.hidden(&data.tables.key(series).tags()) }
    }
}

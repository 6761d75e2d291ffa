//! Merging segments of a shard: the plan's choice, carried out.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Upkeep;
use super::flush::describe;
use crate::compaction::{self, Merge};
use crate::engine::Engine;
use crate::error::Result;
use crate::manifest::{Edit, SegmentInfo};
use crate::segment::{SegmentId, SegmentReader, SegmentWriter};
use crate::shard::{Segment, Shard};

/// Series after which a merge looks whether a generation waits to be flushed.
const SERIES_BETWEEN_FLUSHES: usize = 1024;

impl Engine {
    /// Merges until the plan finds nothing to do.
    pub(super) fn merge_all(&self, upkeep: &mut Upkeep) -> Result<()> {
        let shards: Vec<u64> = self.view.load().shards().map(|shard| shard.info.id).collect();
        for id in shards {
            loop {
                let view = self.view.load_full();
                let Some(shard) = view.shard(id) else { break };
                let infos: Vec<SegmentInfo> = shard.segments.iter().map(|segment| segment.info).collect();
                let Some(range) = compaction::plan(&infos) else { break };
                let inputs = shard.segments[range].to_vec();
                if inputs.iter().any(|segment| segment.reader().is_err()) {
                    break;
                }
                let merged = self.merge(upkeep, shard, &inputs);
                let counter =
                    if merged.is_ok() { &self.counters.merges } else { &self.counters.merge_failures };
                counter.fetch_add(1, Ordering::Relaxed);
                merged?;
            }
        }
        Ok(())
    }

    fn merge(&self, upkeep: &mut Upkeep, shard: &Shard, inputs: &[Segment]) -> Result<()> {
        let id = upkeep.new_segment();
        let path = self.directory.segment(id);
        let (Some(first), Some(last)) = (inputs.first(), inputs.last()) else { return Ok(()) };
        let lsn = (first.info.lsn_start, last.info.lsn_end);
        let mut writer = SegmentWriter::new(&*self.fs, &path, SegmentId(id), shard.info.id, lsn.0..=lsn.1)?;
        let mut merge = Merge::new(inputs.iter().map(Segment::reader).collect::<Result<_>>()?);
        for (number, series) in merge.series()?.into_iter().enumerate() {
            if number % SERIES_BETWEEN_FLUSHES == SERIES_BETWEEN_FLUSHES - 1 {
                self.flush_sealed(upkeep)?;
            }
            let groups = merge.read(&series, &self.options.budget)?;
            writer.push(&series.key, groups)?;
        }
        let summary = writer.finish()?;
        let info = describe(id, shard.info.id, lsn, &summary);
        let merged = Segment::new(info, Ok(SegmentReader::open(&*self.fs, &path)?));
        let gone: Vec<u64> = inputs.iter().map(|segment| segment.info.id).collect();
        upkeep.manifest.commit(&Edit::Merge {
            shard: shard.info.id,
            gone: gone.clone(),
            merged: Some(info),
        })?;
        {
            let _writer = self.writer.lock();
            let mut view = (*self.view.load_full()).clone();
            view.replace_segments(shard.info.id, &gone, Some(&merged));
            self.view.store(Arc::new(view));
        }
        upkeep.doom(inputs);
        Ok(())
    }
}

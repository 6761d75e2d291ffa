//! The merge of segments, series by series.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Budget, SeriesKey, Share, TagPredicate, TimeRange};

use crate::catalog::CatalogId;
use crate::error::Result;
use crate::generation::RowNumber;
use crate::manifest::SegmentInfo;
use crate::merge::{NamedPiece, Rank, assemble};
use crate::run::Group;
use crate::segment::{ChunkId, SegmentReader};
use crate::shard::ShardInfo;
use crate::tombstone::{Tombstones, Veil};

/// Segments that become one, without what was deleted of them.
#[derive(Debug)]
pub(crate) struct Merge<'a> {
    inputs: Vec<Input>,
    shard: ShardInfo,
    database: CatalogId,
    deletes: &'a Tombstones,
    measurement: Option<OfMeasurement<'a>>,
}

/// A segment that is merged.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) reader: Arc<SegmentReader>,
    pub(crate) info: SegmentInfo,
}

/// What is known of the measurement that was read last.
#[derive(Debug)]
struct OfMeasurement<'a> {
    name: Arc<str>,
    /// Its fields in all segments.
    fields: BTreeSet<Box<str>>,
    /// What is hidden of it in each segment.
    veils: Vec<Veil<'a>>,
}

/// A series and where it lies.
#[derive(Debug)]
pub(crate) struct MergedSeries {
    pub(crate) key: SeriesKey,
    measurement: Arc<str>,
    /// Index of the segment, and the chunk in it.
    chunks: Vec<(usize, ChunkId)>,
}

impl<'a> Merge<'a> {
    /// A merge of segments of a shard of a database, the oldest writes first. What `deletes` hide of each is left out.
    pub(crate) const fn new(
        inputs: Vec<Input>,
        shard: ShardInfo,
        database: CatalogId,
        deletes: &'a Tombstones,
    ) -> Self {
        Self { inputs, shard, database, deletes, measurement: None }
    }

    /// The series of all segments in rising order of their keys.
    pub(crate) fn series(&self) -> Result<Vec<MergedSeries>> {
        let mut found = Vec::new();
        for (index, Input { reader, .. }) in self.inputs.iter().enumerate() {
            for name in reader.measurements() {
                let measurement: Arc<str> = Arc::from(name);
                reader.each_series(name, &TagPredicate::All, |series| {
                    found.push((series.key, index, series.chunk, measurement.clone()));
                    Ok(())
                })?;
            }
        }
        found.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let mut merged: Vec<MergedSeries> = Vec::new();
        for (key, index, chunk, measurement) in found {
            match merged.last_mut() {
                Some(last) if last.key == key => last.chunks.push((index, chunk)),
                _ => merged.push(MergedSeries { key, measurement, chunks: vec![(index, chunk)] }),
            }
        }
        Ok(merged)
    }

    /// The groups of a series, of two values the one from the later segment; none if all of it was deleted.
    pub(crate) fn read(&mut self, series: &MergedSeries, budget: &Budget) -> Result<Vec<Group>> {
        let mut lease = budget.lease(Share::Compaction, 0)?;
        let tags = series.key.tags();
        self.learn(&series.measurement);
        let Some(measurement) = &self.measurement else { return Ok(Vec::new()) };
        let names: Vec<&str> = measurement.fields.iter().map(|name| &**name).collect();
        let veils = &measurement.veils;
        let mut pieces = Vec::new();
        for (index, chunk) in &series.chunks {
            let hidden = if veils[*index].is_empty() { None } else { veils[*index].hidden(&tags) };
            let all = TimeRange::ALL;
            let time = hidden.as_ref().map_or(all, |hidden| hidden.live(&all, RowNumber::MAX));
            for group in self.inputs[*index].reader.read(*chunk, time, &names)? {
                let group = if let Some(hidden) = &hidden { group.without(hidden) } else { group };
                // Fields of which nothing is left may have another type by now.
                if group.times.is_empty() {
                    continue;
                }
                let bytes = group.fields.iter().map(|(_, column)| column.bytes()).sum::<usize>();
                // Twice: the pieces and what is made of them.
                lease.grow(2 * (bytes + 8 * group.times.len()))?;
                let rank = Rank::Run(*index as u64);
                pieces.push(NamedPiece { times: group.times, rank, fields: group.fields });
            }
        }
        Ok(assemble(pieces))
    }

    fn learn(&mut self, name: &Arc<str>) {
        if self.measurement.as_ref().is_some_and(|known| known.name == *name) {
            return;
        }
        let fields = self.inputs.iter().flat_map(|input| input.reader.fields(name)).map(|(name, _)| name);
        let fields = fields.collect();
        let touching = self.deletes.touching(self.database, self.shard.policy, name, &self.shard.time);
        let veil = |input: &Input| Veil::of_segment(&touching, input.info.settled, &input.info.time);
        let veils = self.inputs.iter().map(veil).collect();
        self.measurement = Some(OfMeasurement { name: name.clone(), fields, veils });
    }
}

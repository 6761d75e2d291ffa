//! The merge of segments, series by series.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Budget, SeriesKey, Share, TagPredicate, TimeRange};

use crate::error::Result;
use crate::merge::{NamedPiece, Rank, assemble};
use crate::run::Group;
use crate::segment::{ChunkId, SegmentReader};

/// Segments that become one.
#[derive(Debug)]
pub(crate) struct Merge {
    readers: Vec<Arc<SegmentReader>>,
    /// The measurement that was read last, and its fields in all segments.
    fields: Option<(Arc<str>, BTreeSet<Box<str>>)>,
}

/// A series and where it lies.
#[derive(Debug)]
pub(crate) struct MergedSeries {
    pub(crate) key: SeriesKey,
    measurement: Arc<str>,
    /// Index of the segment, and the chunk in it.
    chunks: Vec<(usize, ChunkId)>,
}

impl Merge {
    /// A merge of segments, the oldest writes first.
    pub(crate) const fn new(readers: Vec<Arc<SegmentReader>>) -> Self {
        Self { readers, fields: None }
    }

    /// The series of all segments in rising order of their keys.
    pub(crate) fn series(&self) -> Result<Vec<MergedSeries>> {
        let mut found = Vec::new();
        for (index, reader) in self.readers.iter().enumerate() {
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

    /// The groups of a series, of two values the one from the later segment.
    pub(crate) fn read(&mut self, series: &MergedSeries, budget: &Budget) -> Result<Vec<Group>> {
        let mut lease = budget.lease(Share::Compaction, 0)?;
        self.learn_fields(&series.measurement);
        let names: Vec<&str> =
            self.fields.iter().flat_map(|(_, fields)| fields.iter().map(|name| &**name)).collect();
        let mut pieces = Vec::new();
        for (index, chunk) in &series.chunks {
            for group in self.readers[*index].read(*chunk, TimeRange::ALL, &names)? {
                let bytes = group.fields.iter().map(|(_, column)| column.bytes()).sum::<usize>();
                // Twice: the pieces and what is made of them.
                lease.grow(2 * (bytes + 8 * group.times.len()))?;
                let rank = Rank::Run(*index as u64);
                pieces.push(NamedPiece { times: group.times, rank, fields: group.fields });
            }
        }
        Ok(assemble(pieces))
    }

    fn learn_fields(&mut self, measurement: &Arc<str>) {
        if self.fields.as_ref().is_some_and(|(known, _)| known == measurement) {
            return;
        }
        let all = self.readers.iter().flat_map(|reader| reader.fields(measurement));
        self.fields = Some((measurement.clone(), all.map(|(name, _)| name).collect()));
    }
}

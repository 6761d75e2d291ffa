//! A veil over a segment, by the numbers of its chunks: predicates are answered by postings, once.

use std::collections::HashMap;
use std::sync::Arc;

use model::Tags;
use roaring::RoaringBitmap;

use super::by_tag::Condition;
use super::hidden::{Cover, Hidden};
use super::veil::Veil;
use crate::error::Result;
use crate::segment::{ChunkId, SegmentReader};

/// Predicates with so few series are kept series by series; the others as bitmaps.
const FEW_SERIES: u64 = 64;

/// What is hidden of each chunk of one measurement.
#[derive(Debug)]
pub(crate) struct ChunkVeil<'a> {
    veil: Veil<'a>,
    found: Found,
}

/// The chunks whose series pass some predicates.
#[derive(Debug, Default)]
struct Found {
    few: HashMap<u32, Vec<Cover>>,
    many: Vec<(RoaringBitmap, Cover)>,
}

impl<'a> ChunkVeil<'a> {
    /// For whoever asks by chunks and tags: postings answer only predicates that tags would be slow at.
    ///
    /// # Errors
    /// When postings are damaged.
    pub(crate) fn open(veil: Veil<'a>, reader: &SegmentReader, measurement: &str) -> Result<Self> {
        let found = Found::of(veil.some.iter(), reader, measurement)?;
        Ok(Self { veil, found })
    }

    /// What is hidden of a chunk, whose series has these tags.
    pub(crate) fn hidden(&self, chunk: ChunkId, tags: &Tags) -> Option<Arc<Hidden>> {
        let mut covers = self.found.covers(chunk);
        self.veil.by_tag.add_covers(tags, &mut covers);
        self.veil.with(covers)
    }
}

/// What is hidden of each chunk of one measurement, for whoever does not know its tags.
#[derive(Debug)]
pub(super) struct TaglessVeil<'a> {
    veil: Veil<'a>,
    found: Found,
}

impl<'a> TaglessVeil<'a> {
    /// # Errors
    /// When postings are damaged.
    pub(super) fn open(veil: Veil<'a>, reader: &SegmentReader, measurement: &str) -> Result<Self> {
        let found = Found::of(veil.some.iter().chain(veil.by_tag.iter()), reader, measurement)?;
        Ok(Self { veil, found })
    }

    /// What is hidden of a chunk.
    pub(super) fn hidden(&self, chunk: ChunkId) -> Option<Arc<Hidden>> {
        self.veil.with(self.found.covers(chunk))
    }
}

impl Found {
    fn of<'a, 'c: 'a>(
        conditions: impl Iterator<Item = &'a Condition<'c>>,
        reader: &SegmentReader,
        measurement: &str,
    ) -> Result<Self> {
        let mut found = Self::default();
        for (predicate, cover) in conditions {
            let chunks = reader.chunks(measurement, predicate)?;
            if chunks.len() <= FEW_SERIES {
                chunks.iter().for_each(|chunk| found.few.entry(chunk).or_default().push(*cover));
            } else {
                found.many.push((chunks, *cover));
            }
        }
        Ok(found)
    }

    fn covers(&self, chunk: ChunkId) -> Vec<Cover> {
        let mut covers = self.few.get(&chunk.0).cloned().unwrap_or_default();
        let many = self.many.iter().filter(|(chunks, _)| chunks.contains(chunk.0));
        covers.extend(many.map(|(_, cover)| *cover));
        covers
    }
}

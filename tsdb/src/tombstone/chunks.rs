//! A veil over a segment, by the numbers of its chunks: predicates are answered by postings, once.

use std::collections::HashMap;
use std::sync::Arc;

use roaring::RoaringBitmap;

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
    few: HashMap<u32, Vec<Cover>>,
    many: Vec<(RoaringBitmap, Cover)>,
}

impl<'a> ChunkVeil<'a> {
    /// # Errors
    /// When postings are damaged.
    pub(crate) fn open(veil: Veil<'a>, reader: &SegmentReader, measurement: &str) -> Result<Self> {
        let (mut few, mut many): (HashMap<u32, Vec<Cover>>, Vec<_>) = (HashMap::new(), Vec::new());
        for (predicate, cover) in &veil.some {
            let chunks = reader.chunks(measurement, predicate)?;
            if chunks.len() <= FEW_SERIES {
                chunks.iter().for_each(|chunk| few.entry(chunk).or_default().push(*cover));
            } else {
                many.push((chunks, *cover));
            }
        }
        Ok(Self { veil, few, many })
    }

    /// What is hidden of a chunk.
    pub(crate) fn hidden(&self, chunk: ChunkId) -> Option<Arc<Hidden>> {
        let mut covers = self.few.get(&chunk.0).cloned().unwrap_or_default();
        let many = self.many.iter().filter(|(chunks, _)| chunks.contains(chunk.0));
        covers.extend(many.map(|(_, cover)| *cover));
        self.veil.with(covers)
    }
}

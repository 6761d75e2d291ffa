//! Streams: the series of several segments as one sequence in the order of their keys.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use model::SeriesKey;

use crate::error::Result;
use crate::segment::{ChunkId, SegmentReader, SeriesWalk};

/// A series and where it lies: the number of the segment, and its chunk in it; the oldest writes first.
pub(crate) type Places = Vec<(usize, ChunkId)>;

/// Series of all segments under way. It holds one key per segment.
pub(crate) struct Streams<'a> {
    walks: Vec<SeriesWalk<'a>>,
    heads: BinaryHeap<Reverse<(SeriesKey, usize, ChunkId)>>,
}

impl<'a> Streams<'a> {
    /// The series of segments, the oldest writes first.
    pub(crate) fn new(readers: impl Iterator<Item = &'a SegmentReader>) -> Result<Self> {
        let walks = readers.map(SegmentReader::walk).collect::<Result<Vec<_>>>()?;
        let mut streams = Self { walks, heads: BinaryHeap::new() };
        for number in 0..streams.walks.len() {
            streams.advance(number)?;
        }
        Ok(streams)
    }

    /// The next series, or nothing behind the last one.
    pub(crate) fn next(&mut self) -> Result<Option<(SeriesKey, Places)>> {
        let Some(Reverse((key, number, chunk))) = self.heads.pop() else { return Ok(None) };
        self.advance(number)?;
        let mut places = vec![(number, chunk)];
        while self.heads.peek().is_some_and(|Reverse((other, ..))| *other == key) {
            let Some(Reverse((_, number, chunk))) = self.heads.pop() else { break };
            places.push((number, chunk));
            self.advance(number)?;
        }
        Ok(Some((key, places)))
    }

    fn advance(&mut self, number: usize) -> Result<()> {
        if let Some((key, chunk)) = self.walks[number].next()? {
            self.heads.push(Reverse((key, number, chunk)));
        }
        Ok(())
    }
}

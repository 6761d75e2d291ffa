//! Walk: the series of a segment one after another, in the order of their keys, each table read from front to back.

use super::chunk::ChunkId;
use super::reader::{SegmentReader, SeriesNames};
use super::records::{Records, Walk};
use super::sets;
use crate::Result;
use crate::codec::{Malformed, read_count};
use model::SeriesKey;

/// Series under way. A merge holds one per input; it keeps one key in memory.
pub(crate) struct SeriesWalk<'a> {
    reader: &'a SegmentReader,
    records: Walk<'a>,
    sets: Records<'a>,
    /// By measurement, opened when its first series comes.
    names: Vec<Option<SeriesNames<'a>>>,
    /// The key set that was read last: neighbours most often share it.
    set: Option<(usize, Vec<u32>)>,
    last: Option<SeriesKey>,
    next: u32,
}

impl SegmentReader {
    /// The series of all measurements by rising key.
    ///
    /// # Errors
    /// When what must be read is damaged.
    pub(crate) fn walk(&self) -> Result<SeriesWalk<'_>> {
        let (records, sets) = (self.series_table()?.iter()?, self.sets_table()?);
        let names = self.directory.measurements.iter().map(|_| None).collect();
        Ok(SeriesWalk { reader: self, records, sets, names, set: None, last: None, next: 0 })
    }
}

impl SeriesWalk<'_> {
    /// The next series, or nothing behind the last one.
    ///
    /// # Errors
    /// When what must be read is damaged, or the keys do not rise.
    pub(crate) fn next(&mut self) -> Result<Option<(SeriesKey, ChunkId)>> {
        let Some(record) = self.records.next() else { return Ok(None) };
        let (offset, record) = record?;
        let key = self.key(offset, record)?;
        if self.last.as_ref().is_some_and(|last| *last >= key) {
            return Err(self.reader.blocks.corrupt(offset, "keys that rise", "one that does not"));
        }
        let chunk = ChunkId(self.next);
        self.next += 1;
        self.last = Some(key.clone());
        Ok(Some((key, chunk)))
    }

    fn key(&mut self, offset: u64, record: &[u8]) -> Result<SeriesKey> {
        let blocks = &self.reader.blocks;
        let mut ranks = record;
        let number = blocks.check(offset, read_count(&mut ranks, self.sets.len()))?;
        if self.set.as_ref().is_none_or(|(known, _)| *known != number) {
            let (set_offset, set) = self.sets.get(number)?;
            self.set = Some((number, blocks.check(set_offset, sets::decode(set))?));
        }
        let members = self.set.as_ref().map_or(&[][..], |(_, members)| members);
        let measurement = members.first().map_or(usize::MAX, |number| *number as usize);
        let names = self.names.get_mut(measurement).ok_or(Malformed("the number of a measurement"));
        let names = blocks.check(offset, names)?;
        if names.is_none() {
            let measurement = &self.reader.directory.measurements[measurement];
            *names = Some(SeriesNames::open(self.reader, measurement)?);
        }
        let Some(names) = names else { return Err(blocks.corrupt(offset, "names of series", "none")) };
        Ok(names.tagged(offset, members, ranks)?.0)
    }
}

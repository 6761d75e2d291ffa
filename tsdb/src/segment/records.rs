//! Tables of records of any length, in order, found by number.
//!
//! ```text
//! (length varint · bytes)*  ·  offset of every 16th record, u64 each  ·  count of records, u64
//! ```

use super::blocks::Blocks;
use super::footer::Extent;
use super::format::{ENTRY_LEN, RECORDS_PER_ENTRY};
use super::header::read_u64;
use crate::Result;
use crate::codec;
use disk::varint;

/// A table under way.
#[derive(Debug, Default)]
pub(crate) struct RecordsBuilder {
    records: Vec<u8>,
    entries: Vec<u64>,
    count: usize,
}

impl RecordsBuilder {
    /// Adds a record and says its number.
    pub(crate) fn push(&mut self, record: &[u8]) -> usize {
        if self.count.is_multiple_of(RECORDS_PER_ENTRY) {
            self.entries.push(self.records.len() as u64);
        }
        varint::write_bytes(&mut self.records, record);
        self.count += 1;
        self.count - 1
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The memory held.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.records.capacity() + self.entries.capacity() * size_of::<u64>()
    }

    /// The bytes of the table.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.records.extend(self.entries.iter().flat_map(|entry| entry.to_le_bytes()));
        self.records.extend_from_slice(&(self.count as u64).to_le_bytes());
        self.records
    }
}

/// A table in a segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Records<'a> {
    blocks: &'a Blocks,
    extent: Extent,
    count: usize,
    /// Bytes of the records, without the index behind them.
    records_len: u64,
}

impl<'a> Records<'a> {
    /// The table at `extent`.
    pub(crate) fn open(blocks: &'a Blocks, extent: Extent) -> Result<Self> {
        let entry = ENTRY_LEN as u64;
        let damaged = || blocks.corrupt(extent.offset, "a table of records", "other bytes");
        let last = extent.len.checked_sub(entry).ok_or_else(damaged)?;
        let count = blocks.get(Extent { offset: extent.offset.saturating_add(last), len: entry })?;
        let count = usize::try_from(read_u64(count, 0)).map_err(|_| damaged())?;
        let entries = count.div_ceil(RECORDS_PER_ENTRY) as u64;
        let records_len =
            entries.checked_mul(entry).and_then(|len| last.checked_sub(len)).ok_or_else(damaged)?;
        Ok(Self { blocks, extent, count, records_len })
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The record with this number and its offset in the file.
    pub(crate) fn get(&self, number: usize) -> Result<(u64, &'a [u8])> {
        let mut walk = self.walk_from(number / RECORDS_PER_ENTRY)?;
        walk.nth(number % RECORDS_PER_ENTRY).unwrap_or_else(|| Err(self.missing(number)))
    }

    /// The records in order, each with its offset in the file.
    pub(crate) fn iter(&self) -> Result<Walk<'a>> {
        if self.count == 0 {
            return Ok(Walk { blocks: self.blocks, next: 0, end: 0, left: 0 });
        }
        self.walk_from(0)
    }

    /// The record for which `compare` says equal, with its offset in the file. `compare` says how a record lies to
    /// the wanted one; the records are in that order.
    pub(crate) fn binary_search(
        &self,
        mut compare: impl FnMut(u64, &'a [u8]) -> Result<std::cmp::Ordering>,
    ) -> Result<Option<(u64, &'a [u8])>> {
        // Whole entries first, so that at most one of them is walked.
        let (mut low, mut high) = (0, self.count.div_ceil(RECORDS_PER_ENTRY));
        while low < high {
            let middle = usize::midpoint(low, high);
            let (offset, first) = self.get(middle * RECORDS_PER_ENTRY)?;
            if compare(offset, first)?.is_gt() { high = middle } else { low = middle + 1 }
        }
        let Some(entry) = low.checked_sub(1) else { return Ok(None) };
        for record in self.walk_from(entry)?.take(RECORDS_PER_ENTRY) {
            let (offset, record) = record?;
            if compare(offset, record)?.is_eq() {
                return Ok(Some((offset, record)));
            }
        }
        Ok(None)
    }

    fn walk_from(&self, entry: usize) -> Result<Walk<'a>> {
        let first = entry * RECORDS_PER_ENTRY;
        if first >= self.count {
            return Err(self.missing(first));
        }
        let start = self.entry(entry)?;
        let offset = self.extent.offset.saturating_add(start);
        let len = self.records_len.checked_sub(start).ok_or_else(|| self.missing(first))?;
        Ok(Walk {
            blocks: self.blocks,
            next: offset,
            end: offset.saturating_add(len),
            left: self.count - first,
        })
    }

    /// Offset of the first record of an entry, from the start of the table.
    fn entry(&self, entry: usize) -> Result<u64> {
        let offset = self.extent.offset + self.records_len + (entry * ENTRY_LEN) as u64;
        Ok(read_u64(self.blocks.get(Extent { offset, len: ENTRY_LEN as u64 })?, 0))
    }

    fn missing(&self, number: usize) -> crate::Error {
        self.blocks.corrupt(
            self.extent.offset,
            "a table that holds the record",
            &format!("no record {number}"),
        )
    }
}

/// Records one after the other.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    blocks: &'a Blocks,
    next: u64,
    end: u64,
    left: usize,
}

impl<'a> Walk<'a> {
    fn step(&mut self) -> Result<(u64, &'a [u8])> {
        let remaining = self.end.saturating_sub(self.next);
        let head = Extent { offset: self.next, len: remaining.min(varint::VARINT_BYTES_MAX as u64) };
        let mut head_bytes = self.blocks.get(head)?;
        let len = self.blocks.check(self.next, codec::read_u64(&mut head_bytes))?;
        let offset = self.next + head.len - head_bytes.len() as u64;
        if len > self.end - offset {
            return Err(self.blocks.corrupt(self.next, "a record within its table", "a longer one"));
        }
        self.next = offset + len;
        Ok((offset, self.blocks.get(Extent { offset, len })?))
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Result<(u64, &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(self.step().inspect_err(|_| self.left = 0))
    }
}

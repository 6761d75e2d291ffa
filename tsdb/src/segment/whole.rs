//! A whole chunk for a merge: what it takes in memory before it is read, and all its fields, slice by slice.

use super::chunk::{ChunkId, GroupIndex};
use super::directory::Measurement;
use super::reader::SegmentReader;
use crate::Result;
use crate::run::Group;
use model::{FieldType, TimeRange};

/// Bytes that a text takes in memory for each byte of its page: most pages of text are dictionaries or compressed.
const TEXT_EXPANSION: usize = 4;

/// The rows of one series in one segment.
pub(crate) struct Chunk<'a> {
    reader: &'a SegmentReader,
    measurement: &'a Measurement,
    groups: Vec<(GroupIndex, Vec<(usize, u32)>)>,
}

/// Rows that lie together: when they begin, and roughly how many bytes they are when decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The time of the first row.
    pub(crate) start: i64,
    /// The time behind the last row.
    pub(crate) end: i64,
    /// Bytes in memory.
    pub(crate) bytes: usize,
}

impl SegmentReader {
    /// A chunk with the index of all its groups.
    ///
    /// # Errors
    /// When what must be read is damaged.
    pub(crate) fn chunk(&self, id: ChunkId) -> Result<Chunk<'_>> {
        let (offset, groups) = self.groups(id)?;
        let measurement = self.measurement(offset, &groups)?;
        let mut indexed = Vec::new();
        for group in groups {
            let group = self.blocks.check(offset, group)?;
            let columns = self.field_set(&group, measurement)?.into_iter().enumerate().collect();
            indexed.push((group, columns));
        }
        Ok(Chunk { reader: self, measurement, groups: indexed })
    }
}

impl Chunk<'_> {
    /// The pages that may hold an instant of `time`, group by group.
    pub(crate) fn extents(&self, time: TimeRange) -> impl Iterator<Item = Extent> {
        self.groups.iter().flat_map(move |(group, columns)| {
            let widths = self.widths(columns);
            group.overlapping(time).map(move |page| {
                let texts: usize = widths.texts.iter().map(|column| text_bytes(group, *column, page)).sum();
                let TimeRange { start, end } = group.page_time(page);
                Extent { start, end, bytes: group.pages[page].rows * widths.row + texts }
            })
        })
    }

    fn widths(&self, columns: &[(usize, u32)]) -> Widths {
        let mut widths = Widths { row: size_of::<i64>(), texts: Vec::new() };
        for (position, number) in columns {
            match self.measurement.fields[*number as usize].ty {
                FieldType::Boolean => widths.row += 1,
                FieldType::String => {
                    widths.row += size_of::<u32>();
                    widths.texts.push(position + 1);
                }
                _ => widths.row += size_of::<u64>(),
            }
        }
        widths
    }

    /// The rows inside `time` with all their fields. Groups without such a row are left out.
    ///
    /// # Errors
    /// When what must be read is damaged.
    pub(crate) fn read(&self, time: TimeRange) -> Result<Vec<Group>> {
        let mut found = Vec::new();
        for (group, columns) in &self.groups {
            let pages = group.overlapping(time);
            if !pages.is_empty() {
                found.extend(self.reader.read_group(group, self.measurement, time, pages, columns)?);
            }
        }
        Ok(found)
    }
}

/// What a row of a group takes.
struct Widths {
    /// Bytes of a row without its texts.
    row: usize,
    /// The columns of text, counted behind time.
    texts: Vec<usize>,
}

fn text_bytes(group: &GroupIndex, column: usize, page: usize) -> usize {
    let len = group.page_lens[column * group.pages.len() + page];
    usize::try_from(len).unwrap_or(usize::MAX).saturating_mul(TEXT_EXPANSION)
}

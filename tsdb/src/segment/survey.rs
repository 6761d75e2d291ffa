//! Survey: a segment section by section and page by page, for those who look at the file rather than for rows.
//!
//! Everything goes through the checked blocks; what comes out is at most one chunk record and one page at a time.

use super::chunk::{ChunkDecoder, GroupIndex, PageIndex};
use super::directory::{Field, Measurement, TagKey};
use super::footer::{Extent, Totals};
use super::format::{BLOCK_LEN, FOOTER_LEN, HEADER_LEN, TRAILER_LEN};
use super::posting::{self, TagValue};
use super::reader::SegmentReader;
use super::records::Records;
use super::statistics::{FieldColumns, Grid};
use crate::Result;
use crate::codec::{Decoded, Malformed};
use crate::segment::ChunkId;
use model::{FieldType, SummaryKinds};
use roaring::RoaringBitmap;

/// A part of a segment and its length in bytes.
pub(crate) type SectionLen = (&'static str, u64);

/// A page of a group, where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageAt {
    /// 0 is time, then the fields of the group in the order of its set.
    pub(crate) column: usize,
    pub(crate) rows: usize,
    pub(crate) first_time: i64,
    pub(crate) extent: Extent,
}

/// A group of a chunk with the fields that it has.
#[derive(Debug)]
pub(crate) struct SurveyGroup<'a> {
    reader: &'a SegmentReader,
    pub(crate) index: GroupIndex,
    /// The fields, in the order of the columns behind time.
    pub(crate) fields: Vec<&'a Field>,
    /// The numbers of these fields in their measurement.
    pub(crate) numbers: Vec<u32>,
}

impl SegmentReader {
    /// The parts of the file in their order.
    pub(crate) fn sections(&self) -> [SectionLen; 9] {
        let footer = &self.footer;
        [
            ("pages", footer.pages.len),
            ("statistics", footer.statistics.len),
            ("postings", footer.postings.len),
            ("sets", footer.sets.len),
            ("series", footer.series.len),
            ("chunks", footer.chunks.len),
            ("measurements", footer.measurements.len),
            ("checksums", footer.checksums.len),
            ("header and footer", (HEADER_LEN + FOOTER_LEN + TRAILER_LEN) as u64),
        ]
    }

    /// What the footer counts.
    pub(crate) const fn totals(&self) -> &Totals {
        &self.footer.totals
    }

    /// The measurements by their numbers.
    pub(crate) fn numbered_measurements(&self) -> &[Measurement] {
        &self.directory.measurements
    }

    /// Where each block starts that has a checksum.
    pub(crate) fn block_offsets(&self) -> impl Iterator<Item = u64> + use<> {
        (0..self.footer.checksums.offset).step_by(BLOCK_LEN)
    }

    /// Checks the block that starts at `offset` and says how long it is.
    ///
    /// # Errors
    /// When its checksum does not agree.
    pub(crate) fn check_block(&self, offset: u64) -> Result<u64> {
        let len = (BLOCK_LEN as u64).min(self.footer.checksums.offset.saturating_sub(offset));
        self.blocks.get(Extent { offset, len })?;
        self.blocks.intact().map(|()| len)
    }

    /// How many chunks there are.
    ///
    /// # Errors
    /// When their table is damaged.
    pub(crate) fn chunk_count(&self) -> Result<usize> {
        Ok(Records::open(&self.blocks, self.footer.chunks)?.len())
    }

    /// Gives the groups of a chunk one by one, with the number of its measurement.
    ///
    /// # Errors
    /// When the chunk's record or a set is damaged, or `take` fails.
    pub(crate) fn each_group(
        &self,
        chunk: ChunkId,
        mut take: impl FnMut(usize, SurveyGroup<'_>) -> Result<()>,
    ) -> Result<()> {
        let (offset, record) = Records::open(&self.blocks, self.footer.chunks)?.get(chunk.0 as usize)?;
        let groups = self.blocks.check(offset, ChunkDecoder::new(record, self.footer.totals.time_base))?;
        let number = groups.measurement;
        let measurement = self.directory.measurements.get(number);
        let measurement =
            self.blocks.check(offset, measurement.ok_or(Malformed("the number of a measurement")))?;
        for group in groups {
            let index = self.blocks.check(offset, group)?;
            let numbers = self.field_set(&index, measurement)?;
            let fields = self.blocks.check(offset, named(measurement, &numbers))?;
            take(number, SurveyGroup { reader: self, index, fields, numbers })?;
        }
        self.blocks.intact()
    }

    /// The series of a measurement.
    ///
    /// # Errors
    /// When their bitmap is damaged.
    pub(crate) fn series_bitmap(&self, measurement: &Measurement) -> Result<RoaringBitmap> {
        self.bitmap(measurement.series)
    }

    /// The series that have a tag.
    ///
    /// # Errors
    /// When their bitmap is damaged.
    pub(crate) fn tag_bitmap(&self, key: &TagKey) -> Result<RoaringBitmap> {
        self.bitmap(key.present)
    }

    fn bitmap(&self, extent: Extent) -> Result<RoaringBitmap> {
        let bytes = self.blocks.get(extent)?;
        self.blocks.check(extent.offset, posting::decode_bitmap(bytes, self.footer.totals.series))
    }

    /// How many values a tag has.
    ///
    /// # Errors
    /// When their table is damaged.
    pub(crate) fn tag_value_count(&self, key: &TagKey) -> Result<u64> {
        Ok(Records::open(&self.blocks, key.values)?.len() as u64)
    }

    /// Gives the values of a tag in their order, each with its posting.
    ///
    /// # Errors
    /// When their table is damaged, or `take` fails.
    pub(crate) fn each_posting(
        &self,
        key: &TagKey,
        mut take: impl FnMut(u64, TagValue<'_>) -> Result<()>,
    ) -> Result<()> {
        for record in Records::open(&self.blocks, key.values)?.iter()? {
            let (offset, record) = record?;
            take(offset, self.blocks.check(offset, TagValue::decode(record))?)?;
        }
        self.blocks.intact()
    }

    /// Adds the series of a tag's value, whose record is at `offset`, to `found`.
    ///
    /// # Errors
    /// When the posting is damaged.
    pub(crate) fn add_posting(
        &self,
        offset: u64,
        value: &TagValue<'_>,
        found: &mut RoaringBitmap,
    ) -> Result<()> {
        self.blocks.check(offset, value.add_to(found, self.footer.totals.series))
    }

    /// Damage at `offset` of this file.
    pub(crate) fn damage(&self, offset: u64, expected: &str, found: &str) -> crate::Error {
        self.blocks.corrupt(offset, expected, found)
    }
}

/// All that the statistics of a field have; those of strings count only.
fn kinds(ty: FieldType) -> SummaryKinds {
    let all = ty != FieldType::String;
    SummaryKinds { sum: all, min: all, max: all, first: all, last: all }
}

fn named<'a>(measurement: &'a Measurement, numbers: &[u32]) -> Decoded<Vec<&'a Field>> {
    let field = |number: &u32| measurement.fields.get(*number as usize);
    numbers.iter().map(|number| field(number).ok_or(Malformed("the number of a field"))).collect()
}

impl SurveyGroup<'_> {
    /// Every page in file order: those of time, then those of each field.
    pub(crate) fn pages(&self) -> impl Iterator<Item = PageAt> + '_ {
        let (pages, mut offset) = (&self.index.pages, self.index.offset);
        self.index.page_lens.iter().enumerate().map(move |(place, &len)| {
            let PageIndex { rows, first_time } = pages[place % pages.len()];
            let extent = Extent { offset, len };
            offset = extent.end();
            PageAt { column: place / pages.len(), rows, first_time, extent }
        })
    }

    /// What `decode` makes of the bytes of a page.
    ///
    /// # Errors
    /// When they are damaged.
    pub(crate) fn decode<T>(&self, page: &PageAt, decode: impl FnOnce(&[u8]) -> Decoded<T>) -> Result<T> {
        let bytes = self.reader.blocks.get(page.extent)?;
        self.reader.blocks.check(page.extent.offset, decode(bytes))
    }

    /// Bytes of the statistics: of the grid, then of each field; nothing without any.
    pub(crate) fn statistics_lens(&self) -> &[u64] {
        self.index.statistics.as_ref().map_or(&[], |statistics| &statistics.lens)
    }

    /// How many values of each field the statistics count; nothing without any.
    ///
    /// # Errors
    /// When they are damaged.
    pub(crate) fn statistics_counts(&self) -> Result<Option<Vec<u64>>> {
        let Some(statistics) = &self.index.statistics else { return Ok(None) };
        let blocks = &self.reader.blocks;
        let mut offset = self.reader.footer.statistics.offset.saturating_add(statistics.offset);
        let mut next = |len: u64| {
            let extent = Extent { offset, len };
            offset = extent.end();
            extent
        };
        let mut lens = statistics.lens.iter().copied();
        let extent = next(lens.next().unwrap_or(0));
        let grid = blocks.check(extent.offset, Grid::decode(blocks.get(extent)?, self.index.rows()))?;
        let mut counts = Vec::with_capacity(self.fields.len());
        for (field, len) in self.fields.iter().zip(lens) {
            let extent = next(len);
            let kinds = kinds(field.ty);
            let decoded = FieldColumns::decode(blocks.get(extent)?, &grid, field.ty, kinds, kinds.min);
            let columns = blocks.check(extent.offset, decoded)?;
            counts.push((0..grid.len()).map(|bucket| columns.count(bucket)).sum());
        }
        Ok(Some(counts))
    }
}

//! Reader: a mapped segment, its series by their tags and their rows by time.
//!
//! Opening checks header, footer and the checksums' own checksum and reads the directory. All else is verified
//! block by block when it is first read, so that opening costs the same for any size.

use super::blocks::Blocks;
use super::chunk::ChunkId;
use super::directory::{self, Directory, Measurement};
use super::footer::{Extent, Footer};
use super::header::Header;
use super::posting::TagValue;
use super::predicate::Postings;
use super::records::Records;
use super::{SegmentId, sets};
use crate::Result;
use crate::codec::{Decoded, Malformed, read_count};
use crate::damage::Damage;
use crate::readers::Held;
use disk::Fs;
use model::{FieldType, SeriesKey, TagPredicate, Tags};
use roaring::RoaringBitmap;
use std::path::Path;
use std::sync::Arc;

/// An open segment.
#[derive(Debug)]
pub(crate) struct SegmentReader {
    pub(super) blocks: Blocks,
    pub(super) footer: Footer,
    pub(super) directory: Directory,
    header: Header,
    /// What it holds of bounded things, if it counts among the open ones.
    _held: Option<Held>,
}

/// A series of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeriesRef {
    /// Its key.
    pub(crate) key: SeriesKey,
    /// Its tags.
    pub(crate) tags: Arc<Tags>,
    /// Its rows, for [`SegmentReader::read`].
    pub(crate) chunk: ChunkId,
}

impl SegmentReader {
    /// Opens the segment at `path`.
    ///
    /// # Errors
    /// When the file cannot be mapped, is damaged, or is of a later format.
    pub(crate) fn open(fs: &dyn Fs, path: &Path) -> Result<Self> {
        let file = fs.map(path)?;
        let header = Header::decode(&file, path)?;
        let footer = Footer::decode(&file, path)?;
        let blocks = Blocks::new(path, &file, &footer)?;
        let extent = footer.measurements;
        let directory = blocks.check(extent.offset, directory::decode(blocks.get(extent)?))?;
        Ok(Self { blocks, footer, directory, header, _held: None })
    }

    /// This reader as one that counts among the open ones and notes what damage it meets.
    pub(crate) fn held(mut self, held: Held, damage: Damage) -> Self {
        self.blocks.note_in(damage);
        Self { _held: Some(held), ..self }
    }

    /// Whether the mapping is still that of the file: nobody has cut it, and every page could be read.
    pub(crate) fn is_whole(&self) -> bool {
        self.blocks.broken_at().is_none()
    }

    /// Whether the block at `offset` is as it was written; what lies outside the blocks was checked when it was opened.
    pub(crate) fn is_sound_at(&self, offset: u64) -> bool {
        let covered = self.footer.checksums.offset;
        offset >= covered || self.blocks.get(Extent { offset, len: 1 }).is_ok() && self.is_whole()
    }

    /// Roughly the memory that an open segment takes besides its mapping.
    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.directory.memory_bytes() + self.blocks.memory_bytes()
    }

    /// The names of all measurements, sorted.
    pub(crate) fn measurements(&self) -> impl Iterator<Item = &str> {
        self.directory.iter().map(|measurement| &*measurement.name)
    }

    /// The fields of a measurement with their types, sorted by name; none for an unknown one.
    pub(crate) fn fields(&self, measurement: &str) -> Vec<(Box<str>, FieldType)> {
        let Some(measurement) = self.directory.find(measurement) else { return Vec::new() };
        let field = |number: &u32| &measurement.fields[*number as usize];
        measurement.fields_by_name.iter().map(field).map(|field| (field.name.clone(), field.ty)).collect()
    }

    /// The series of a measurement that pass, sorted by key.
    ///
    /// # Errors
    /// When what must be read is damaged.
    #[cfg(test)]
    pub(crate) fn series(&self, measurement: &str, predicate: &TagPredicate) -> Result<Vec<SeriesRef>> {
        let mut found = Vec::new();
        self.each_series(measurement, predicate, |series| {
            found.push(series);
            Ok(())
        })?;
        Ok(found)
    }

    /// Gives the series of a measurement that pass one by one, by key.
    ///
    /// # Errors
    /// When what must be read is damaged, or `take` fails.
    pub(crate) fn each_series(
        &self,
        measurement: &str,
        predicate: &TagPredicate,
        mut take: impl FnMut(SeriesRef) -> Result<()>,
    ) -> Result<()> {
        let Some(measurement) = self.directory.find(measurement) else { return Ok(()) };
        let found =
            Postings::open(&self.blocks, measurement, self.footer.totals.series)?.matching(predicate)?;
        let names = SeriesNames::open(self, measurement)?;
        found.iter().try_for_each(|id| take(names.series(ChunkId(id))?))?;
        self.blocks.intact()
    }

    /// The series of a measurement that pass, by the numbers of their chunks.
    ///
    /// # Errors
    /// When what must be read is damaged.
    pub(crate) fn chunks(&self, measurement: &str, predicate: &TagPredicate) -> Result<RoaringBitmap> {
        let Some(measurement) = self.directory.find(measurement) else { return Ok(RoaringBitmap::new()) };
        let found =
            Postings::open(&self.blocks, measurement, self.footer.totals.series)?.matching(predicate)?;
        self.blocks.intact()?;
        Ok(found)
    }

    /// The keys of all tags of a measurement.
    pub(crate) fn tag_keys(&self, measurement: &str) -> impl Iterator<Item = &str> {
        let keys = self.directory.find(measurement).map(|measurement| &measurement.tag_keys);
        keys.into_iter().flatten().map(|key| &*key.name)
    }

    /// Gives the values of a tag among the series of a measurement that pass, each once, sorted: out of the
    /// dictionary, which costs by the number of values and not of series.
    ///
    /// # Errors
    /// When what must be read is damaged.
    pub(crate) fn each_tag_value(
        &self,
        measurement: &str,
        key: &str,
        predicate: &TagPredicate,
        take: impl FnMut(&str),
    ) -> Result<()> {
        let Some(measurement) = self.directory.find(measurement) else { return Ok(()) };
        Postings::open(&self.blocks, measurement, self.footer.totals.series)?.values(key, predicate, take)?;
        self.blocks.intact()
    }

    /// How many series of a measurement pass.
    ///
    /// # Errors
    /// When what must be read is damaged.
    pub(crate) fn count_series(&self, measurement: &str, predicate: &TagPredicate) -> Result<u64> {
        let Some(measurement) = self.directory.find(measurement) else { return Ok(0) };
        let postings = Postings::open(&self.blocks, measurement, self.footer.totals.series)?;
        let count = postings.matching(predicate)?.len();
        self.blocks.intact()?;
        Ok(count)
    }

    pub(super) fn series_table(&self) -> Result<Records<'_>> {
        Records::open(&self.blocks, self.footer.series)
    }

    pub(super) fn sets_table(&self) -> Result<Records<'_>> {
        Records::open(&self.blocks, self.footer.sets)
    }

    /// The segment's id.
    pub(crate) fn id(&self) -> SegmentId {
        self.header.id
    }

    /// The shard that the rows belong to.
    pub(crate) fn shard(&self) -> u64 {
        self.header.shard
    }
}

/// What the file says of itself.
impl SegmentReader {
    /// The range of all instants inside.
    pub(crate) fn time(&self) -> model::TimeRange {
        self.footer.totals.time()
    }

    /// The part of the arrival order that the rows come from.
    pub(crate) fn lsn(&self) -> std::ops::RangeInclusive<model::Lsn> {
        self.header.lsn.clone()
    }

    /// Length of the file.
    pub(crate) fn bytes(&self) -> u64 {
        self.footer.checksums.end() + (super::format::FOOTER_LEN + super::format::TRAILER_LEN) as u64
    }

    /// How many series there are.
    pub(crate) fn series_count(&self) -> u64 {
        self.footer.totals.series
    }

    /// Rows of all groups of all series.
    pub(crate) fn rows(&self) -> u64 {
        self.footer.totals.rows
    }
}

/// What makes a key and tags of a series' number.
pub(super) struct SeriesNames<'a> {
    blocks: &'a Blocks,
    measurement: &'a Measurement,
    series: Records<'a>,
    sets: Records<'a>,
    values: Vec<Records<'a>>,
}

impl<'a> SeriesNames<'a> {
    pub(super) fn open(reader: &'a SegmentReader, measurement: &'a Measurement) -> Result<Self> {
        let blocks = &reader.blocks;
        let values = measurement.tag_keys.iter().map(|key| Records::open(blocks, key.values));
        Ok(Self {
            blocks,
            measurement,
            series: reader.series_table()?,
            sets: reader.sets_table()?,
            values: values.collect::<Result<_>>()?,
        })
    }

    pub(super) fn series(&self, chunk: ChunkId) -> Result<SeriesRef> {
        let (offset, record) = self.series.get(chunk.0 as usize)?;
        let mut ranks = record;
        let set = self.blocks.check(offset, read_count(&mut ranks, self.sets.len()))?;
        let (set_offset, set) = self.sets.get(set)?;
        let members = self.blocks.check(set_offset, sets::decode(set))?;
        let (key, tags) = self.tagged(offset, &members, ranks)?;
        Ok(SeriesRef { key, tags: Arc::new(tags), chunk })
    }

    /// Key and tags out of the members of a key set and the ranks of the values, which a record at `offset` has.
    pub(super) fn tagged(&self, offset: u64, members: &[u32], mut ranks: &[u8]) -> Result<(SeriesKey, Tags)> {
        let mut pairs = Vec::with_capacity(members.len());
        // The first member is the measurement, the others are its tag keys.
        for key in members.get(1..).unwrap_or_default() {
            let (key, values) = self.blocks.check(offset, self.key(*key))?;
            let rank = self.blocks.check(offset, read_count(&mut ranks, values.len()))?;
            let (value_offset, value) = values.get(rank)?;
            pairs.push((key, self.blocks.check(value_offset, TagValue::decode(value))?.text));
        }
        let tags = Tags::new(pairs);
        Ok((SeriesKey::new(&self.measurement.name, &tags), tags))
    }

    fn key(&self, number: u32) -> Decoded<(&'a str, &Records<'a>)> {
        let key = self.measurement.tag_keys.get(number as usize).zip(self.values.get(number as usize));
        key.map(|(key, values)| (&*key.name, values)).ok_or(Malformed("the number of a tag key"))
    }
}

//! Whether a segment has a series.

use super::SegmentReader;
use super::chunk::ChunkId;
use super::directory::Measurement;
use super::predicate::Postings;
use super::reader::SeriesNames;
use crate::Result;
use model::KeyRef;
use std::cmp::Ordering;

impl SegmentReader {
    /// Whether there is a series with this key. Most that are not there have a tag value that no series has, which
    /// costs a look into the dictionary; the others a search among the keys.
    ///
    /// # Errors
    /// When what must be read is damaged.
    pub(crate) fn has_series(&self, key: KeyRef<'_>) -> Result<bool> {
        let Some(measurement) = self.directory.find(&key.measurement()) else { return Ok(false) };
        let found = self.search_series(measurement, key)?;
        self.blocks.intact()?;
        Ok(found)
    }

    fn search_series(&self, measurement: &Measurement, key: KeyRef<'_>) -> Result<bool> {
        let postings = Postings::open(&self.blocks, measurement, self.footer.totals.series)?;
        for (tag, value) in key.pairs() {
            if !postings.has_value(&tag, &value)? {
                return Ok(false);
            }
        }
        let names = SeriesNames::open(self, measurement)?;
        search(postings.all(), key, |chunk| Ok(names.series(chunk)?.key))
    }
}

/// Looks for a key among those of `chunks`, which rise.
fn search(
    chunks: &roaring::RoaringBitmap,
    wanted: KeyRef<'_>,
    key_of: impl Fn(ChunkId) -> Result<model::SeriesKey>,
) -> Result<bool> {
    let (mut low, mut high) = (0, u32::try_from(chunks.len()).unwrap_or(u32::MAX));
    while low < high {
        let middle = u32::midpoint(low, high);
        let Some(chunk) = chunks.select(middle) else { return Ok(false) };
        match key_of(ChunkId(chunk))?.as_str().cmp(wanted.as_str()) {
            Ordering::Equal => return Ok(true),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    Ok(false)
}

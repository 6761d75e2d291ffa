//! Predicates: the series of a measurement that pass a tag predicate, by their postings.

use super::blocks::Blocks;
use super::directory::{Measurement, TagKey};
use super::posting::{self, TagValue};
use super::records::Records;
use crate::Result;
use model::{TagMatch, TagPredicate};
use roaring::RoaringBitmap;
use std::cmp::Ordering;

/// The postings of one measurement.
#[derive(Debug)]
pub(crate) struct Postings<'a> {
    blocks: &'a Blocks,
    measurement: &'a Measurement,
    all: RoaringBitmap,
    /// Series of the whole segment.
    series: u64,
}

impl<'a> Postings<'a> {
    /// The postings of `measurement` in a segment of `series` series.
    pub(crate) fn open(blocks: &'a Blocks, measurement: &'a Measurement, series: u64) -> Result<Self> {
        let bytes = blocks.get(measurement.series)?;
        let all = blocks.check(measurement.series.offset, posting::decode_bitmap(bytes, series))?;
        Ok(Self { blocks, measurement, all, series })
    }

    /// All series of the measurement.
    pub(crate) const fn all(&self) -> &RoaringBitmap {
        &self.all
    }

    /// Whether a series has this tag with this value.
    pub(crate) fn has_value(&self, key: &str, value: &str) -> Result<bool> {
        let Some(key) = self.measurement.tag_key(key) else { return Ok(false) };
        Ok(self.find(key, value)?.is_some())
    }

    /// The values of a tag among the series that pass, sorted.
    pub(crate) fn values(
        &self,
        key: &str,
        predicate: &TagPredicate,
        mut take: impl FnMut(&str),
    ) -> Result<()> {
        let Some(key) = self.measurement.tag_key(key) else { return Ok(()) };
        let passing = match predicate {
            TagPredicate::All => None,
            _ => Some(self.matching(predicate)?),
        };
        if passing.as_ref().is_some_and(RoaringBitmap::is_empty) {
            return Ok(());
        }
        for record in Records::open(self.blocks, key.values)?.iter()? {
            let (offset, record) = record?;
            let value = self.value(offset, record)?;
            let is_wanted = match &passing {
                None => true,
                Some(passing) => self.blocks.check(offset, value.is_carried_by(passing, self.series))?,
            };
            if is_wanted {
                take(value.text);
            }
        }
        Ok(())
    }

    /// The series that pass.
    pub(crate) fn matching(&self, predicate: &TagPredicate) -> Result<RoaringBitmap> {
        match predicate {
            TagPredicate::All => Ok(self.all.clone()),
            TagPredicate::Nothing => Ok(RoaringBitmap::new()),
            TagPredicate::Tag { key, matcher } => self.matching_tag(key, matcher),
            TagPredicate::And(parts) => self.matching_each(parts),
            TagPredicate::Or(parts) => {
                parts.iter().try_fold(RoaringBitmap::new(), |found, part| Ok(found | self.matching(part)?))
            }
        }
    }

    fn matching_each(&self, parts: &[TagPredicate]) -> Result<RoaringBitmap> {
        let mut found = self.all.clone();
        for part in parts {
            if found.is_empty() {
                break;
            }
            found &= self.matching(part)?;
        }
        Ok(found)
    }

    fn matching_tag(&self, key: &str, matcher: &TagMatch) -> Result<RoaringBitmap> {
        let Some(key) = self.measurement.tag_key(key) else {
            return Ok(if matcher.matches("") { self.all.clone() } else { RoaringBitmap::new() });
        };
        match matcher {
            TagMatch::Equal(value) => self.equal(key, value),
            TagMatch::NotEqual(value) => Ok(&self.all - self.equal(key, value)?),
            TagMatch::Regex(_) => self.scan(key, matcher),
            TagMatch::NotRegex(regex) => Ok(&self.all - self.scan(key, &TagMatch::Regex(regex.clone()))?),
        }
    }

    /// The series whose value is `value`; a missing tag is the empty string.
    fn equal(&self, key: &TagKey, value: &str) -> Result<RoaringBitmap> {
        if value.is_empty() {
            return self.lacking(key);
        }
        let mut found = RoaringBitmap::new();
        if let Some((offset, record)) = self.find(key, value)? {
            self.add(offset, record, &mut found)?;
        }
        Ok(found)
    }

    /// The record of a value with its offset.
    fn find(&self, key: &TagKey, value: &str) -> Result<Option<(u64, &'a [u8])>> {
        let table = Records::open(self.blocks, key.values)?;
        table.binary_search(|offset, record| -> Result<Ordering> {
            Ok(self.value(offset, record)?.text.cmp(value))
        })
    }

    /// The series with a value that matches, found by trying each distinct one.
    fn scan(&self, key: &TagKey, matcher: &TagMatch) -> Result<RoaringBitmap> {
        let mut found = if matcher.matches("") { self.lacking(key)? } else { RoaringBitmap::new() };
        for record in Records::open(self.blocks, key.values)?.iter()? {
            let (offset, record) = record?;
            if matcher.matches(self.value(offset, record)?.text) {
                self.add(offset, record, &mut found)?;
            }
        }
        Ok(found)
    }

    /// The series without the tag.
    fn lacking(&self, key: &TagKey) -> Result<RoaringBitmap> {
        let bytes = self.blocks.get(key.present)?;
        let present = self.blocks.check(key.present.offset, posting::decode_bitmap(bytes, self.series))?;
        Ok(&self.all - present)
    }

    fn value<'r>(&self, offset: u64, record: &'r [u8]) -> Result<TagValue<'r>> {
        self.blocks.check(offset, TagValue::decode(record))
    }

    fn add(&self, offset: u64, record: &[u8], found: &mut RoaringBitmap) -> Result<()> {
        self.blocks.check(offset, self.value(offset, record)?.add_to(found, self.series))
    }
}

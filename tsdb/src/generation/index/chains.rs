//! The series of each distinct value, as chains through one list: each series points to the one before it that has the
//! same value.
//!
//! A value has no text here: it is that of any of its series.

use std::borrow::Cow;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use roaring::RoaringBitmap;

use super::Facet;
use crate::generation::{SeriesId, Tables};

/// The end of a chain.
const END: u32 = u32::MAX;

/// Series of one measurement by one facet. Series are numbered by their place in the list of the measurement.
#[derive(Debug)]
pub(crate) struct Chains {
    pub(super) facet: Facet,
    /// Values by their hashes.
    values: HashTable<Entry>,
    hasher: DefaultHashBuilder,
    /// The last series of each value.
    last: Vec<u32>,
    /// The series before each one that has the same value.
    previous: Vec<u32>,
}

/// A value. Its hash saves reading the keys again when the table grows.
#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u32,
    value: u32,
}

/// Where the texts of values come from.
#[derive(Clone, Copy)]
pub(crate) struct Texts<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) series: &'a [SeriesId],
}

impl Chains {
    pub(super) fn new(facet: Facet) -> Self {
        let (values, hasher) = (HashTable::new(), DefaultHashBuilder::default());
        Self { facet, values, hasher, last: Vec::new(), previous: Vec::new() }
    }

    /// How many series it has taken in.
    pub(super) const fn len(&self) -> usize {
        self.previous.len()
    }

    /// Takes in at most `steps` more of the series of the measurement.
    pub(super) fn extend(&mut self, tables: &Tables, series: &[SeriesId], steps: usize) {
        let texts = Texts { tables, series };
        for id in series.iter().skip(self.len()).take(steps) {
            let text = self.facet.text(tables.key(*id));
            let hash = self.hash(&text);
            let value = self.find_hashed(hash, &text, texts).unwrap_or_else(|| {
                let value = number(self.last.len());
                self.last.push(END);
                self.values.insert_unique(wide(hash), Entry { hash, value }, |entry| wide(entry.hash));
                value
            });
            let place = number(self.previous.len());
            self.previous.push(std::mem::replace(&mut self.last[value as usize], place));
        }
    }

    /// How many distinct values there are, the empty one among them.
    pub(crate) const fn value_count(&self) -> usize {
        self.last.len()
    }

    /// The value with this text.
    pub(crate) fn find(&self, text: &str, texts: Texts<'_>) -> Option<u32> {
        self.find_hashed(self.hash(text), text, texts)
    }

    /// The text of a value.
    pub(crate) fn text<'a>(&self, value: u32, texts: Texts<'a>) -> Cow<'a, str> {
        let series = texts.series[self.last[value as usize] as usize];
        self.facet.text(texts.tables.key(series))
    }

    /// The series of a value, the last one first.
    pub(crate) fn series_of<'a>(
        &'a self,
        value: u32,
        series: &'a [SeriesId],
    ) -> impl Iterator<Item = SeriesId> + 'a {
        let mut next = self.last[value as usize];
        std::iter::from_fn(move || {
            let place = (next != END).then_some(next)? as usize;
            next = self.previous[place];
            Some(series[place])
        })
    }

    /// The series of some values.
    pub(crate) fn united(&self, values: impl Iterator<Item = u32>, series: &[SeriesId]) -> RoaringBitmap {
        let mut ids: Vec<SeriesId> = values.flat_map(|value| self.series_of(value, series)).collect();
        ids.sort_unstable();
        RoaringBitmap::from_sorted_iter(ids).expect("a series has one value, and they were sorted")
    }

    /// The memory held.
    pub(super) fn bytes(&self) -> usize {
        self.values.allocation_size() + (self.last.capacity() + self.previous.capacity()) * size_of::<u32>()
    }

    fn find_hashed(&self, hash: u32, text: &str, texts: Texts<'_>) -> Option<u32> {
        let is_it = |entry: &Entry| entry.hash == hash && self.text(entry.value, texts) == text;
        self.values.find(wide(hash), is_it).map(|entry| entry.value)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the low half of a hash is one too")]
    fn hash(&self, text: &str) -> u32 {
        self.hasher.hash_one(text) as u32
    }
}

/// The table takes its places from the low bits of a hash and its tags from the high ones.
fn wide(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

/// A place is at most the number of a series.
fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a generation's WAL holds fewer than 4 G definitions")
}

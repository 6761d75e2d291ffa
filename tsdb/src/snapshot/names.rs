//! Tag keys, tag values and counts of series: out of the dictionaries of segments, and over the keys of heads.
//!
//! A segment answers by the number of its distinct values, whatever the number of its series. What is collected is
//! leased while it is.

use std::collections::BTreeSet;

use hashbrown::HashSet;
use model::{Budget, KeyRef, Lease, Share, TagPredicate};
use xxhash_rust::xxh3::xxh3_128;

use super::Snapshot;
use super::live::each_live;
use super::series::{Found, each_head_key};
use crate::error::Result;
use crate::segment::SegmentReader;

/// A lease grows in steps of so many bytes.
const LEASE_STEP_BYTES: usize = 1 << 20;

/// What a text costs in a set of texts, beside its bytes.
const TEXT_BYTES: usize = 2 * size_of::<Box<str>>() + 16;

impl Snapshot {
    /// The keys of all tags of a measurement, sorted.
    ///
    /// # Errors
    /// When a segment is damaged, or the budget has no room.
    pub fn tag_keys(&self, measurement: &str) -> Result<Vec<Box<str>>> {
        let mut keys: BTreeSet<Box<str>> = BTreeSet::new();
        if self.hides_some(measurement) {
            each_live(self, measurement, &TagPredicate::All, |Found { tags, .. }| {
                for (key, _) in tags.iter().filter(|(key, _)| !keys.contains(*key)).collect::<Vec<_>>() {
                    keys.insert(Box::from(key));
                }
                Ok(())
            })?;
            return Ok(keys.into_iter().collect());
        }
        self.each_segment(|reader| {
            keys.extend(reader.tag_keys(measurement).map(Box::from));
            Ok(())
        })?;
        each_head_key(self, measurement, &TagPredicate::All, |key| {
            for (key, _) in key.pairs().filter(|(key, _)| !keys.contains(&**key)).collect::<Vec<_>>() {
                keys.insert(Box::from(key));
            }
            Ok(())
        })?;
        Ok(keys.into_iter().collect())
    }

    /// The values of a tag among the series that pass, sorted, without the empty one.
    ///
    /// # Errors
    /// When a segment is damaged, or the budget has no room.
    pub fn tag_values(
        &self,
        measurement: &str,
        key: &str,
        predicate: &TagPredicate,
    ) -> Result<Vec<Box<str>>> {
        let mut found = Distinct::new(&self.budget);
        if self.hides_some(measurement) {
            each_live(self, measurement, predicate, |Found { tags, .. }| {
                tags.get(key).map_or(Ok(()), |value| found.add(value))
            })?;
            return Ok(found.into_sorted());
        }
        self.each_segment(|reader| {
            let mut added = Ok(());
            reader.each_tag_value(measurement, key, predicate, |value| {
                if added.is_ok() {
                    added = found.add(value);
                }
            })?;
            added
        })?;
        each_head_key(self, measurement, predicate, |series| {
            series.value(key).map_or(Ok(()), |value| found.add(&value))
        })?;
        Ok(found.into_sorted())
    }

    /// How many series of a measurement pass.
    ///
    /// # Errors
    /// When a segment is damaged, or the budget has no room.
    pub fn series_count(&self, measurement: &str, predicate: &TagPredicate) -> Result<u64> {
        let hides_some = self.hides_some(measurement);
        if let Some(only) = self.only_segment().filter(|_| !hides_some) {
            return only.reader()?.count_series(measurement, predicate);
        }
        let mut seen: HashSet<u128> = HashSet::new();
        let mut lease = Growing::new(&self.budget);
        let mut note = |key: KeyRef<'_>| {
            // Two keys of one hash are one in 10^25 for a million series.
            let is_new = seen.insert(xxh3_128(key.as_str().as_bytes()));
            if is_new { lease.add(2 * size_of::<u128>()) } else { Ok(()) }
        };
        if hides_some {
            each_live(self, measurement, predicate, |Found { key, .. }| note(key.borrowed()))?;
        } else {
            self.each_segment(|reader| {
                reader.each_series(measurement, predicate, |series| note(series.key.borrowed()))
            })?;
            each_head_key(self, measurement, predicate, &mut note)?;
        }
        Ok(seen.len() as u64)
    }

    /// Whether a delete hides rows of a measurement: then series are looked at one by one.
    fn hides_some(&self, measurement: &str) -> bool {
        !self.touching(measurement, &self.time).is_empty()
    }

    /// The segment that all rows lie in, if there is one.
    fn only_segment(&self) -> Option<&crate::shard::Segment> {
        let mut segments = self.shards().flat_map(|shard| &shard.segments);
        let has_heads = || {
            self.shards().any(|shard| {
                self.generations.iter().any(|(held, _)| held.data.read().heads.contains_key(&shard.info.id))
            })
        };
        segments.next().filter(|_| segments.next().is_none() && !has_heads())
    }

    fn each_segment(&self, mut take: impl FnMut(&SegmentReader) -> Result<()>) -> Result<()> {
        for segment in self.shards().flat_map(|shard| &shard.segments) {
            if segment.info.time.overlaps(&self.time) {
                take(&*segment.reader()?)?;
            }
        }
        Ok(())
    }
}

/// Distinct texts and the lease for them.
struct Distinct {
    texts: HashSet<Box<str>>,
    lease: Growing,
}

impl Distinct {
    fn new(budget: &Budget) -> Self {
        Self { texts: HashSet::new(), lease: Growing::new(budget) }
    }

    fn add(&mut self, text: &str) -> Result<()> {
        if self.texts.contains(text) {
            return Ok(());
        }
        self.texts.insert(Box::from(text));
        self.lease.add(text.len() + TEXT_BYTES)
    }

    fn into_sorted(self) -> Vec<Box<str>> {
        let mut texts: Vec<Box<str>> = self.texts.into_iter().collect();
        texts.sort_unstable();
        texts
    }
}

/// A lease that grows in steps.
pub(super) struct Growing {
    lease: Lease,
    wanted: usize,
}

impl Growing {
    pub(super) fn new(budget: &Budget) -> Self {
        Self { lease: budget.empty_lease(Share::Query), wanted: 0 }
    }

    /// Takes `bytes` more.
    pub(super) fn add(&mut self, bytes: usize) -> Result<()> {
        self.wanted += bytes;
        if self.wanted > self.lease.bytes() {
            self.lease.grow(self.wanted - self.lease.bytes() + LEASE_STEP_BYTES)?;
        }
        Ok(())
    }
}

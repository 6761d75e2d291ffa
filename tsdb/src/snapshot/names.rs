//! Tag keys, tag values and counts of series: out of the dictionaries of segments, and over the keys of heads.
//!
//! A segment answers by the number of its distinct values, whatever the number of its series. What is collected is
//! leased for as long as it is there.

use std::collections::BTreeSet;

use hashbrown::HashSet;
use model::{KeyRef, Leased, SeriesRequest, TagPredicate, TimeRange};
use xxhash_rust::xxh3::xxh3_128;

use super::Snapshot;
use super::growing::Growing;
use super::live::each_live;
use super::series::{Found, check, each_head, each_head_key};
use crate::error::Result;
use crate::generation::Facet;
use crate::segment::SegmentReader;

/// What a text costs in a set of texts, beside its bytes.
const TEXT_BYTES: usize = 2 * size_of::<Box<str>>() + 16;

impl Snapshot {
    /// The keys of all tags of the series that are asked for, sorted.
    ///
    /// # Errors
    /// When a segment is damaged, or the reader gave up.
    pub fn tag_keys(&self, request: &SeriesRequest) -> Result<Vec<Box<str>>> {
        let snapshot = self.within(request.time);
        let mut keys: BTreeSet<Box<str>> = BTreeSet::new();
        if !matches!(request.tags, TagPredicate::All) || snapshot.hides_some(&request.measurement) {
            each_live(&snapshot, request, |Found { tags, .. }| {
                for (key, _) in tags.iter().filter(|(key, _)| !keys.contains(*key)).collect::<Vec<_>>() {
                    keys.insert(Box::from(key));
                }
                Ok(())
            })?;
            return Ok(keys.into_iter().collect());
        }
        snapshot.each_segment(request, |reader| {
            keys.extend(reader.tag_keys(&request.measurement).map(Box::from));
            Ok(())
        })?;
        each_head(&snapshot, request, |head| {
            head.each_text(&Facet::Keys, |names| {
                for name in names.split('\n').filter(|name| !name.is_empty()) {
                    if !keys.contains(name) {
                        keys.insert(Box::from(name));
                    }
                }
                Ok(())
            })
        })?;
        Ok(keys.into_iter().collect())
    }

    /// The values of a tag among the series that are asked for, sorted, without the empty one.
    ///
    /// # Errors
    /// When a segment is damaged, the reader gave up, or the budget has no room.
    pub fn tag_values(&self, key: &str, request: &SeriesRequest) -> Result<Leased<Vec<Box<str>>>> {
        let snapshot = self.within(request.time);
        let mut found = Distinct::new(request);
        if snapshot.hides_some(&request.measurement) {
            each_live(&snapshot, request, |Found { tags, .. }| {
                tags.get(key).map_or(Ok(()), |value| found.add(value))
            })?;
            return Ok(found.into_sorted());
        }
        snapshot.each_segment(request, |reader| {
            let mut added = Ok(());
            reader.each_tag_value(&request.measurement, key, &request.tags, |value| {
                if added.is_ok() {
                    added = check(request).and_then(|()| found.add(value));
                }
            })?;
            added
        })?;
        let facet = Facet::Value(key.into());
        each_head(&snapshot, request, |head| {
            head.each_text(&facet, |value| if value.is_empty() { Ok(()) } else { found.add(value) })
        })?;
        Ok(found.into_sorted())
    }

    /// How many series are asked for.
    ///
    /// # Errors
    /// As [`count_series`](Self::count_series).
    pub fn series_count(&self, request: &SeriesRequest) -> Result<u64> {
        Self::count_series(&[(self.clone(), request)])
    }

    /// How many series are asked for in all these snapshots together; one that is in several counts once. Where more
    /// than one segment is asked it takes 32 bytes for each.
    ///
    /// # Errors
    /// When a segment is damaged, the reader gave up, or the budget has no room.
    pub fn count_series(asked: &[(Self, &SeriesRequest)]) -> Result<u64> {
        if let [(snapshot, request)] = asked
            && let Some(count) = snapshot.within(request.time).count_in_only_segment(request)?
        {
            return Ok(count);
        }
        let Some((_, first)) = asked.first() else { return Ok(0) };
        let mut seen: HashSet<u128> = HashSet::new();
        let mut lease = Growing::new(&first.budget);
        let mut note = |key: KeyRef<'_>| {
            // Two keys of one hash are one in 10^25 for a million series.
            let is_new = seen.insert(xxh3_128(key.as_str().as_bytes()));
            if is_new { lease.add(2 * size_of::<u128>()) } else { Ok(()) }
        };
        for (snapshot, request) in asked {
            snapshot.within(request.time).each_key(request, &mut note)?;
        }
        Ok(seen.len() as u64)
    }

    /// Gives the key of each series, once or more often.
    fn each_key(
        &self,
        request: &SeriesRequest,
        mut take: impl FnMut(KeyRef<'_>) -> Result<()>,
    ) -> Result<()> {
        if self.hides_some(&request.measurement) {
            return each_live(self, request, |Found { key, .. }| take(key.borrowed()));
        }
        self.each_segment(request, |reader| {
            reader.each_series(&request.measurement, &request.tags, |series| {
                check(request)?;
                take(series.key.borrowed())
            })
        })?;
        each_head_key(self, request, take)
    }

    /// Whether a delete may hide rows of a measurement in a shard that is looked at, at whatever time: then series are
    /// looked at one by one.
    fn hides_some(&self, measurement: &str) -> bool {
        let touching = self.touching(measurement, &TimeRange::ALL);
        let hides = |time: &TimeRange| touching.iter().any(|placed| placed.tombstone.time.overlaps(time));
        !touching.is_empty() && self.shards().any(|shard| hides(&shard.info.time))
    }

    fn count_in_only_segment(&self, request: &SeriesRequest) -> Result<Option<u64>> {
        let hides_some = self.hides_some(&request.measurement);
        let Some(only) = self.only_segment().filter(|_| !hides_some) else { return Ok(None) };
        only.reader()?.count_series(&request.measurement, &request.tags).map(Some)
    }

    /// The segment that all rows lie in, if there is one and it may have some of the time.
    fn only_segment(&self) -> Option<&crate::shard::Segment> {
        let mut segments = self.shards().flat_map(|shard| &shard.segments);
        let has_heads = || {
            self.shards().any(|shard| {
                self.generations.iter().any(|(held, _)| held.data.read().heads.contains_key(&shard.info.id))
            })
        };
        let only = segments.next().filter(|_| segments.next().is_none() && !has_heads());
        only.filter(|segment| segment.info.time.overlaps(&self.time))
    }

    fn each_segment(
        &self,
        request: &SeriesRequest,
        mut take: impl FnMut(&SegmentReader) -> Result<()>,
    ) -> Result<()> {
        for segment in self.shards().flat_map(|shard| &shard.segments) {
            if segment.info.time.overlaps(&self.time) {
                check(request)?;
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
    fn new(request: &SeriesRequest) -> Self {
        Self { texts: HashSet::new(), lease: Growing::new(&request.budget) }
    }

    fn add(&mut self, text: &str) -> Result<()> {
        if self.texts.contains(text) {
            return Ok(());
        }
        self.texts.insert(Box::from(text));
        self.lease.add(text.len() + TEXT_BYTES)
    }

    fn into_sorted(self) -> Leased<Vec<Box<str>>> {
        let mut texts: Vec<Box<str>> = self.texts.into_iter().collect();
        texts.sort_unstable();
        Leased::new(texts, self.lease.into_lease())
    }
}

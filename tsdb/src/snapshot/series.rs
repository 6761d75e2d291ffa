//! Which series of a snapshot pass a predicate, and where the rows of each lie.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{KeyRef, Lease, SeriesKey, SeriesRequest, Tags, TimeRange};

use super::Snapshot;
use super::heads::{HeadSeries, SERIES_PER_LOCK};
use crate::error::{Error, Result};
use crate::generation::{RowNumber, SeriesId};
use crate::segment::{ChunkId, SeriesRef};
use crate::tombstone::{ChunkVeil, Hidden, Veil};

/// A lease grows in steps of so many bytes.
const LEASE_STEP_BYTES: usize = 1 << 20;

/// A series that passed.
#[derive(Debug)]
pub(crate) struct Matched {
    pub(crate) tags: Arc<Tags>,
    /// Where its rows lie: in the order of shards, then of writes.
    pub(crate) places: Vec<Local>,
    /// What is hidden in some of the places, by their index.
    hidden: Vec<(usize, Arc<Hidden>)>,
}

/// One place of a series that passes.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) key: SeriesKey,
    pub(crate) tags: Arc<Tags>,
    pub(crate) place: Local,
    /// What is hidden of it; most often nothing, and perhaps all.
    pub(crate) hidden: Option<Arc<Hidden>>,
}

/// Where rows of a series lie. Shards, segments and generations are numbered in the snapshot's order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Local {
    Segment { shard: usize, segment: usize, chunk: ChunkId },
    Head { shard: usize, generation: usize, series: SeriesId },
}

impl Matched {
    /// The places in one shard, with what is hidden in each.
    pub(crate) fn places_in(&self, shard: usize) -> impl Iterator<Item = (&Local, Option<&Hidden>)> {
        let start = self.places.partition_point(|place| place.shard() < shard);
        let len = self.places[start..].partition_point(|place| place.shard() == shard);
        (start..start + len).map(|at| (&self.places[at], self.hidden_at(at)))
    }

    fn hidden_at(&self, place: usize) -> Option<&Hidden> {
        let at = self.hidden.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        Some(&self.hidden[at].1)
    }
}

impl Local {
    /// The number of the shard.
    pub(crate) const fn shard(&self) -> usize {
        match self {
            Self::Segment { shard, .. } | Self::Head { shard, .. } => *shard,
        }
    }
}

/// The series that are asked for, in the order of their keys. `lease` grows with them.
pub(crate) fn matching(
    snapshot: &Snapshot,
    request: &SeriesRequest,
    lease: &mut Lease,
) -> Result<Vec<Matched>> {
    let mut found: BTreeMap<SeriesKey, Matched> = BTreeMap::new();
    let mut bytes = 0;
    each_place(snapshot, request, &request.time, |Found { key, tags, place, hidden }| {
        bytes += size_of::<Local>();
        let matched = found.entry(key).or_insert_with_key(|key| {
            bytes += bytes_of(key, &tags);
            Matched { tags, places: Vec::new(), hidden: Vec::new() }
        });
        if let Some(hidden) = hidden {
            bytes += size_of::<(usize, Arc<Hidden>)>();
            matched.hidden.push((matched.places.len(), hidden));
        }
        matched.places.push(place);
        if bytes >= LEASE_STEP_BYTES {
            lease.grow(std::mem::take(&mut bytes))?;
        }
        Ok(())
    })?;
    lease.grow(bytes)?;
    Ok(found.into_values().collect())
}

/// Roughly the memory that a series takes besides its places.
pub(super) fn bytes_of(key: &SeriesKey, tags: &Tags) -> usize {
    let tags: usize = tags.iter().map(|(key, value)| key.len() + value.len() + 32).sum();
    key.as_str().len() + tags + size_of::<Matched>()
}

/// Ends the work for a reader that gave up.
pub(super) fn check(request: &SeriesRequest) -> Result<()> {
    if request.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
}

/// Gives every place of every series that is asked for: shard by shard, segments before heads. Places of which everything
/// is known to be hidden are left out.
///
/// `deletes` is the time whose deletes count: that of the rows which are wanted, or all time for whoever judges a place as
/// a whole.
pub(crate) fn each_place(
    snapshot: &Snapshot,
    request: &SeriesRequest,
    deletes: &TimeRange,
    mut take: impl FnMut(Found) -> Result<()>,
) -> Result<()> {
    let SeriesRequest { measurement, tags: predicate, time, .. } = request;
    let mut take = |found: Found| {
        check(request)?;
        take(found)
    };
    let touching = snapshot.touching(measurement, deletes);
    for (number, shard) in snapshot.shards().enumerate() {
        if !shard.info.time.overlaps(time) {
            continue;
        }
        for (segment, held) in shard.segments.iter().enumerate() {
            if !held.info.time.overlaps(time) {
                continue;
            }
            let veil = Veil::of_segment(&touching, held.info.settled, &held.info.time);
            if veil.hides_every_series(&held.info.time, RowNumber::MAX) {
                continue;
            }
            let reader = held.reader()?;
            let veil = ChunkVeil::open(veil, &reader, measurement)?;
            reader.each_series(measurement, predicate, |SeriesRef { key, tags, chunk }| {
                let place = Local::Segment { shard: number, segment, chunk };
                let hidden = veil.hidden(chunk, &tags);
                if hidden.as_ref().is_some_and(|hidden| hidden.hides_all(&held.info.time, RowNumber::MAX)) {
                    return Ok(());
                }
                take(Found { key, tags, place, hidden })
            })?;
        }
        for (generation, (held, rows)) in snapshot.generations().iter().enumerate() {
            let Some(head) = HeadSeries::open(snapshot, shard, (held, *rows), request) else { continue };
            let veil = Veil::of_head(&touching, held.id, &head.span);
            if veil.hides_every_series(&head.span, *rows) {
                continue;
            }
            for ids in head.ids()?.chunks(SERIES_PER_LOCK) {
                check(request)?;
                let data = held.data.read();
                for series in ids.iter().copied() {
                    let key = data.tables.key(series);
                    let tags = key.tags();
                    let place = Local::Head { shard: number, generation, series };
                    let hidden = if veil.is_empty() { None } else { veil.hidden(&tags) };
                    if hidden.as_ref().is_some_and(|hidden| hidden.hides_all(&head.span, *rows)) {
                        continue;
                    }
                    take(Found { key: key.to_key(), tags: Arc::new(tags), place, hidden })?;
                }
            }
        }
    }
    Ok(())
}

/// Gives every head that may have rows that are asked for to `take`.
pub(super) fn each_head<'a>(
    snapshot: &'a Snapshot,
    request: &'a SeriesRequest,
    mut take: impl FnMut(&HeadSeries<'a>) -> Result<()>,
) -> Result<()> {
    for shard in snapshot.shards() {
        for (held, rows) in snapshot.generations() {
            HeadSeries::open(snapshot, shard, (held, *rows), request).map_or(Ok(()), |head| take(&head))?;
        }
    }
    Ok(())
}

/// Gives the key of every series of a head that passes, once for each head that has it.
pub(super) fn each_head_key(
    snapshot: &Snapshot,
    request: &SeriesRequest,
    mut take: impl FnMut(KeyRef<'_>) -> Result<()>,
) -> Result<()> {
    each_head(snapshot, request, |head| head.each_key(&mut take))
}

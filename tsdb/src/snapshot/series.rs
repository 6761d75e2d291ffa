//! Which series of a snapshot pass a predicate, and where the rows of each lie.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{KeyRef, Lease, SeriesKey, SeriesRequest, TagMatch, TagPredicate, Tags, TimeRange};

use super::Snapshot;
use crate::error::{Error, Result};
use crate::generation::{GenerationData, RowNumber, SeriesId};
use crate::segment::{ChunkId, SeriesRef};
use crate::shard::ShardId;
use crate::tombstone::{ChunkVeil, Hidden, Veil};

/// Series of a head that are looked at before the lock is let go, so that writers get in between.
const SERIES_PER_LOCK: usize = 4096;

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
    each_place(snapshot, request, |Found { key, tags, place, hidden }| {
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
pub(crate) fn each_place(
    snapshot: &Snapshot,
    request: &SeriesRequest,
    mut take: impl FnMut(Found) -> Result<()>,
) -> Result<()> {
    let SeriesRequest { measurement, tags: predicate, time, .. } = request;
    let mut take = |found: Found| {
        check(request)?;
        take(found)
    };
    let touching = snapshot.touching(measurement, time);
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
            let (ids, span) = head_series(&held.data.read(), shard.info.id, measurement, time, *rows);
            let veil = Veil::of_head(&touching, held.id, &span);
            if veil.hides_every_series(&span, *rows) {
                continue;
            }
            for ids in ids.chunks(SERIES_PER_LOCK) {
                check(request)?;
                let data = held.data.read();
                for (series, tags) in passing(&data, ids, predicate) {
                    let place = Local::Head { shard: number, generation, series };
                    let hidden = if veil.is_empty() { None } else { veil.hidden(&tags) };
                    if hidden.as_ref().is_some_and(|hidden| hidden.hides_all(&span, *rows)) {
                        continue;
                    }
                    let key = data.tables.key(series).to_key();
                    take(Found { key, tags: Arc::new(tags), place, hidden })?;
                }
            }
        }
    }
    Ok(())
}

/// Gives the key of every series of a head that passes, once for each head that has it. The lock of a generation is
/// let go now and then.
pub(super) fn each_head_key(
    snapshot: &Snapshot,
    request: &SeriesRequest,
    mut take: impl FnMut(KeyRef<'_>) -> Result<()>,
) -> Result<()> {
    let SeriesRequest { measurement, tags: predicate, .. } = request;
    for shard in snapshot.shards().filter(|shard| shard.info.time.overlaps(&snapshot.time)) {
        for (held, rows) in snapshot.generations() {
            let (ids, _) = head_series(&held.data.read(), shard.info.id, measurement, &snapshot.time, *rows);
            for ids in ids.chunks(SERIES_PER_LOCK) {
                check(request)?;
                let data = held.data.read();
                let keys = ids.iter().map(|id| data.tables.key(*id));
                let mut passing =
                    keys.filter(|key| may_match(key.as_str(), predicate) && key.passes(predicate));
                passing.try_for_each(&mut take)?;
            }
        }
    }
    Ok(())
}

/// The series of a measurement in the head of a shard, and what the head spans. Their ids stand for the same for ever, so that the lock may
/// be let go.
fn head_series(
    data: &GenerationData,
    shard: ShardId,
    measurement: &str,
    time: &TimeRange,
    rows: RowNumber,
) -> (Vec<SeriesId>, TimeRange) {
    let head = data.heads.get(&shard).filter(|head| head.time.overlaps(time));
    let Some((head, measurement)) = head.zip(data.tables.measurement_id(measurement)) else {
        return (Vec::new(), TimeRange::new(0, 0));
    };
    let of = |id: &SeriesId| data.tables.measurement_of(*id) == measurement;
    (head.series_before(rows).filter(of).collect(), head.time)
}

/// Those of the series that pass, with their tags.
fn passing<'a>(
    data: &'a GenerationData,
    ids: &'a [SeriesId],
    predicate: &'a TagPredicate,
) -> impl Iterator<Item = (SeriesId, Tags)> + 'a {
    ids.iter()
        .map(|id| (*id, data.tables.key(*id)))
        .filter(|(_, key)| may_match(key.as_str(), predicate) && key.passes(predicate))
        .map(|(id, key)| (id, key.tags()))
}

/// A quick look at the text of a key, before its tags are taken apart: false only if it cannot pass.
fn may_match(key: &str, predicate: &TagPredicate) -> bool {
    match predicate {
        TagPredicate::Nothing => false,
        TagPredicate::Tag { matcher: TagMatch::Equal(value), .. } => {
            let is_plain = !value.is_empty() && !value.contains([',', '=', ' ', '\\']);
            !is_plain || key.contains(&**value)
        }
        TagPredicate::And(parts) => parts.iter().all(|part| may_match(key, part)),
        TagPredicate::Or(parts) => parts.iter().any(|part| may_match(key, part)),
        TagPredicate::All | TagPredicate::Tag { .. } => true,
    }
}

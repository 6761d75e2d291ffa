//! Which series of a snapshot pass a predicate, and where the rows of each lie.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{SeriesKey, TagMatch, TagPredicate, Tags, TimeRange};

use super::Snapshot;
use crate::error::Result;
use crate::generation::{GenerationData, SeriesId};
use crate::head::Head;
use crate::segment::ChunkId;

/// A series that passed.
#[derive(Debug)]
pub(crate) struct Matched {
    pub(crate) tags: Arc<Tags>,
    /// Where its rows lie: in the order of shards, then of writes.
    pub(crate) places: Vec<Local>,
}

/// Where rows of a series lie. Shards, segments and generations are numbered in the snapshot's order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Local {
    Segment { shard: usize, segment: usize, chunk: ChunkId },
    Head { shard: usize, generation: usize, series: SeriesId },
}

impl Matched {
    /// The places in one shard.
    pub(crate) fn places_in(&self, shard: usize) -> &[Local] {
        let start = self.places.partition_point(|place| place.shard() < shard);
        let len = self.places[start..].partition_point(|place| place.shard() == shard);
        &self.places[start..start + len]
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

/// The series of a measurement that pass and may have rows inside `time`, in the order of their keys.
pub(crate) fn matching(
    snapshot: &Snapshot,
    measurement: &str,
    predicate: &TagPredicate,
    time: &TimeRange,
) -> Result<Vec<Matched>> {
    let mut found: BTreeMap<SeriesKey, Matched> = BTreeMap::new();
    for (number, shard) in snapshot.shards().enumerate() {
        if !shard.info.time.overlaps(time) {
            continue;
        }
        for (segment, held) in shard.segments.iter().enumerate() {
            if !held.info.time.overlaps(time) {
                continue;
            }
            for series in held.reader()?.series(measurement, predicate)? {
                let place = Local::Segment { shard: number, segment, chunk: series.chunk };
                add(&mut found, series.key, || series.tags, place);
            }
        }
        for (generation, (held, rows)) in snapshot.generations().iter().enumerate() {
            let data = held.data.read();
            let Some(head) = data.heads.get(&shard.info.id).filter(|head| head.time.overlaps(time)) else {
                continue;
            };
            let of_head = head_series(&data, head, measurement, predicate, *rows);
            for (series, tags) in of_head {
                let place = Local::Head { shard: number, generation, series };
                add(&mut found, data.tables.series(series).key.clone(), || Arc::new(tags), place);
            }
        }
    }
    Ok(found.into_values().collect())
}

fn add(
    found: &mut BTreeMap<SeriesKey, Matched>,
    key: SeriesKey,
    tags: impl FnOnce() -> Arc<Tags>,
    place: Local,
) {
    let matched = found.entry(key).or_insert_with(|| Matched { tags: tags(), places: Vec::new() });
    matched.places.push(place);
}

fn head_series(
    data: &GenerationData,
    head: &Head,
    measurement: &str,
    predicate: &TagPredicate,
    rows: u32,
) -> Vec<(SeriesId, Tags)> {
    let Some(measurement) = data.tables.measurement_id(measurement) else { return Vec::new() };
    let of_measurement =
        head.series_before(rows).filter(|id| data.tables.series(*id).measurement == measurement);
    of_measurement
        .filter(|id| may_match(data.tables.series(*id).key.as_str(), predicate))
        .map(|id| (id, data.tables.series(id).key.tags()))
        .filter(|(_, tags)| predicate.matches(tags))
        .collect()
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

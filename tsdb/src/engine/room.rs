//! Whether a shard takes points now, and has room for one more series (`Options::series_max`).
//!
//! How many series a shard has is known from below, at the cost of a few numbers: it has at least as many as the one
//! of its parts (segments, heads) that has most. A write none of whose points can reach the limit costs one look per
//! shard. At the limit each series that is new to the head is looked up in the older parts, so that what is there
//! already goes on; one that is found nowhere is refused before anything of it is kept.

use std::collections::HashMap;
use std::sync::Arc;

use hashbrown::HashSet;
use model::{KeyRef, SeriesKey};
use xxhash_rust::xxh3::xxh3_128;

use crate::error::Result;
use crate::generation::GenerationData;
use crate::limits::REFUSED_SERIES_MAX;
use crate::shard::{Shard, ShardId, ShardInfo};
use crate::view::View;

/// The room of the shards that one write touches.
#[derive(Debug)]
pub(super) struct Rooms {
    /// Shards that take no points now, because too many segments wait to be merged.
    held: Arc<std::collections::HashSet<ShardId>>,
    /// Series of one shard.
    series_max: u64,
    /// Points of the write: so many series may it add.
    points: u64,
    rooms: HashMap<ShardId, Room>,
}

/// The room of one shard.
#[derive(Debug)]
enum Room {
    /// Whatever the write adds stays below the limit.
    Ample,
    /// The limit is near or reached.
    Scarce(Scarce),
}

#[derive(Debug)]
struct Scarce {
    /// Series of the part, beside the head that is written to, that has most.
    older: u64,
    /// The hashes of the keys that the write adds to the head.
    fresh: HashSet<u128>,
}

impl Rooms {
    /// For a write of so many points; a limit of 0 is none.
    pub(super) fn new(held: Arc<std::collections::HashSet<ShardId>>, series_max: u64, points: usize) -> Self {
        let series_max = if series_max == 0 { u64::MAX } else { series_max };
        Self { held, series_max, points: points as u64, rooms: HashMap::new() }
    }

    /// Whether a shard takes no points now.
    pub(super) fn is_held(&self, shard: ShardId) -> bool {
        self.held.contains(&shard)
    }

    pub(super) const fn series_max(&self) -> u64 {
        self.series_max
    }

    /// Whether each of the write's points may make a series of this shard.
    pub(super) fn is_ample(&mut self, view: &View, shard: &ShardInfo, active: &GenerationData) -> bool {
        if self.series_max == u64::MAX {
            return true;
        }
        let room = self.rooms.entry(shard.id).or_insert_with(|| {
            let older = older_series(view, shard);
            let known = older.max(head_series(active, shard.id));
            if known.saturating_add(self.points) < self.series_max {
                Room::Ample
            } else {
                Room::Scarce(Scarce { older, fresh: HashSet::new() })
            }
        });
        matches!(room, Room::Ample)
    }

    /// Whether a point of the series that a client spelled `raw` may go into this shard.
    ///
    /// # Errors
    /// When there is no room to open a segment now: whether it has the series is not known.
    pub(super) fn admit(
        &mut self,
        raw: &str,
        shard: &ShardInfo,
        view: &View,
        active: &GenerationData,
        refused: &mut RefusedSeries,
    ) -> Result<bool> {
        let Some(Room::Scarce(room)) = self.rooms.get_mut(&shard.id) else { return Ok(true) };
        let respelled;
        let key = if let Some(key) = KeyRef::canonical(raw) {
            key
        } else {
            respelled = SeriesKey::from_raw(raw);
            respelled.borrowed()
        };
        let hash = xxh3_128(key.as_str().as_bytes());
        if room.fresh.contains(&hash) || has_series(active, shard.id, key) {
            return Ok(true);
        }
        let in_head = head_series(active, shard.id).saturating_add(room.fresh.len() as u64);
        let fits = room.older.max(in_head) < self.series_max;
        let is_admitted = fits || (!refused.contains(shard.id, hash) && is_known(view, shard, key)?);
        if is_admitted {
            room.fresh.insert(hash);
        } else {
            refused.note(shard.id, hash);
        }
        Ok(is_admitted)
    }
}

/// Series that were refused lately, by their hashes: a client that sends one again costs no second look at the
/// segments. What was refused is nowhere, and gets nowhere but into the head; with that the list goes.
///
/// Two keys of one hash are one in 10^25 for a million series.
#[derive(Debug, Default)]
pub(super) struct RefusedSeries(HashSet<(ShardId, u128)>);

impl RefusedSeries {
    fn contains(&self, shard: ShardId, hash: u128) -> bool {
        self.0.contains(&(shard, hash))
    }

    /// It is a cache: when it is full it starts anew.
    fn note(&mut self, shard: ShardId, hash: u128) {
        if self.0.len() >= REFUSED_SERIES_MAX {
            self.0.clear();
        }
        self.0.insert((shard, hash));
    }

    pub(super) fn clear(&mut self) {
        self.0 = HashSet::new();
    }
}

/// Series of the segment, or head that is written no more, that has most.
fn older_series(view: &View, shard: &ShardInfo) -> u64 {
    let segments = held(view, shard).map_or(&[][..], |shard| &shard.segments);
    let segments = segments.iter().map(|segment| segment.info.series);
    let heads = view.sealed().iter().map(|generation| head_series(&generation.data.read(), shard.id));
    segments.chain(heads).max().unwrap_or(0)
}

/// Whether a segment, or a head that is written no more, has the series. A segment that is damaged may: what it
/// has must not be refused.
fn is_known(view: &View, shard: &ShardInfo, key: KeyRef<'_>) -> Result<bool> {
    if view.sealed().iter().any(|generation| has_series(&generation.data.read(), shard.id, key)) {
        return Ok(true);
    }
    for segment in held(view, shard).map_or(&[][..], |shard| &shard.segments) {
        match segment.reader().and_then(|reader| reader.has_series(key)) {
            Ok(false) => {}
            Err(error) if error.is_temporary() => return Err(error),
            Ok(true) | Err(_) => return Ok(true),
        }
    }
    Ok(false)
}

fn held<'a>(view: &'a View, shard: &ShardInfo) -> Option<&'a Shard> {
    view.shard_at(shard.policy, shard.time.start).map(|shard| &**shard)
}

fn head_series(data: &GenerationData, shard: ShardId) -> u64 {
    data.heads.get(&shard).map_or(0, |head| head.series_count() as u64)
}

fn has_series(data: &GenerationData, shard: ShardId, key: KeyRef<'_>) -> bool {
    let head = data.heads.get(&shard).zip(data.tables.series_id(key));
    head.is_some_and(|(head, id)| head.has_series(id))
}

//! Tombstones that hide nothing any more, so that nobody has to look at them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Lsn;

use super::Upkeep;
use crate::engine::Engine;
use crate::error::Result;
use crate::manifest::{Edit, SegmentId, SegmentInfo, State};
use crate::segment::SegmentReader;
use crate::tombstone::Tombstone;
use crate::view::View;

/// What was found out about tombstones and segments.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// Up to which LSN tombstones hide nothing of a segment, although they are not settled there.
    clear: BTreeMap<SegmentId, Lsn>,
    /// Segments of which tombstones hide something.
    deleted_from: BTreeSet<SegmentId>,
    /// What there was at the last look; while it is the same a look finds the same.
    seen: Option<Seen>,
}

#[derive(Debug, PartialEq, Eq)]
struct Seen {
    tombstones: usize,
    last: Option<Lsn>,
    segments: usize,
    next_segment: SegmentId,
}

impl Judged {
    /// Whether a segment holds deleted rows, as of the last look.
    pub(super) fn is_deleted_from(&self, segment: SegmentId) -> bool {
        self.deleted_from.contains(&segment)
    }
}

impl Seen {
    fn of(state: &State) -> Self {
        Self {
            tombstones: state.tombstones.len(),
            last: state.tombstones.keys().next_back().copied(),
            segments: state.segments.len(),
            next_segment: state.next_segment,
        }
    }
}

impl Engine {
    /// Forgets the tombstones that hide no row of any segment. Those that the MANIFEST has are older than every row in
    /// memory.
    pub(super) fn forget_tombstones(&self, upkeep: &mut Upkeep) -> Result<()> {
        let state = upkeep.manifest.state();
        if state.tombstones.is_empty() || upkeep.judged.seen.as_ref() == Some(&Seen::of(state)) {
            return Ok(());
        }
        let view = self.view.load_full();
        let mut needed = BTreeSet::new();
        upkeep.judged.deleted_from.clear();
        upkeep.judged.clear.retain(|id, _| state.segments.contains_key(id));
        for info in state.segments.values() {
            let clear = upkeep.judged.clear.entry(info.id).or_insert(info.settled);
            let still = still_needed(state, &view, info, clear);
            if !still.is_empty() {
                upkeep.judged.deleted_from.insert(info.id);
            }
            needed.extend(still);
        }
        let tombstones: Vec<Lsn> =
            state.tombstones.keys().filter(|lsn| !needed.contains(lsn)).copied().collect();
        if !tombstones.is_empty() {
            upkeep.commit(&Edit::Forget { tombstones: tombstones.clone() }, &[])?;
            let _writer = self.writer.lock();
            let mut view = (*self.view.load_full()).clone();
            view.tombstones.forget(&tombstones.into_iter().collect());
            self.view.store(Arc::new(view));
        }
        upkeep.judged.seen = Some(Seen::of(upkeep.manifest.state()));
        Ok(())
    }
}

/// The tombstones that must be kept because of a segment. The first one that hides something keeps all later ones:
/// they are looked at when it was carried out.
fn still_needed(state: &State, view: &View, info: &SegmentInfo, clear: &mut Lsn) -> Vec<Lsn> {
    let Some(shard) = state.shards.get(&info.shard) else { return Vec::new() };
    let Some((database, _)) = state.catalog.policy_by_id(shard.policy) else { return Vec::new() };
    let overlapping: Vec<&Arc<Tombstone>> = state
        .tombstones
        .range(clear.next()..)
        .map(|(_, tombstone)| tombstone)
        .filter(|tombstone| {
            tombstone.database == database.id
                && tombstone.time.overlaps(&info.time)
                && tombstone.concerns_policy(shard.policy)
        })
        .collect();
    if overlapping.is_empty() {
        return Vec::new();
    }
    let held =
        view.shard(info.shard).and_then(|shard| shard.segments.iter().find(|held| held.info.id == info.id));
    // What cannot be read now may be read after a restart.
    let reader = held.and_then(|held| held.reader().ok());
    for (at, tombstone) in overlapping.iter().enumerate() {
        let hides = reader.as_ref().map_or(Ok(true), |reader| hides_series(tombstone, shard.policy, reader));
        if hides.unwrap_or(true) {
            return overlapping[at..].iter().map(|tombstone| tombstone.lsn).collect();
        }
        *clear = tombstone.lsn;
    }
    Vec::new()
}

/// Whether a segment has a series that a tombstone concerns.
fn hides_series(tombstone: &Tombstone, policy: u64, reader: &SegmentReader) -> Result<bool> {
    for measurement in reader.measurements() {
        if tombstone.concerns(policy, measurement) && !reader.chunks(measurement, &tombstone.tags)?.is_empty()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

//! Tombstones that hide nothing any more, so that nobody has to look at them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use model::Lsn;

use super::Upkeep;
use super::judged::{Verdict, rows_hidden};
use crate::catalog::CatalogId;
use crate::directory::Directory;
use crate::engine::Engine;
use crate::error::{Obstacle, Result};
use crate::limits::{JUDGED_HIDING_MAX, JUDGED_PAIRS_MAX, MERGE_RETRY_BUSY, RECLAIM_AGE};
use crate::manifest::{Edit, SegmentId, SegmentInfo, State};
use crate::shard::Segment;
use crate::tombstone::Tombstone;
use crate::view::View;

/// What was found out about tombstones and segments.
#[derive(Debug)]
pub(super) struct Judged {
    verdicts: BTreeMap<SegmentId, Verdict>,
    /// What there was at the last look; while it is the same a look finds the same.
    seen: Option<Seen>,
    /// The monotonic time of the next look at segments that could not be read.
    again: Option<Duration>,
    /// The last tombstone that an earlier run has left: nobody knows for how long it waits.
    left: Option<Lsn>,
}

#[derive(Debug, PartialEq, Eq)]
struct Seen {
    tombstones: usize,
    last: Option<Lsn>,
    segments: usize,
    next_segment: SegmentId,
}

/// One look at all pairs of tombstones and segments.
struct Look<'a> {
    state: &'a State,
    view: &'a View,
    left: Option<Lsn>,
    now: Duration,
    /// Pairs that may still be judged.
    pairs_left: usize,
    /// Pairs that may still be remembered, because the tombstone hides rows of the segment.
    hiding_left: usize,
    /// Whether some segment could not be read.
    is_unread: bool,
    /// Tombstones that hide rows of a segment, or may.
    needed: BTreeSet<Lsn>,
}

impl Judged {
    /// Of a store that was just opened with `state`.
    pub(super) fn new(state: &State) -> Self {
        let left = state.tombstones.last_key_value().map(|(last, _)| *last);
        Self { verdicts: BTreeMap::new(), seen: None, again: None, left }
    }

    /// Whether a segment holds so many deleted rows, or for so long, that it should be rewritten.
    pub(super) fn is_due(&self, info: &SegmentInfo, now: Duration) -> bool {
        self.verdicts.get(&info.id).is_some_and(|verdict| verdict.is_due(info, now))
    }

    fn is_settled(&self, state: &State, now: Duration) -> bool {
        self.seen.as_ref() == Some(&Seen::of(state)) && self.again.is_none_or(|again| now < again)
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
        let (state, judged) = (upkeep.manifest.state(), &mut upkeep.judged);
        let now = self.options.clock.monotonic();
        if state.tombstones.is_empty() {
            judged.verdicts.clear();
        }
        if state.tombstones.is_empty() || judged.is_settled(state, now) {
            return Ok(());
        }
        let view = self.view.load_full();
        judged.verdicts.retain(|id, _| state.segments.contains_key(id));
        let mut look = Look::new(state, &view, judged, now);
        for info in state.segments.values() {
            let verdict = judged.verdicts.entry(info.id).or_insert_with(|| Verdict::new(info.settled));
            look.judge(info, verdict);
        }
        let (is_whole, is_unread, gone) = (look.may_judge(), look.is_unread, look.unneeded());
        self.forget(upkeep, gone)?;
        // What is due may be another segment now.
        upkeep.outlooks.forget_all();
        upkeep.judged.seen = is_whole.then(|| Seen::of(upkeep.manifest.state()));
        upkeep.judged.again = is_unread.then(|| now + MERGE_RETRY_BUSY);
        Ok(())
    }

    fn forget(&self, upkeep: &mut Upkeep, tombstones: Vec<Lsn>) -> Result<()> {
        if tombstones.is_empty() {
            return Ok(());
        }
        upkeep.commit(&Edit::Forget { tombstones: tombstones.clone() }, &[])?;
        let _writer = self.writer.lock();
        let mut view = (*self.view.load_full()).clone();
        view.tombstones.forget(&tombstones.into_iter().collect());
        self.view.store(Arc::new(view));
        Ok(())
    }
}

impl<'a> Look<'a> {
    fn new(state: &'a State, view: &'a View, judged: &Judged, now: Duration) -> Self {
        let hiding: usize = judged.verdicts.values().map(Verdict::hiding_count).sum();
        Self {
            state,
            view,
            left: judged.left,
            now,
            pairs_left: JUDGED_PAIRS_MAX,
            hiding_left: JUDGED_HIDING_MAX.saturating_sub(hiding),
            is_unread: false,
            needed: BTreeSet::new(),
        }
    }

    /// Judges the tombstones that are new to a segment, and takes note of those that it keeps.
    fn judge(&mut self, info: &SegmentInfo, verdict: &mut Verdict) {
        verdict.retain(|lsn| self.state.tombstones.contains_key(lsn));
        if self.may_judge() || !self.needs_all() {
            self.judge_new(info, verdict);
        }
        if !self.needs_all() {
            self.needed.extend(verdict.hiding());
        }
    }

    const fn may_judge(&self) -> bool {
        self.pairs_left > 0 && self.hiding_left > 0
    }

    /// Whether there is nothing left to find out about which tombstones are needed.
    fn needs_all(&self) -> bool {
        self.needed.len() == self.state.tombstones.len()
    }

    fn judge_new(&mut self, info: &SegmentInfo, verdict: &mut Verdict) {
        let policy = self.state.shards.get(&info.shard).map(|shard| shard.policy);
        let fresh: Vec<&Arc<Tombstone>> = concerning(self.state, info, verdict.judged()).collect();
        if let Some(policy) = policy.filter(|_| !fresh.is_empty()) {
            self.judge_fresh(info, policy, &fresh, verdict);
            let left = fresh.iter().map(|tombstone| tombstone.lsn);
            self.needed.extend(left.filter(|lsn| *lsn > verdict.judged()));
        } else if let Some((last, _)) = self.state.tombstones.last_key_value() {
            verdict.judged_to(*last);
        }
    }

    /// What cannot be read now may be read later.
    fn judge_fresh(
        &mut self,
        info: &SegmentInfo,
        policy: u64,
        fresh: &[&Arc<Tombstone>],
        verdict: &mut Verdict,
    ) {
        let Some(held) = self.held(info).filter(|_| self.may_judge()) else { return };
        let judged = held.reader().and_then(|reader| {
            for tombstone in fresh {
                if !self.may_judge() {
                    return Ok(());
                }
                self.pairs_left -= 1;
                let rows = rows_hidden(tombstone, policy, info, &reader)?;
                let is_old = self.left.is_some_and(|left| tombstone.lsn <= left);
                let due = if is_old { self.now } else { self.now.saturating_add(RECLAIM_AGE) };
                verdict.note(tombstone.lsn, rows, due);
                self.hiding_left -= usize::from(rows > 0);
            }
            Ok(())
        });
        self.is_unread |= judged.is_err();
        verdict.unread = judged.err().map(|error| error.to_string());
    }

    fn held(&self, info: &SegmentInfo) -> Option<&'a Segment> {
        let shard = self.view.shard(info.shard)?;
        shard.segments.iter().find(|held| held.info.id == info.id)
    }

    /// The tombstones that nobody needs: they hide nothing, or a later one hides all that they hide.
    fn unneeded(self) -> Vec<Lsn> {
        let Self { state, view, needed, .. } = self;
        let is_covered = |tombstone: &Tombstone| {
            // Whoever added the later one to the view has left this one out.
            let mut later = state.tombstones.range(tombstone.lsn.next()..);
            !view.tombstones.contains(tombstone.lsn) && later.any(|(_, later)| later.covers(tombstone))
        };
        let all = state.tombstones.values();
        let unneeded = all.filter(|tombstone| !needed.contains(&tombstone.lsn) || is_covered(tombstone));
        unneeded.map(|tombstone| tombstone.lsn).collect()
    }
}

/// The tombstones behind `after` that may hide rows of a segment.
fn concerning<'a>(
    state: &'a State,
    info: &SegmentInfo,
    after: Lsn,
) -> impl Iterator<Item = &'a Arc<Tombstone>> + use<'a> {
    let policy = state.shards.get(&info.shard).map(|shard| shard.policy);
    let database = policy.and_then(|policy| Some((policy, state.catalog.policy_by_id(policy)?.0.id)));
    let time = info.time;
    let later = state.tombstones.range(after.next()..).map(|(_, tombstone)| tombstone);
    later.filter(move |tombstone| {
        database.is_some_and(|(policy, database)| {
            tombstone.database == database
                && tombstone.time.overlaps(&time)
                && tombstone.concerns_policy(policy)
        })
    })
}

impl Upkeep {
    /// The segment that keeps most tombstones of a database because it cannot be read or rewritten.
    pub(in crate::engine) fn obstacle(&self, directory: &Directory, database: CatalogId) -> Option<Obstacle> {
        let state = self.manifest.state();
        let obstacle = |(id, verdict): (&SegmentId, &Verdict)| {
            let info = state.segments.get(id)?;
            let policy = state.shards.get(&info.shard)?.policy;
            let is_of_database = state.catalog.policy_by_id(policy)?.0.id == database;
            let why = self.lessons.trouble_with(info).or(verdict.unread.as_deref())?;
            let deletes = verdict.hiding_count() + concerning(state, info, verdict.judged()).count();
            let segment = directory.segment(*id);
            (is_of_database && deletes > 0).then(|| Obstacle { segment, deletes, why: why.to_owned() })
        };
        self.judged.verdicts.iter().filter_map(obstacle).max_by_key(|obstacle| obstacle.deletes)
    }
}

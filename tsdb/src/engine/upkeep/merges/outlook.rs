//! What the plan made of each shard at its last look, so that a choice among thousands of segments looks again only
//! where something has changed.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::lessons::Lessons;
use crate::compaction::{self, Choice, Member, Partitions};
use crate::engine::upkeep::forget::Judged;
use crate::limits::PLAN_AGE;
use crate::manifest::SegmentId;
use crate::shard::{Segment, Shard, ShardId};
use crate::view::View;

/// Outlooks by shard.
#[derive(Debug, Default)]
pub(in crate::engine::upkeep) struct Outlooks {
    shards: HashMap<ShardId, Outlook>,
    /// Since when the results of merges count as seen, until their shard is looked at.
    inherited: HashMap<SegmentId, Duration>,
}

/// What is due in one shard.
#[derive(Debug)]
pub(super) struct Outlook {
    /// The shard as it was; it does not keep segments open.
    shard: Weak<Shard>,
    /// When each of its segments was first seen. Times are monotonic.
    seen: Vec<(SegmentId, Duration)>,
    /// When the plan looks again although the shard is the same: segments come of age and pauses end.
    again: Duration,
    pub(super) choice: Option<Choice>,
    /// The most segments that an instant is in.
    pub(super) crowd: usize,
    /// Bytes of the segments that were chosen.
    pub(super) bytes: u64,
}

/// When a look takes place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    pub(super) monotonic: Duration,
    pub(super) wall_ns: i64,
}

impl Outlooks {
    /// Brings the outlook of every shard up to date.
    pub(super) fn look(&mut self, view: &View, lessons: &Lessons, judged: &Judged, now: Now) {
        if self.shards.len() > view.shard_count() {
            self.shards.retain(|_, outlook| outlook.shard.strong_count() > 0);
        }
        for shard in view.shards() {
            let known = self.shards.get(&shard.info.id);
            if known.is_none_or(|known| !known.is_of(shard) || now.monotonic >= known.again) {
                let seen = self.seen(shard, now.monotonic);
                self.shards.insert(shard.info.id, Outlook::of(shard, seen, lessons, judged, now));
            }
        }
        self.inherited.clear();
    }

    pub(super) fn of(&self, shard: ShardId) -> Option<&Outlook> {
        self.shards.get(&shard)
    }

    /// Looks at a shard again at the next choice.
    pub(super) fn forget(&mut self, shard: ShardId) {
        if let Some(outlook) = self.shards.get_mut(&shard) {
            outlook.again = Duration::ZERO;
        }
    }

    /// Looks at every shard again at the next choice.
    pub(in crate::engine::upkeep) fn forget_all(&mut self) {
        self.shards.values_mut().for_each(|outlook| outlook.again = Duration::ZERO);
    }

    /// Results are as old as the youngest of their inputs.
    pub(super) fn inherit(&mut self, shard: ShardId, inputs: &[SegmentId], results: &[SegmentId]) {
        let seen = self.shards.get(&shard).map_or(&[][..], |outlook| &outlook.seen);
        let youngest = seen.iter().filter(|(id, _)| inputs.contains(id)).map(|(_, seen)| *seen).max();
        self.inherited
            .extend(youngest.into_iter().flat_map(|seen| results.iter().map(move |id| (*id, seen))));
    }

    fn seen(&self, shard: &Shard, now: Duration) -> Vec<(SegmentId, Duration)> {
        let before = self.shards.get(&shard.info.id).map_or(&[][..], |outlook| &outlook.seen);
        let before: HashMap<SegmentId, Duration> = before.iter().copied().collect();
        let seen =
            |id: SegmentId| self.inherited.get(&id).or_else(|| before.get(&id)).copied().unwrap_or(now);
        shard.segments.iter().map(|segment| (segment.info.id, seen(segment.info.id))).collect()
    }
}

impl Outlook {
    fn of(
        shard: &Arc<Shard>,
        seen: Vec<(SegmentId, Duration)>,
        lessons: &Lessons,
        judged: &Judged,
        now: Now,
    ) -> Self {
        let member = |(segment, (_, seen)): (&Segment, &(SegmentId, Duration))| {
            let is_deleted_from = judged.is_due(&segment.info, now.monotonic);
            lessons.member(segment, *seen, now.monotonic, is_deleted_from)
        };
        let members: Vec<Member> = shard.segments.iter().zip(&seen).map(member).collect();
        let partitions = Partitions::of(shard.info.time);
        let thrift = lessons.thrift(shard.info.id);
        let choice = compaction::plan(&members, &partitions, now.wall_ns, thrift);
        let infos = || members.iter().map(|member| &member.info);
        let crowd = choice.as_ref().map_or(0, |_| compaction::crowd(infos(), &partitions));
        let inputs = choice.iter().flat_map(|choice| &choice.inputs);
        let bytes = inputs.map(|place| members[*place].info.bytes).sum();
        let again = now.monotonic.saturating_add(PLAN_AGE);
        Self { shard: Arc::downgrade(shard), seen, again, choice, crowd, bytes }
    }

    fn is_of(&self, shard: &Arc<Shard>) -> bool {
        std::ptr::eq(self.shard.as_ptr(), Arc::as_ptr(shard))
    }
}

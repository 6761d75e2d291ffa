//! What the merges before have taught: what to leave alone for a while, and how frugal the next one has to be.

use std::collections::HashMap;
use std::time::Duration;

use crate::compaction::{Member, Thrift};
use crate::error::Error;
use crate::limits::{MERGE_RETRY, MERGE_RETRY_BUSY, MERGE_RETRY_BUSY_MAX, MERGE_RETRY_MAX, PARTITION_REST};
use crate::manifest::{SegmentId, SegmentInfo, State};
use crate::shard::{Segment, ShardId};

/// What failed before. Times are monotonic.
#[derive(Debug, Default)]
pub(in crate::engine::upkeep) struct Lessons {
    /// Shards whose merge failed for a reason that may be any segment's, or nobody's.
    shards: HashMap<ShardId, Setback>,
    /// Segments that were found damaged.
    segments: HashMap<SegmentId, Setback>,
}

/// Failures one after another.
#[derive(Debug, Default)]
struct Setback {
    /// Until when it is left alone.
    until: Duration,
    failures: u32,
    /// How often in a row memory was short.
    thrift: Thrift,
    /// The last failure.
    why: String,
}

impl Setback {
    /// Notes one more failure: the pause doubles up to `max`.
    fn add(&mut self, error: &Error, now: Duration, first: Duration, max: Duration) {
        let pause = first.saturating_mul(1 << self.failures.min(16)).min(max);
        self.until = now.saturating_add(pause);
        self.failures = self.failures.saturating_add(1);
        self.why = error.to_string();
    }
}

impl Lessons {
    /// Leaves a shard alone until the disk may have room.
    pub(super) fn wait_for_space(&mut self, shard: ShardId, error: &Error, now: Duration) {
        self.shards.entry(shard).or_default().add(error, now, MERGE_RETRY_BUSY, MERGE_RETRY_BUSY);
    }

    /// Leaves alone what made a merge of a shard fail: a damaged segment, if there is one.
    pub(super) fn note_failure(
        &mut self,
        shard: ShardId,
        damaged: Option<SegmentId>,
        error: &Error,
        now: Duration,
    ) {
        match damaged {
            Some(segment) => {
                self.segments.entry(segment).or_default().add(error, now, MERGE_RETRY, MERGE_RETRY_MAX);
            }
            None if error.is_temporary() => {
                let setback = self.shards.entry(shard).or_default();
                setback.add(error, now, MERGE_RETRY_BUSY, MERGE_RETRY_BUSY_MAX);
                if matches!(error, Error::Budget(_)) {
                    setback.thrift = setback.thrift.more();
                }
            }
            None => self.shards.entry(shard).or_default().add(error, now, MERGE_RETRY, MERGE_RETRY_MAX),
        }
    }

    /// A merge of a shard went through: the next one may take a little more memory again.
    pub(super) fn note_success(&mut self, shard: ShardId) {
        let Some(setback) = self.shards.get_mut(&shard) else { return };
        let thrift = setback.thrift.less();
        if thrift == Thrift::default() {
            self.shards.remove(&shard);
        } else {
            *setback = Setback { thrift, ..Setback::default() };
        }
    }

    /// Forgets what is gone.
    pub(super) fn look(&mut self, state: &State) {
        self.shards.retain(|shard, _| state.shards.contains_key(shard));
        self.segments.retain(|segment, _| state.segments.contains_key(segment));
    }

    /// Whether a shard is left alone for now.
    pub(super) fn is_paused(&self, shard: ShardId, now: Duration) -> bool {
        self.shards.get(&shard).is_some_and(|setback| setback.until > now)
    }

    /// How frugal a merge of a shard has to be.
    pub(super) fn thrift(&self, shard: ShardId) -> Thrift {
        self.shards.get(&shard).map_or_else(Thrift::default, |setback| setback.thrift)
    }

    /// How many shards and segments are left alone for now.
    pub(super) fn paused_count(&self, now: Duration) -> u64 {
        let setbacks = self.shards.values().chain(self.segments.values());
        setbacks.filter(|setback| setback.until > now).count() as u64
    }

    /// Why a segment could not be merged.
    pub(in crate::engine::upkeep) fn trouble_with(&self, info: &SegmentInfo) -> Option<&str> {
        let of_shard = || self.shards.get(&info.shard);
        self.segments
            .get(&info.id)
            .or_else(of_shard)
            .map(|setback| &*setback.why)
            .filter(|why| !why.is_empty())
    }

    /// A segment that was first seen at `seen`, as the plan sees it.
    pub(super) fn member(
        &self,
        segment: &Segment,
        seen: Duration,
        now: Duration,
        is_deleted_from: bool,
    ) -> Member {
        let setback = self.segments.get(&segment.info.id);
        Member {
            info: segment.info,
            is_barred: setback.is_some_and(|setback| setback.until > now),
            is_rested: now.saturating_sub(seen) >= PARTITION_REST,
            is_deleted_from,
        }
    }
}

//! Choosing the next merge over all shards.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Chosen;
use crate::compaction::{self, Choice, Deletes, Member, Partitions, Target, Thrift};
use crate::engine::Engine;
use crate::engine::upkeep::Upkeep;
use crate::error::Result;
use crate::limits::SHARD_CROWD_MAX;
use crate::shard::{Segment, Shard};

/// What is due in one shard.
struct Due {
    shard: Arc<Shard>,
    choice: Choice,
    /// The most segments that an instant is in.
    crowd: usize,
    /// Whether the shard is left alone for now.
    is_paused: bool,
    thrift: Thrift,
}

impl Engine {
    /// The merge that is wanted most: in the shard where most segments overlap.
    pub(super) fn choose(&self, upkeep: &mut Upkeep) -> Result<Option<Chosen>> {
        let due = self.due(upkeep);
        let debt = due.iter().map(Due::bytes).sum();
        self.counters.merge_debt_bytes.store(debt, Ordering::Relaxed);
        let crowded = due.iter().filter(|due| due.crowd > SHARD_CROWD_MAX && !due.is_paused);
        self.merging.hold(crowded.map(|due| due.shard.info.id).collect::<HashSet<_>>());
        let possible = due.into_iter().rev().filter(|due| !due.is_paused);
        let Some(first) = possible.max_by_key(|due| due.crowd) else { return Ok(None) };
        let target = |time| {
            let id = upkeep.new_segment();
            Target { id, path: self.directory.segment(id), time }
        };
        let Due { shard, choice, thrift, .. } = first;
        let targets = choice.outputs.into_iter().map(target).collect();
        let state = upkeep.manifest.state();
        let database = state.catalog.policy_by_id(shard.info.policy).map_or(0, |(database, _)| database.id);
        // Deletes that are not in the MANIFEST may not be durable: they go on hiding rows of the results.
        let tombstones = state.deletes();
        Ok(Some(Chosen {
            shard: shard.info.id,
            inputs: choice.inputs.iter().map(|place| shard.segments[*place].clone()).collect(),
            targets,
            deletes: Deletes { tombstones, database, policy: shard.info.policy },
            is_urgent: choice.is_urgent,
            thrift,
        }))
    }

    /// What the plan finds to do in each shard.
    fn due(&self, upkeep: &mut Upkeep) -> Vec<Due> {
        let (now, now_ns) = (self.options.clock.monotonic(), self.options.clock.now_ns());
        let view = self.view.load_full();
        let Upkeep { lessons, judged, .. } = upkeep;
        lessons.look(now, view.shards().map(|shard| &**shard));
        self.counters.merges_paused.store(lessons.paused_count(now), Ordering::Relaxed);
        let mut due = Vec::new();
        for shard in view.shards() {
            let id = shard.info.id;
            let member = |segment: &Segment| lessons.member(segment, now, judged.is_due(&segment.info, now));
            let members: Vec<Member> = shard.segments.iter().map(member).collect();
            let partitions = Partitions::of(shard.info.time);
            let thrift = lessons.thrift(id);
            if let Some(choice) = compaction::plan(&members, &partitions, now_ns, thrift) {
                let crowd = compaction::crowd(members.iter().map(|member| &member.info), &partitions);
                let is_paused = lessons.is_paused(id, now);
                due.push(Due { shard: shard.clone(), choice, crowd, is_paused, thrift });
            }
        }
        due
    }
}

impl Due {
    fn bytes(&self) -> u64 {
        self.choice.inputs.iter().map(|place| self.shard.segments[*place].info.bytes).sum()
    }
}

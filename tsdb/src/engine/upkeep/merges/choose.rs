//! Choosing the next merge over all shards.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use super::Chosen;
use super::outlook::Now;
use crate::compaction::{Deletes, Target};
use crate::engine::Engine;
use crate::engine::upkeep::Upkeep;
use crate::error::Result;
use crate::limits::SHARD_CROWD_MAX;

impl Engine {
    /// The merge that is wanted most: in the shard where most segments overlap.
    pub(super) fn choose(&self, upkeep: &mut Upkeep) -> Result<Option<Chosen>> {
        let view = self.view.load_full();
        let clock = &self.options.clock;
        let now = Now { monotonic: clock.monotonic(), wall_ns: clock.now_ns() };
        let Upkeep { lessons, judged, outlooks, manifest, .. } = upkeep;
        lessons.look(manifest.state());
        outlooks.look(&view, lessons, judged, now);
        self.counters.merges_paused.store(lessons.paused_count(now.monotonic), Ordering::Relaxed);
        let (mut debt, mut crowded, mut first) = (0, HashSet::new(), None);
        for shard in view.shards() {
            let Some(outlook) = outlooks.of(shard.info.id) else { continue };
            let Some(choice) = &outlook.choice else { continue };
            debt += outlook.bytes;
            if lessons.is_paused(shard.info.id, now.monotonic) {
                continue;
            }
            if outlook.crowd > SHARD_CROWD_MAX {
                crowded.insert(shard.info.id);
            }
            if first.is_none_or(|(_, _, crowd)| outlook.crowd > crowd) {
                first = Some((shard, choice, outlook.crowd));
            }
        }
        self.counters.merge_debt_bytes.store(debt, Ordering::Relaxed);
        self.merging.hold(crowded);
        let Some((shard, choice, _)) = first else { return Ok(None) };
        let (choice, thrift) = (choice.clone(), lessons.thrift(shard.info.id));
        let target = |time| {
            let id = upkeep.new_segment();
            Target { id, path: self.directory.segment(id), time }
        };
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
}

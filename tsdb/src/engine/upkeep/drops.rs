//! Shards that are not wanted any more: their policy was dropped, or their time is past.

use std::collections::HashSet;
use std::sync::Arc;

use super::Upkeep;
use crate::catalog::PolicyId;
use crate::clock_guard::Look;
use crate::engine::Engine;
use crate::error::Result;
use crate::manifest::Edit;
use crate::retention;
use crate::shard::ShardId;
use crate::stats::add;

impl Engine {
    /// Drops the shards of policies that are gone. The statement that dropped them must be durable first.
    pub(super) fn drop_orphans(&self, upkeep: &mut Upkeep) -> Result<()> {
        let view = self.view.load_full();
        let policies: HashSet<PolicyId> = view.catalog.policies().map(|policy| policy.id).collect();
        let shards = upkeep.manifest.state().shards.values();
        let orphans = shards.filter(|shard| !policies.contains(&shard.policy));
        let orphans: HashSet<ShardId> = orphans.map(|shard| shard.id).collect();
        if orphans.is_empty() {
            return Ok(());
        }
        self.sync()?;
        self.drop_shards(upkeep, &orphans)
    }

    /// Drops the shards whose time is past, as far as the clock can be believed.
    pub(super) fn drop_expired(&self, upkeep: &mut Upkeep) -> Result<()> {
        let Look { now_ns, is_believed: true } = self.clock_guard.look() else { return Ok(()) };
        let view = self.view.load_full();
        // A shard that was hidden but could not be dropped is in the MANIFEST only.
        let known = upkeep.manifest.state().shards.values().chain(view.shards().map(|shard| &shard.info));
        let expired: HashSet<ShardId> = retention::plan(known, &view.catalog, now_ns).into_iter().collect();
        if expired.is_empty() {
            return Ok(());
        }
        self.drop_shards(upkeep, &expired)
    }

    fn drop_shards(&self, upkeep: &mut Upkeep, shards: &HashSet<ShardId>) -> Result<()> {
        self.merging.cancel_shards(shards);
        let (hidden, generation) = self.hide(shards);
        let known = upkeep.manifest.state().segments.values();
        let gone = known.filter(|segment| shards.contains(&segment.shard)).map(|segment| segment.id);
        let gone: Vec<u64> = gone.collect();
        add(&self.counters.shards_dropped, shards.len() as u64);
        let mut shards: Vec<ShardId> = shards.iter().copied().collect();
        shards.sort_unstable();
        upkeep.commit(&Edit::RemoveShards { shards, generation }, &[])?;
        let mut held = Vec::new();
        for shard in &hidden {
            held.extend(shard.segments.iter().cloned());
        }
        upkeep.doom(&held);
        let held: HashSet<u64> = held.iter().map(|segment| segment.info.id).collect();
        upkeep.doom_unread(gone.into_iter().filter(|id| !held.contains(id)));
        Ok(())
    }

    /// Takes shards out of sight, and says which they were and which generation may still have rows for them.
    fn hide(&self, shards: &HashSet<ShardId>) -> (Vec<Arc<crate::shard::Shard>>, u64) {
        let mut guard = self.writer.lock();
        let mut view = (*self.view.load_full()).clone();
        let hidden = view.shards().filter(|shard| shards.contains(&shard.info.id)).cloned().collect();
        view.remove_shards(shards);
        let generation = view.active().id;
        self.view.store(Arc::new(view));
        if let Ok(writer) = guard.running() {
            writer.types.retain(|shard, _| !shards.contains(shard));
        }
        (hidden, generation)
    }
}

//! Which shards are past.

use std::collections::HashMap;

use crate::catalog::{Catalog, PolicyId};
use crate::shard::{ShardId, ShardInfo};

/// The shards of which every point is older than its policy keeps. Pure.
pub(crate) fn plan<'a>(
    shards: impl Iterator<Item = &'a ShardInfo>,
    catalog: &Catalog,
    now_ns: i64,
) -> Vec<ShardId> {
    let kept_since: HashMap<PolicyId, i64> =
        catalog.policies().map(|policy| (policy.id, policy.kept_since(now_ns))).collect();
    let is_past = |shard: &&ShardInfo| {
        kept_since.get(&shard.policy).is_some_and(|kept_since| shard.time.end <= *kept_since)
    };
    shards.filter(is_past).map(|shard| shard.id).collect()
}

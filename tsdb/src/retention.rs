//! Which shards are past, and whether the clock that says so can be believed.

use std::collections::HashMap;
use std::time::Duration;

use crate::catalog::{Catalog, PolicyId};
use crate::limits::{CLOCK_HOLD, CLOCK_JUMP};
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

/// Compares the wall clock with monotonic time. A wall clock that jumps could make everything past at once:
/// after a jump nothing is deleted until the new time has held for an hour.
#[derive(Debug, Default)]
pub(crate) struct ClockGuard {
    /// Wall and monotonic time at the last look.
    last: Option<(i64, Duration)>,
    doubted_since: Option<Duration>,
}

impl ClockGuard {
    /// Whether `now_ns` may be acted upon.
    pub(crate) fn trusts(&mut self, now_ns: i64, monotonic: Duration) -> bool {
        if let Some((last_ns, last_monotonic)) = self.last {
            let wall = i128::from(now_ns) - i128::from(last_ns);
            let passed = monotonic.saturating_sub(last_monotonic).as_nanos();
            let passed = i128::try_from(passed).unwrap_or(i128::MAX);
            if (wall - passed).unsigned_abs() > CLOCK_JUMP.as_nanos() {
                tracing::warn!("the clock jumped: retention waits until the new time has held for an hour");
                self.doubted_since = Some(monotonic);
            }
        }
        self.last = Some((now_ns, monotonic));
        match self.doubted_since {
            Some(since) if monotonic.saturating_sub(since) < CLOCK_HOLD => false,
            _ => {
                self.doubted_since = None;
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_NS: i64 = 3_600_000_000_000;

    #[test]
    fn a_clock_that_jumps_is_not_believed_for_an_hour() {
        let mut guard = ClockGuard::default();
        let at = Duration::from_secs;
        assert!(guard.trusts(0, at(0)));
        assert!(guard.trusts(1_000_000_000, at(1)));
        assert!(!guard.trusts(100 * HOUR_NS, at(2)));
        assert!(!guard.trusts(100 * HOUR_NS + HOUR_NS / 2, at(1802)));
        assert!(guard.trusts(101 * HOUR_NS + 2_000_000_000, at(3604)));
    }

    #[test]
    fn a_clock_that_jumps_back_is_doubted_again() {
        let mut guard = ClockGuard::default();
        let at = Duration::from_secs;
        assert!(guard.trusts(0, at(0)));
        assert!(!guard.trusts(100 * HOUR_NS, at(10)));
        assert!(!guard.trusts(HOUR_NS / 2, at(1800)));
        assert!(!guard.trusts(HOUR_NS + HOUR_NS / 4, at(4500)));
        assert!(guard.trusts(HOUR_NS + HOUR_NS / 2 + 1, at(5401)));
    }
}

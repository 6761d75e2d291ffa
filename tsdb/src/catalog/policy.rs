//! A retention policy: how long points are kept, and how time is cut into shards.
//!
//! The rules are InfluxDB 1.x's: a duration of 0 keeps for ever, an hour is the least, and shards get
//! longer with the duration unless the client says how long.

use std::sync::Arc;

use model::TimeRange;

use super::CatalogId;
use crate::error::{Error, Result};

/// The identity of a policy.
pub(crate) type PolicyId = CatalogId;

/// The name of the policy that a new database gets.
pub(crate) const DEFAULT_POLICY_NAME: &str = "autogen";

const HOUR_NS: i64 = 3_600_000_000_000;
const DAY_NS: i64 = 24 * HOUR_NS;

/// The shortest time that points may be kept, and the shortest shard, in ns.
pub(crate) const DURATION_MIN_NS: i64 = HOUR_NS;

/// How far 1970 lies after the year 1, from which Go, and so InfluxDB, counts when it cuts time: shards
/// of a week begin on Mondays.
const YEAR_ONE_TO_EPOCH_NS: i128 = 719_162 * DAY_NS as i128;

/// A retention policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy {
    pub(crate) id: PolicyId,
    pub(crate) name: Arc<str>,
    /// How long points are kept, in ns; 0 is for ever.
    pub(crate) duration_ns: i64,
    /// How long a shard lasts, in ns.
    pub(crate) shard_duration_ns: i64,
    /// What the client asked for; there is one copy.
    pub(crate) replication: u32,
}

impl Policy {
    /// The earliest instant that is still kept at `now_ns`.
    pub(crate) fn kept_since(&self, now_ns: i64) -> i64 {
        if self.duration_ns == 0 { i64::MIN } else { now_ns.saturating_sub(self.duration_ns) }
    }

    /// The range of time that a new shard for `ts` would have.
    pub(crate) fn shard_range(&self, ts: i64) -> TimeRange {
        let step = i128::from(self.shard_duration_ns.max(DURATION_MIN_NS));
        let since_year_one = i128::from(ts) + YEAR_ONE_TO_EPOCH_NS;
        let start = i128::from(ts) - since_year_one.rem_euclid(step);
        TimeRange::new(clamp(start), clamp(start + step))
    }
}

/// A shard's bound, kept inside the times that a point may carry.
fn clamp(ns: i128) -> i64 {
    let within = ns.clamp(i128::from(TimeRange::ALL.start), i128::from(TimeRange::ALL.end));
    i64::try_from(within).unwrap_or(TimeRange::ALL.end)
}

/// What a client says of a policy that it wants; what it leaves open has InfluxDB's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicySpec {
    /// The name; `autogen` where none is given.
    pub name: Option<Box<str>>,
    /// How long points are kept, in ns; 0, the default, is for ever.
    pub duration_ns: Option<i64>,
    /// The replication factor, at least 1; it is remembered and has no effect.
    pub replication: Option<u32>,
    /// How long a shard lasts, in ns; 0 and none leave it to the duration.
    pub shard_duration_ns: Option<i64>,
}

/// What a client wants to be different about a policy; `None` leaves it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyUpdate {
    /// How long points are kept, in ns; 0 is for ever.
    pub duration_ns: Option<i64>,
    /// The replication factor.
    pub replication: Option<u32>,
    /// How long a shard lasts, in ns.
    pub shard_duration_ns: Option<i64>,
}

impl PolicySpec {
    /// The policy that this describes.
    pub(crate) fn policy(&self, id: PolicyId) -> Result<Policy> {
        let duration_ns = self.duration_ns.unwrap_or(0);
        let shard_duration_ns = shard_duration(self.shard_duration_ns.unwrap_or(0), duration_ns);
        let name = self.name.as_deref().unwrap_or(DEFAULT_POLICY_NAME);
        check_duration(duration_ns)?;
        model::check_name(name)?;
        if self.replication == Some(0) {
            return Err(Error::ReplicationTooLow);
        }
        if duration_ns > 0 && duration_ns < shard_duration_ns {
            return Err(Error::IncompatibleDurations);
        }
        let replication = self.replication.unwrap_or(1);
        Ok(Policy { id, name: Arc::from(name), duration_ns, shard_duration_ns, replication })
    }

    /// Whether `policy` is what this asks for, as far as it asks.
    pub(crate) fn matches(&self, policy: &Policy) -> bool {
        let wanted_shard = shard_duration(self.shard_duration_ns.unwrap_or(0), policy.duration_ns);
        self.name.as_deref().unwrap_or(DEFAULT_POLICY_NAME) == &*policy.name
            && self.duration_ns.is_none_or(|wanted| wanted == policy.duration_ns)
            && self.replication.is_none_or(|wanted| wanted == policy.replication)
            && wanted_shard == policy.shard_duration_ns
    }
}

impl PolicyUpdate {
    /// `policy` with these settings.
    pub(crate) fn updated(&self, policy: &Policy) -> Result<Policy> {
        let duration_ns = self.duration_ns.unwrap_or(policy.duration_ns);
        check_duration(duration_ns)?;
        let wanted_shard = self.shard_duration_ns.unwrap_or(policy.shard_duration_ns);
        if duration_ns > 0 && duration_ns < wanted_shard {
            return Err(Error::IncompatibleDurations);
        }
        if self.replication == Some(0) {
            return Err(Error::ReplicationTooLow);
        }
        let shard_duration_ns = self
            .shard_duration_ns
            .map_or(policy.shard_duration_ns, |wanted| shard_duration(wanted, duration_ns));
        let replication = self.replication.unwrap_or(policy.replication);
        Ok(Policy { duration_ns, shard_duration_ns, replication, ..policy.clone() })
    }
}

pub(crate) const fn check_duration(duration_ns: i64) -> Result<()> {
    if duration_ns != 0 && duration_ns < DURATION_MIN_NS {
        Err(Error::RetentionPolicyTooShort)
    } else {
        Ok(())
    }
}

/// How long a shard lasts when a client asked for `wanted_ns` (0 leaves it to the duration).
const fn shard_duration(wanted_ns: i64, duration_ns: i64) -> i64 {
    match wanted_ns {
        0 if duration_ns == 0 || duration_ns >= 180 * DAY_NS => 7 * DAY_NS,
        0 if duration_ns >= 2 * DAY_NS => DAY_NS,
        0 => HOUR_NS,
        wanted if wanted < DURATION_MIN_NS => DURATION_MIN_NS,
        wanted => wanted,
    }
}

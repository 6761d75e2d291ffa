//! From what a statement deletes, in the words of the one who asks, to its tombstone.

use model::{Deletion, DeletionSource, Lsn, MeasurementMatch, TagPredicate};

use super::Tombstone;
use crate::catalog::{Database, PolicyId};
use crate::error::{Error, Result};
use crate::limits::{PREDICATE_DEPTH_MAX, TOMBSTONE_BYTES_MAX};

/// As [`DeletionSource`], with the identity of the policy.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(super) policy: Option<PolicyId>,
    pub(super) measurement: MeasurementMatch,
}

impl Source {
    pub(super) fn is_in(&self, policy: PolicyId) -> bool {
        self.policy.is_none_or(|own| own == policy)
    }

    /// Whether it means every measurement that the other one means.
    pub(super) fn includes(&self, other: &Self) -> bool {
        let is_named = |name: &str| self.measurement.matches(name);
        let has_policy = self.policy.is_none() || self.policy == other.policy;
        has_policy && matches!(&other.measurement, MeasurementMatch::Name(name) if is_named(name))
    }

    pub(super) fn matches(&self, policy: PolicyId, measurement: &str) -> bool {
        self.is_in(policy) && self.measurement.matches(measurement)
    }
}

impl Tombstone {
    /// The tombstone of a deletion in a database.
    ///
    /// # Errors
    /// When a retention policy is not there, or the tombstone passes its bounds.
    pub(crate) fn of(deletion: &Deletion, database: &Database, lsn: Lsn) -> Result<Self> {
        let source = |source: &DeletionSource| {
            let policy = source.policy.as_deref().map(|name| {
                let found = database.policy(name).map(|policy| policy.id);
                found.ok_or_else(|| Error::RetentionPolicyNotFound(name.into()))
            });
            Ok(Source { policy: policy.transpose()?, measurement: source.measurement.clone() })
        };
        let sources = deletion.sources.iter().map(source).collect::<Result<_>>()?;
        let tags = flat(&deletion.tags);
        check_depth(&tags, PREDICATE_DEPTH_MAX)?;
        let tombstone = Self::new(lsn, database.id, sources, tags, deletion.time);
        if tombstone.bytes() > TOMBSTONE_BYTES_MAX {
            let (count, max) = (tombstone.bytes(), TOMBSTONE_BYTES_MAX);
            return Err(Error::TooMany { what: "bytes in the condition of a delete", count, max });
        }
        Ok(tombstone)
    }
}

/// The same predicate without ANDs in ANDs and ORs in ORs.
fn flat(predicate: &TagPredicate) -> TagPredicate {
    let mut parts = Vec::new();
    match predicate {
        TagPredicate::And(of) => {
            for part in of.iter().map(flat) {
                if let TagPredicate::And(inner) = part { parts.extend(inner) } else { parts.push(part) }
            }
            TagPredicate::And(parts)
        }
        TagPredicate::Or(of) => {
            for part in of.iter().map(flat) {
                if let TagPredicate::Or(inner) = part { parts.extend(inner) } else { parts.push(part) }
            }
            TagPredicate::Or(parts)
        }
        other => other.clone(),
    }
}

fn check_depth(predicate: &TagPredicate, left: usize) -> Result<()> {
    let Some(left) = left.checked_sub(1) else {
        let (count, max) = (PREDICATE_DEPTH_MAX + 1, PREDICATE_DEPTH_MAX);
        return Err(Error::TooMany { what: "levels in the condition of a delete", count, max });
    };
    match predicate {
        TagPredicate::And(parts) | TagPredicate::Or(parts) => {
            parts.iter().try_for_each(|part| check_depth(part, left))
        }
        _ => Ok(()),
    }
}

//! What a statement deletes, in the words of the one who asks.

use model::{TagPredicate, TimeRange};
use regex::Regex;

use super::Tombstone;
use crate::catalog::{Database, PolicyId};
use crate::error::{Error, Result};
use crate::limits::{PREDICATE_DEPTH_MAX, TOMBSTONE_BYTES_MAX};
use model::Lsn;

/// Points of a database that are to be deleted: those of the measurements, of the series and in the time.
#[derive(Debug, Clone)]
pub struct Deletion {
    /// The measurements; none means every one of every retention policy.
    pub sources: Vec<DeletionSource>,
    /// The series, by their tags.
    pub tags: TagPredicate,
    /// The instants, in ns; [`TimeRange::ALL`] for all.
    pub time: TimeRange,
}

/// Measurements of one retention policy, or of all.
#[derive(Debug, Clone)]
pub struct DeletionSource {
    /// The retention policy; every one where it is absent.
    pub policy: Option<Box<str>>,
    /// The measurements in it.
    pub measurement: MeasurementMatch,
}

/// Which measurements are meant.
#[derive(Debug, Clone)]
pub enum MeasurementMatch {
    /// The one of this name.
    Name(Box<str>),
    /// Those whose name matches, anywhere.
    Regex(Regex),
}

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

    pub(super) fn matches(&self, policy: PolicyId, measurement: &str) -> bool {
        self.is_in(policy)
            && match &self.measurement {
                MeasurementMatch::Name(name) => **name == *measurement,
                MeasurementMatch::Regex(regex) => regex.is_match(measurement),
            }
    }
}

impl Deletion {
    /// The tombstone of this deletion in a database.
    ///
    /// # Errors
    /// When a retention policy is not there, or the tombstone passes its bounds.
    pub(crate) fn tombstone(&self, database: &Database, lsn: Lsn) -> Result<Tombstone> {
        let source = |source: &DeletionSource| {
            let policy = source.policy.as_deref().map(|name| {
                let found = database.policy(name).map(|policy| policy.id);
                found.ok_or_else(|| Error::RetentionPolicyNotFound(name.into()))
            });
            Ok(Source { policy: policy.transpose()?, measurement: source.measurement.clone() })
        };
        let sources = self.sources.iter().map(source).collect::<Result<_>>()?;
        let tags = flat(&self.tags);
        check_depth(&tags, PREDICATE_DEPTH_MAX)?;
        let tombstone = Tombstone { lsn, database: database.id, sources, tags, time: self.time };
        let mut record = Vec::new();
        tombstone.encode(&mut record);
        if record.len() > TOMBSTONE_BYTES_MAX {
            let (count, max) = (record.len(), TOMBSTONE_BYTES_MAX);
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

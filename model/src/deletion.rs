//! Which points of a database a statement deletes.

use crate::{TagPredicate, TimeRange};
use regex::Regex;

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

impl DeletionSource {
    /// Whether a measurement of a retention policy is meant.
    #[must_use]
    pub fn matches(&self, policy: &str, measurement: &str) -> bool {
        self.policy.as_deref().is_none_or(|wanted| wanted == policy) && self.measurement.matches(measurement)
    }
}

impl MeasurementMatch {
    /// Whether a measurement is meant.
    #[must_use]
    pub fn matches(&self, measurement: &str) -> bool {
        match self {
            Self::Name(name) => **name == *measurement,
            Self::Regex(regex) => regex.is_match(measurement),
        }
    }
}

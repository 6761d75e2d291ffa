//! Where points are: database, retention policy, and a measurement or a pattern of them.

use super::{Pattern, QuotedIdentifier};
use std::fmt;

/// `database.policy.name`, where the first two may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurement {
    /// The database; the request's when missing.
    pub database: Option<String>,
    /// The retention policy; the database's default when missing.
    pub retention_policy: Option<String>,
    /// The measurement.
    pub name: MeasurementName,
}

/// One measurement, or all whose names match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeasurementName {
    /// By name.
    Name(String),
    /// By regular expression.
    Pattern(Pattern),
}

impl Measurement {
    /// A measurement of the request's database and default policy.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { database: None, retention_policy: None, name: MeasurementName::Name(name.into()) }
    }
}

impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(f, self.database.as_deref(), self.retention_policy.as_deref())?;
        self.name.fmt(f)
    }
}

impl fmt::Display for MeasurementName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => QuotedIdentifier(name).fmt(f),
            Self::Pattern(pattern) => pattern.fmt(f),
        }
    }
}

/// Prints `database.policy.`, `database..`, `policy.` or nothing.
pub(super) fn write_path(
    f: &mut fmt::Formatter<'_>,
    database: Option<&str>,
    rp: Option<&str>,
) -> fmt::Result {
    if let Some(database) = database {
        write!(f, "{}.", QuotedIdentifier(database))?;
    }
    match rp {
        Some(rp) => write!(f, "{}.", QuotedIdentifier(rp)),
        None if database.is_some() => f.write_str("."),
        None => Ok(()),
    }
}

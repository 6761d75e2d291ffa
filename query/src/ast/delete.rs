//! DELETE, DROP SERIES and DROP MEASUREMENT: what removes points. Each has a FROM or a WHERE.

use super::select::{write_condition, write_sources};
use super::{Expr, Measurement, QuotedIdentifier};
use std::fmt;

/// `DELETE [FROM sources] [WHERE condition]`: points by tags and time, in every retention policy
/// unless a source names one.
#[derive(Debug, Clone, PartialEq)]
pub struct Delete {
    /// The measurements; empty means all. None names a database.
    pub sources: Vec<Measurement>,
    /// Which points.
    pub condition: Option<Expr>,
}

/// `DROP SERIES [FROM sources] [WHERE condition]`: whole series by their tags.
#[derive(Debug, Clone, PartialEq)]
pub struct DropSeries {
    /// The measurements; empty means all. None names a database or a retention policy.
    pub sources: Vec<Measurement>,
    /// Which series.
    pub condition: Option<Expr>,
}

/// `DROP MEASUREMENT name`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropMeasurement {
    /// The measurement.
    pub name: String,
}

impl fmt::Display for Delete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DELETE")?;
        write_sources(f, &self.sources)?;
        write_condition(f, self.condition.as_ref())
    }
}

impl fmt::Display for DropSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DROP SERIES")?;
        write_sources(f, &self.sources)?;
        write_condition(f, self.condition.as_ref())
    }
}

impl fmt::Display for DropMeasurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DROP MEASUREMENT {}", QuotedIdentifier(&self.name))
    }
}

//! SHOW ... CARDINALITY: how many series, measurements, tag keys, tag values or field keys there are.

use super::identifier::write_clause;
use super::select::{write_condition, write_dimensions, write_sources};
use super::{Dimension, Expr, Measurement, Page, TagKeyFilter};
use std::fmt;

/// `SHOW what [EXACT] CARDINALITY [ON database] [FROM sources] [WITH KEY ...] [WHERE condition]
/// [GROUP BY ...] [LIMIT n] [OFFSET n]`
#[derive(Debug, Clone, PartialEq)]
pub struct ShowCardinality {
    /// What is counted.
    pub of: CardinalityOf,
    /// Whether an estimate will not do.
    pub exact: bool,
    /// The database; the request's when missing.
    pub database: Option<String>,
    /// The measurements; empty means all.
    pub sources: Vec<Measurement>,
    /// Only what series that pass have.
    pub condition: Option<Expr>,
    /// GROUP BY.
    pub dimensions: Vec<Dimension>,
    /// Which part of the answer.
    pub page: Page,
}

/// What SHOW ... CARDINALITY counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardinalityOf {
    /// Series.
    Series,
    /// Measurements.
    Measurements,
    /// Tag keys.
    TagKeys,
    /// Values of these tags.
    TagValues(TagKeyFilter),
    /// Field keys.
    FieldKeys,
}

impl CardinalityOf {
    const fn words(&self) -> &'static str {
        match self {
            Self::Series => "SERIES",
            Self::Measurements => "MEASUREMENT",
            Self::TagKeys => "TAG KEY",
            Self::TagValues(_) => "TAG VALUES",
            Self::FieldKeys => "FIELD KEY",
        }
    }
}

impl fmt::Display for ShowCardinality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = if self.exact { " EXACT" } else { "" };
        write!(f, "SHOW {}{exact} CARDINALITY", self.of.words())?;
        write_clause(f, "ON", self.database.as_deref())?;
        write_sources(f, &self.sources)?;
        if let CardinalityOf::TagValues(keys) = &self.of {
            write!(f, " {keys}")?;
        }
        write_condition(f, self.condition.as_ref())?;
        write_dimensions(f, &self.dimensions)?;
        self.page.write_clause(f, "")
    }
}

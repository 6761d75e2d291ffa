//! SHOW TAG VALUES.

use super::identifier::write_clause;
use super::select::{write_condition, write_sources};
use super::{Expr, Measurement, Page, SortOrder, TagKeyFilter};
use std::fmt;

/// `SHOW TAG VALUES [ON database] [FROM sources] WITH KEY ... [WHERE condition] [ORDER BY ...]
/// [LIMIT n] [OFFSET n]`
#[derive(Debug, Clone, PartialEq)]
pub struct ShowTagValues {
    /// The database; the request's when missing.
    pub database: Option<String>,
    /// The measurements; empty means all.
    pub sources: Vec<Measurement>,
    /// Whose values.
    pub keys: TagKeyFilter,
    /// Only values of series that pass.
    pub condition: Option<Expr>,
    /// Parsed as InfluxDB does; values come sorted anyway.
    pub order: Option<SortOrder>,
    /// Which part of each measurement's answer.
    pub page: Page,
}

impl fmt::Display for ShowTagValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SHOW TAG VALUES")?;
        write_clause(f, "ON", self.database.as_deref())?;
        write_sources(f, &self.sources)?;
        write!(f, " {}", self.keys)?;
        write_condition(f, self.condition.as_ref())?;
        SortOrder::write_clause(self.order, f)?;
        self.page.write_clause(f, "")
    }
}

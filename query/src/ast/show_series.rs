//! SHOW SERIES.

use super::identifier::write_clause;
use super::select::{write_condition, write_sources};
use super::{Expr, Measurement, Page, SortOrder};
use std::fmt;

/// `SHOW SERIES [ON database] [FROM sources] [WHERE condition] [ORDER BY ...] [LIMIT n] [OFFSET n]`
#[derive(Debug, Clone, PartialEq)]
pub struct ShowSeries {
    /// The database; the request's when missing.
    pub database: Option<String>,
    /// The measurements; empty means all.
    pub sources: Vec<Measurement>,
    /// Which series.
    pub condition: Option<Expr>,
    /// Parsed as InfluxDB does; series come sorted anyway.
    pub order: Option<SortOrder>,
    /// Which part of the answer.
    pub page: Page,
}

impl fmt::Display for ShowSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SHOW SERIES")?;
        write_clause(f, "ON", self.database.as_deref())?;
        write_sources(f, &self.sources)?;
        write_condition(f, self.condition.as_ref())?;
        SortOrder::write_clause(self.order, f)?;
        self.page.write_clause(f, "")
    }
}

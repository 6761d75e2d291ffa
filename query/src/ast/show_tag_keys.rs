//! SHOW TAG KEYS.

use super::identifier::write_clause;
use super::select::{write_condition, write_sources};
use super::{Expr, Measurement, Page, SortOrder, TagKeyFilter};
use std::fmt;

/// `SHOW TAG KEYS [ON database] [FROM sources] [WITH KEY ...] [WHERE condition] [ORDER BY ...]
/// [LIMIT n] [OFFSET n] [SLIMIT n] [SOFFSET n]`
#[derive(Debug, Clone, PartialEq)]
pub struct ShowTagKeys {
    /// The database; the request's when missing.
    pub database: Option<String>,
    /// The measurements; empty means all.
    pub sources: Vec<Measurement>,
    /// Which keys; all when missing.
    pub keys: Option<TagKeyFilter>,
    /// Only keys of series that pass.
    pub condition: Option<Expr>,
    /// Parsed as InfluxDB does; keys come sorted anyway.
    pub order: Option<SortOrder>,
    /// Which keys of each measurement.
    pub page: Page,
    /// Which measurements of the answer.
    pub series: Page,
}

impl fmt::Display for ShowTagKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SHOW TAG KEYS")?;
        write_clause(f, "ON", self.database.as_deref())?;
        write_sources(f, &self.sources)?;
        if let Some(keys) = &self.keys {
            write!(f, " {keys}")?;
        }
        write_condition(f, self.condition.as_ref())?;
        SortOrder::write_clause(self.order, f)?;
        self.page.write_clause(f, "")?;
        self.series.write_clause(f, "S")
    }
}

//! SHOW FIELD KEYS.

use super::identifier::write_clause;
use super::select::write_sources;
use super::{Measurement, Page, SortOrder};
use std::fmt;

/// `SHOW FIELD KEYS [ON database] [FROM sources] [ORDER BY ...] [LIMIT n] [OFFSET n]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowFieldKeys {
    /// The database; the request's when missing.
    pub database: Option<String>,
    /// The measurements; empty means all.
    pub sources: Vec<Measurement>,
    /// Parsed as InfluxDB does; keys come sorted anyway.
    pub order: Option<SortOrder>,
    /// Which keys of each measurement.
    pub page: Page,
}

impl fmt::Display for ShowFieldKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SHOW FIELD KEYS")?;
        write_clause(f, "ON", self.database.as_deref())?;
        write_sources(f, &self.sources)?;
        SortOrder::write_clause(self.order, f)?;
        self.page.write_clause(f, "")
    }
}

//! CREATE CONTINUOUS QUERY and DROP CONTINUOUS QUERY.

use super::database::write_duration_clause;
use super::{QuotedIdentifier, Select};
use std::fmt;

/// `CREATE CONTINUOUS QUERY name ON database [RESAMPLE [EVERY d] [FOR d]] BEGIN SELECT ... END`
#[derive(Debug, Clone, PartialEq)]
pub struct CreateContinuousQuery {
    /// The query.
    pub name: String,
    /// Its database.
    pub database: String,
    /// How often it runs, in ns; the GROUP BY interval when missing.
    pub every_ns: Option<i64>,
    /// How far back it looks, in ns.
    pub for_ns: Option<i64>,
    /// What it runs: it has an INTO and, if it aggregates, a GROUP BY time.
    pub select: Select,
}

/// `DROP CONTINUOUS QUERY name ON database`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropContinuousQuery {
    /// The query.
    pub name: String,
    /// Its database.
    pub database: String,
}

impl fmt::Display for CreateContinuousQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_head(f, "CREATE", &self.name, &self.database)?;
        if self.every_ns.is_some() || self.for_ns.is_some() {
            f.write_str(" RESAMPLE")?;
        }
        write_duration_clause(f, "EVERY", self.every_ns)?;
        write_duration_clause(f, "FOR", self.for_ns)?;
        write!(f, " BEGIN {} END", self.select)
    }
}

impl fmt::Display for DropContinuousQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_head(f, "DROP", &self.name, &self.database)
    }
}

fn write_head(f: &mut fmt::Formatter<'_>, verb: &str, name: &str, database: &str) -> fmt::Result {
    write!(f, "{verb} CONTINUOUS QUERY {} ON {}", QuotedIdentifier(name), QuotedIdentifier(database))
}

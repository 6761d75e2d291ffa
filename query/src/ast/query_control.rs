//! Statements about the server itself: statistics, diagnostics, running queries, shards.

use super::QuotedString;
use super::identifier::write_clause;
use std::fmt;

/// `SHOW STATS [FOR 'module']`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowStats {
    /// The module; all when missing.
    pub module: Option<String>,
}

/// `SHOW DIAGNOSTICS [FOR 'module']`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowDiagnostics {
    /// The module; all when missing.
    pub module: Option<String>,
}

/// `KILL QUERY id [ON host]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KillQuery {
    /// The query's number in SHOW QUERIES.
    pub id: u64,
    /// The host that runs it.
    pub host: Option<String>,
}

/// `DROP SHARD id`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropShard {
    /// The shard's number in SHOW SHARDS.
    pub id: u64,
}

impl fmt::Display for ShowStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SHOW STATS")?;
        write_module(f, self.module.as_deref())
    }
}

impl fmt::Display for ShowDiagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SHOW DIAGNOSTICS")?;
        write_module(f, self.module.as_deref())
    }
}

impl fmt::Display for KillQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KILL QUERY {}", self.id)?;
        write_clause(f, "ON", self.host.as_deref())
    }
}

impl fmt::Display for DropShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DROP SHARD {}", self.id)
    }
}

fn write_module(f: &mut fmt::Formatter<'_>, module: Option<&str>) -> fmt::Result {
    match module {
        Some(module) => write!(f, " FOR {}", QuotedString(module)),
        None => Ok(()),
    }
}

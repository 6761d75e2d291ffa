//! CREATE DATABASE and DROP DATABASE.

use super::QuotedIdentifier;
use super::identifier::write_clause;
use super::literal::write_duration;
use std::fmt;

/// `CREATE DATABASE name [WITH ...]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateDatabase {
    /// The database.
    pub name: String,
    /// What WITH says of its first retention policy.
    pub retention_policy: Option<DatabasePolicy>,
}

/// `[DURATION d] [REPLICATION n] [SHARD DURATION d] [NAME policy]`, at least one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DatabasePolicy {
    /// How long points are kept, in ns; 0 (`INF`) is for ever.
    pub duration_ns: Option<i64>,
    /// How many copies.
    pub replication: Option<u32>,
    /// The length of a shard in ns; 0 leaves it to the server.
    pub shard_duration_ns: Option<i64>,
    /// Its name.
    pub name: Option<String>,
}

/// `DROP DATABASE name`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropDatabase {
    /// The database.
    pub name: String,
}

impl fmt::Display for CreateDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE DATABASE {}", QuotedIdentifier(&self.name))?;
        match &self.retention_policy {
            Some(policy) => write!(f, " WITH{policy}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for DatabasePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_duration_clause(f, "DURATION", self.duration_ns)?;
        write_replication(f, self.replication)?;
        write_duration_clause(f, "SHARD DURATION", self.shard_duration_ns)?;
        write_clause(f, "NAME", self.name.as_deref())
    }
}

impl fmt::Display for DropDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DROP DATABASE {}", QuotedIdentifier(&self.name))
    }
}

/// Prints ` KEYWORD duration` where there is one.
pub(super) fn write_duration_clause(
    f: &mut fmt::Formatter<'_>,
    keyword: &str,
    ns: Option<i64>,
) -> fmt::Result {
    match ns {
        Some(ns) => {
            write!(f, " {keyword} ")?;
            write_duration(f, ns)
        }
        None => Ok(()),
    }
}

/// Prints ` REPLICATION n` where there is one.
pub(super) fn write_replication(f: &mut fmt::Formatter<'_>, copies: Option<u32>) -> fmt::Result {
    match copies {
        Some(copies) => write!(f, " REPLICATION {copies}"),
        None => Ok(()),
    }
}

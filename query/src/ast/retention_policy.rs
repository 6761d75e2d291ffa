//! CREATE, ALTER, DROP RETENTION POLICY and SHOW RETENTION POLICIES.

use super::QuotedIdentifier;
use super::database::{write_duration_clause, write_replication};
use super::identifier::write_clause;
use std::fmt;

/// `CREATE RETENTION POLICY name ON database DURATION d REPLICATION n [SHARD DURATION d] [DEFAULT]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRetentionPolicy {
    /// The policy.
    pub name: String,
    /// Its database.
    pub database: String,
    /// How long points are kept, in ns; 0 (`INF`) is for ever.
    pub duration_ns: i64,
    /// How many copies.
    pub replication: u32,
    /// The length of a shard in ns; 0 leaves it to the server.
    pub shard_duration_ns: Option<i64>,
    /// Whether it becomes the database's default.
    pub default: bool,
}

/// `ALTER RETENTION POLICY name ON database [DURATION d] [REPLICATION n] [SHARD DURATION d]
/// [DEFAULT]`, at least one of them, in any order. What is missing stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterRetentionPolicy {
    /// The policy.
    pub name: String,
    /// Its database.
    pub database: String,
    /// How long points are kept, in ns; 0 (`INF`) is for ever.
    pub duration_ns: Option<i64>,
    /// How many copies.
    pub replication: Option<u32>,
    /// The length of a shard in ns; 0 leaves it to the server.
    pub shard_duration_ns: Option<i64>,
    /// Whether it becomes the database's default.
    pub default: bool,
}

/// `DROP RETENTION POLICY name ON database`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropRetentionPolicy {
    /// The policy.
    pub name: String,
    /// Its database.
    pub database: String,
}

/// `SHOW RETENTION POLICIES [ON database]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowRetentionPolicies {
    /// The database; the request's when missing.
    pub database: Option<String>,
}

impl fmt::Display for CreateRetentionPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_head(f, "CREATE", &self.name, &self.database)?;
        write_duration_clause(f, "DURATION", Some(self.duration_ns))?;
        write_replication(f, Some(self.replication))?;
        write_duration_clause(f, "SHARD DURATION", self.shard_duration_ns)?;
        f.write_str(if self.default { " DEFAULT" } else { "" })
    }
}

impl fmt::Display for AlterRetentionPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_head(f, "ALTER", &self.name, &self.database)?;
        write_duration_clause(f, "DURATION", self.duration_ns)?;
        write_replication(f, self.replication)?;
        write_duration_clause(f, "SHARD DURATION", self.shard_duration_ns)?;
        f.write_str(if self.default { " DEFAULT" } else { "" })
    }
}

impl fmt::Display for DropRetentionPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_head(f, "DROP", &self.name, &self.database)
    }
}

impl fmt::Display for ShowRetentionPolicies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SHOW RETENTION POLICIES")?;
        write_clause(f, "ON", self.database.as_deref())
    }
}

fn write_head(f: &mut fmt::Formatter<'_>, verb: &str, name: &str, database: &str) -> fmt::Result {
    write!(f, "{verb} RETENTION POLICY {} ON {}", QuotedIdentifier(name), QuotedIdentifier(database))
}

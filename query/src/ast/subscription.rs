//! CREATE SUBSCRIPTION and DROP SUBSCRIPTION.

use super::identifier::write_list;
use super::{QuotedIdentifier, QuotedString};
use std::fmt;

/// `CREATE SUBSCRIPTION name ON database.policy DESTINATIONS ALL|ANY 'url', ...`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateSubscription {
    /// The subscription.
    pub name: String,
    /// Its database.
    pub database: String,
    /// Its retention policy.
    pub retention_policy: String,
    /// Whether every destination gets each write.
    pub mode: DestinationMode,
    /// URLs, at least one.
    pub destinations: Vec<String>,
}

/// Who gets a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DestinationMode {
    /// Every destination.
    All,
    /// One after the other.
    Any,
}

/// `DROP SUBSCRIPTION name ON database.policy`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropSubscription {
    /// The subscription.
    pub name: String,
    /// Its database.
    pub database: String,
    /// Its retention policy.
    pub retention_policy: String,
}

impl fmt::Display for CreateSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_head(f, "CREATE", &self.name, &self.database, &self.retention_policy)?;
        let mode = match self.mode {
            DestinationMode::All => "ALL",
            DestinationMode::Any => "ANY",
        };
        write!(f, " DESTINATIONS {mode} ")?;
        let destinations: Vec<_> = self.destinations.iter().map(|url| QuotedString(url)).collect();
        write_list(f, &destinations)
    }
}

impl fmt::Display for DropSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_head(f, "DROP", &self.name, &self.database, &self.retention_policy)
    }
}

fn write_head(f: &mut fmt::Formatter<'_>, verb: &str, name: &str, database: &str, rp: &str) -> fmt::Result {
    let (name, database, rp) = (QuotedIdentifier(name), QuotedIdentifier(database), QuotedIdentifier(rp));
    write!(f, "{verb} SUBSCRIPTION {name} ON {database}.{rp}")
}

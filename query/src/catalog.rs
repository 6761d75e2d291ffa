//! What exists in a store and how statements change it.

use model::Deletion;
use thiserror::Error;

/// A retention policy as `SHOW RETENTION POLICIES` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionPolicyInfo {
    /// The policy's name.
    pub name: String,
    /// How long points are kept, in ns; 0 is for ever.
    pub duration_ns: i64,
    /// The time range of one shard, in ns.
    pub shard_duration_ns: i64,
    /// The number of copies; always what was asked for, though one store keeps one.
    pub replication: u32,
    /// Whether it is meant when no policy is named.
    pub is_default: bool,
}

/// A retention policy as a statement asks for it. What is absent stays as it is (`ALTER`) or takes
/// the store's default (`CREATE`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RetentionPolicySpec {
    /// The policy's name; absent only in `CREATE DATABASE ... WITH`, where it defaults.
    pub name: Option<String>,
    /// How long points are kept, in ns; 0 is for ever.
    pub duration_ns: Option<i64>,
    /// The time range of one shard, in ns; 0 leaves the choice to the store.
    pub shard_duration_ns: Option<i64>,
    /// The number of copies.
    pub replication: Option<u32>,
    /// Whether it shall be the default policy.
    pub make_default: bool,
}

/// A catalog's refusal, in InfluxDB's words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct CatalogError {
    /// What happened, in words for the user.
    pub message: Box<str>,
}

impl CatalogError {
    /// A refusal with this text.
    #[must_use]
    pub fn new(message: impl Into<Box<str>>) -> Self {
        Self { message: message.into() }
    }
}

/// What a catalog answers.
pub type CatalogResult<T> = Result<T, CatalogError>;

/// The databases and retention policies of a store.
///
/// It judges names, durations and conflicts itself, so that statements and other callers meet the
/// same rules: `retention policy duration must be at least 1h0m0s`, `retention policy already exists`
/// and so on are its texts.
pub trait Catalog: Send + Sync {
    /// The names of the databases in the order in which they were made.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    fn databases(&self) -> CatalogResult<Vec<String>>;

    /// The retention policies of a database in the order of their creation.
    ///
    /// # Errors
    /// `database not found: <db>`.
    fn retention_policies(&self, db: &str) -> CatalogResult<Vec<RetentionPolicyInfo>>;

    /// Creates a database; one that exists stays as it is. `policy` replaces the policy `autogen`
    /// that a new database has otherwise.
    ///
    /// # Errors
    /// On a bad name, a bad policy, or a policy that conflicts with the existing one.
    fn create_database(&self, db: &str, policy: Option<&RetentionPolicySpec>) -> CatalogResult<()>;

    /// Drops a database with all its data; one that does not exist is fine.
    ///
    /// # Errors
    /// When the change cannot be made durable.
    fn drop_database(&self, db: &str) -> CatalogResult<()>;

    /// Creates a retention policy; an identical one stays as it is.
    ///
    /// # Errors
    /// When the database is missing, the policy is bad, or another one has the name.
    fn create_retention_policy(&self, db: &str, policy: &RetentionPolicySpec) -> CatalogResult<()>;

    /// Changes what `policy` names.
    ///
    /// # Errors
    /// When the database or the policy is missing, or the change is bad.
    fn alter_retention_policy(&self, db: &str, policy: &RetentionPolicySpec) -> CatalogResult<()>;

    /// Drops a retention policy with all its data; one that does not exist is fine.
    ///
    /// # Errors
    /// When the change cannot be made durable.
    fn drop_retention_policy(&self, db: &str, rp: &str) -> CatalogResult<()>;

    /// Deletes points that were written before; what is not there is fine.
    ///
    /// # Errors
    /// When the database or a retention policy is missing, or the change cannot be made durable.
    fn delete(&self, db: &str, deletion: &Deletion) -> CatalogResult<()>;
}

//! `query::Catalog`: databases and retention policies, and the deletion of points.

use super::Embedded;
use model::Deletion;
use query::{Catalog, CatalogError, CatalogResult, RetentionPolicyInfo, RetentionPolicySpec};
use tsdb::{PolicyInfo, PolicySpec, PolicyUpdate};

impl Catalog for Embedded {
    fn databases(&self) -> CatalogResult<Vec<String>> {
        Ok(self.0.databases().iter().map(|database| database.name.to_string()).collect())
    }

    fn retention_policies(&self, db: &str) -> CatalogResult<Vec<RetentionPolicyInfo>> {
        let database =
            self.0.database(db).ok_or_else(|| CatalogError::new(format!("database not found: {db}")))?;
        Ok(database.policies.iter().map(info).collect())
    }

    fn create_database(&self, db: &str, policy: Option<&RetentionPolicySpec>) -> CatalogResult<()> {
        match policy {
            None => self.0.create_database(db),
            Some(policy) => self.0.create_database_with(db, &spec(policy)),
        }
        .map_err(|error| refusal(&error))
    }

    fn drop_database(&self, db: &str) -> CatalogResult<()> {
        self.0.drop_database(db).map_err(|error| refusal(&error))
    }

    fn create_retention_policy(&self, db: &str, policy: &RetentionPolicySpec) -> CatalogResult<()> {
        let made = self.0.create_retention_policy(db, &spec(policy), policy.make_default);
        made.map_err(|error| refusal(&error))
    }

    fn alter_retention_policy(&self, db: &str, policy: &RetentionPolicySpec) -> CatalogResult<()> {
        let update = PolicyUpdate {
            duration_ns: policy.duration_ns,
            replication: policy.replication,
            shard_duration_ns: policy.shard_duration_ns,
        };
        let name = policy.name.as_deref().unwrap_or_default();
        self.0.alter_retention_policy(db, name, &update, policy.make_default).map_err(|error| refusal(&error))
    }

    fn delete(&self, db: &str, deletion: &Deletion) -> CatalogResult<()> {
        self.0.delete(db, deletion).map_err(|error| refusal(&error))
    }

    fn drop_retention_policy(&self, db: &str, rp: &str) -> CatalogResult<()> {
        self.0.drop_retention_policy(db, rp).map_err(|error| refusal(&error))
    }
}

fn refusal(error: &tsdb::Error) -> CatalogError {
    CatalogError::new(super::with_causes(error))
}

fn spec(policy: &RetentionPolicySpec) -> PolicySpec {
    PolicySpec {
        name: policy.name.as_deref().map(Into::into),
        duration_ns: policy.duration_ns,
        replication: policy.replication,
        shard_duration_ns: policy.shard_duration_ns,
    }
}

fn info(policy: &PolicyInfo) -> RetentionPolicyInfo {
    RetentionPolicyInfo {
        name: policy.name.to_string(),
        duration_ns: policy.duration_ns,
        shard_duration_ns: policy.shard_duration_ns,
        replication: policy.replication,
        is_default: policy.is_default,
    }
}

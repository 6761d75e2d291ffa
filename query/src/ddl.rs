//! Statements that make, change and drop databases and retention policies.

use crate::ast::{CreateDatabase, Statement};
use crate::{Context, Error, Result, RetentionPolicySpec};

/// Passes a change on to the catalog.
pub(crate) fn change(statement: &Statement, context: &Context<'_>) -> Result<()> {
    if context.read_only {
        return Err(Error::ReadOnly(statement.to_string().into()));
    }
    let catalog = context.catalog;
    match statement {
        Statement::CreateDatabase(create) => {
            let policy = database_policy(create);
            Ok(catalog.create_database(&create.name, policy.as_ref())?)
        }
        Statement::DropDatabase(drop) => Ok(catalog.drop_database(&drop.name)?),
        Statement::CreateRetentionPolicy(create) => {
            let policy = RetentionPolicySpec {
                name: Some(create.name.clone()),
                duration_ns: Some(create.duration_ns),
                shard_duration_ns: create.shard_duration_ns,
                replication: Some(create.replication),
                make_default: create.default,
            };
            Ok(catalog.create_retention_policy(&create.database, &policy)?)
        }
        Statement::AlterRetentionPolicy(alter) => {
            let policy = RetentionPolicySpec {
                name: Some(alter.name.clone()),
                duration_ns: alter.duration_ns,
                shard_duration_ns: alter.shard_duration_ns,
                replication: alter.replication,
                make_default: alter.default,
            };
            Ok(catalog.alter_retention_policy(&alter.database, &policy)?)
        }
        Statement::DropRetentionPolicy(drop) => {
            Ok(catalog.drop_retention_policy(&drop.database, &drop.name)?)
        }
        other => Err(Error::Unsupported(other.to_string().into())),
    }
}

fn database_policy(create: &CreateDatabase) -> Option<RetentionPolicySpec> {
    let policy = create.retention_policy.as_ref()?;
    Some(RetentionPolicySpec {
        name: policy.name.clone(),
        duration_ns: policy.duration_ns,
        shard_duration_ns: policy.shard_duration_ns,
        replication: policy.replication,
        make_default: true,
    })
}

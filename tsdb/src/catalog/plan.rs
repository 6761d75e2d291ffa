//! What a statement about databases and policies would change: pure decisions, in InfluxDB's terms.
//!
//! An empty list says that everything is already so. Dropping what is not there is such a case.

use std::sync::Arc;

use super::policy::{PolicySpec, PolicyUpdate, check_duration};
use super::{Catalog, Change};
use crate::error::{Error, Result};
use crate::limits::DATABASES_MAX;

/// `CREATE DATABASE name`, with `WITH ...` where `spec` is given.
pub(crate) fn create_database(
    catalog: &Catalog,
    name: &str,
    spec: Option<&PolicySpec>,
) -> Result<Vec<Change>> {
    model::check_name(name)?;
    match catalog.database(name) {
        Ok(_) => spec.map_or(Ok(Vec::new()), |spec| same_default_policy(catalog, name, spec)),
        Err(_) => new_database(catalog, name, spec),
    }
}

fn new_database(catalog: &Catalog, name: &str, spec: Option<&PolicySpec>) -> Result<Vec<Change>> {
    if catalog.database_count() >= DATABASES_MAX {
        let (count, max) = (catalog.database_count() + 1, DATABASES_MAX);
        return Err(Error::TooMany { what: "databases", count, max });
    }
    let id = catalog.next_id();
    let policy = spec.unwrap_or(&PolicySpec::default()).policy(id + 1)?;
    Ok(vec![
        Change::CreateDatabase { id, name: Arc::from(name) },
        Change::CreatePolicy { database: id, policy, make_default: true },
    ])
}

/// `CREATE DATABASE ... WITH` of a database that is there must describe its default policy.
fn same_default_policy(catalog: &Catalog, name: &str, spec: &PolicySpec) -> Result<Vec<Change>> {
    check_duration(spec.duration_ns.unwrap_or(0))?;
    let database = catalog.database(name)?;
    let wanted = spec.policy(catalog.next_id())?;
    if database.policies.is_empty() {
        return Ok(vec![Change::CreatePolicy { database: database.id, policy: wanted, make_default: true }]);
    }
    let same = database.policy(&wanted.name).is_some_and(|policy| spec.matches(policy));
    if same && database.default_policy == wanted.name {
        Ok(Vec::new())
    } else {
        Err(Error::RetentionPolicyConflict)
    }
}

/// `DROP DATABASE name`.
pub(crate) fn drop_database(catalog: &Catalog, name: &str) -> Vec<Change> {
    catalog.database(name).map_or_else(|_| Vec::new(), |db| vec![Change::DropDatabase { id: db.id }])
}

/// `CREATE RETENTION POLICY ... ON db`.
pub(crate) fn create_policy(
    catalog: &Catalog,
    db: &str,
    spec: &PolicySpec,
    make_default: bool,
) -> Result<Vec<Change>> {
    let wanted = spec.policy(catalog.next_id())?;
    let database = catalog.database(db)?;
    let Some(existing) = database.policy(&wanted.name) else {
        if database.policies.len() >= DATABASES_MAX {
            let (count, max) = (database.policies.len() + 1, DATABASES_MAX);
            return Err(Error::TooMany { what: "retention policies", count, max });
        }
        return Ok(vec![Change::CreatePolicy { database: database.id, policy: wanted, make_default }]);
    };
    let same = existing.replication == wanted.replication
        && existing.duration_ns == wanted.duration_ns
        && existing.shard_duration_ns == wanted.shard_duration_ns;
    if !same {
        Err(Error::RetentionPolicyExists)
    } else if make_default && database.default_policy != wanted.name {
        Err(Error::RetentionPolicyConflict)
    } else {
        Ok(Vec::new())
    }
}

/// `ALTER RETENTION POLICY rp ON db`.
pub(crate) fn alter_policy(
    catalog: &Catalog,
    db: &str,
    rp: &str,
    update: &PolicyUpdate,
    make_default: bool,
) -> Result<Vec<Change>> {
    let database = catalog.database(db)?;
    let policy = database.policy(rp).ok_or_else(|| Error::RetentionPolicyNotFound(rp.into()))?;
    let policy = update.updated(policy)?;
    Ok(vec![Change::AlterPolicy { database: database.id, policy, make_default }])
}

/// `DROP RETENTION POLICY rp ON db`.
pub(crate) fn drop_policy(catalog: &Catalog, db: &str, rp: &str) -> Vec<Change> {
    let Ok(database) = catalog.database(db) else { return Vec::new() };
    let Some(policy) = database.policy(rp) else { return Vec::new() };
    vec![Change::DropPolicy { database: database.id, policy: policy.id }]
}

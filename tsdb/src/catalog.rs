//! Databases and their retention policies: who is there, and what may change.
//!
//! The catalog is a value. A statement becomes a list of [`Change`]s ([`plan`]), which goes through
//! the WAL and is applied in the order of the log; what a restart replays is what was there. Ids are
//! never used twice, so that a database that was dropped and made anew shares nothing with the old one.

pub(crate) mod change;
pub(crate) mod plan;
pub(crate) mod policy;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use change::Change;
pub(crate) use policy::{Policy, PolicyId};
pub use policy::{PolicySpec, PolicyUpdate};

use crate::error::{Error, Result};

/// The identity of a database or policy over the whole life of a data directory.
pub(crate) type CatalogId = u64;

/// A database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Database {
    pub(crate) id: CatalogId,
    pub(crate) name: Arc<str>,
    /// In the order of their making.
    pub(crate) policies: Vec<Arc<Policy>>,
    /// The name of the default policy, which may have been dropped.
    pub(crate) default_policy: Arc<str>,
}

impl Database {
    pub(crate) fn policy(&self, name: &str) -> Option<&Arc<Policy>> {
        self.policies.iter().find(|policy| &*policy.name == name)
    }
}

/// Every database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Catalog {
    databases: BTreeMap<Arc<str>, Arc<Database>>,
    next_id: CatalogId,
}

impl Catalog {
    /// The database of that name.
    pub(crate) fn database(&self, name: &str) -> Result<&Arc<Database>> {
        self.databases.get(name).ok_or_else(|| Error::DatabaseNotFound(name.into()))
    }

    /// The policy of that name, or the default one.
    pub(crate) fn policy(&self, db: &str, rp: Option<&str>) -> Result<&Arc<Policy>> {
        let database = self.database(db)?;
        let name = rp.unwrap_or(&database.default_policy);
        database.policy(name).ok_or_else(|| Error::RetentionPolicyNotFound(name.into()))
    }

    /// The database and the policy with this id.
    pub(crate) fn policy_by_id(&self, id: PolicyId) -> Option<(&Arc<Database>, &Arc<Policy>)> {
        self.databases.values().find_map(|database| {
            let policy = database.policies.iter().find(|policy| policy.id == id)?;
            Some((database, policy))
        })
    }

    /// Every database in the order of its making.
    pub(crate) fn databases(&self) -> Vec<&Arc<Database>> {
        let mut databases: Vec<_> = self.databases.values().collect();
        databases.sort_by_key(|database| database.id);
        databases
    }

    /// Every policy of every database.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &Arc<Policy>> {
        self.databases.values().flat_map(|database| &database.policies)
    }

    /// The ids of all databases.
    pub(crate) fn database_ids(&self) -> BTreeSet<CatalogId> {
        self.databases.values().map(|database| database.id).collect()
    }

    pub(crate) fn database_count(&self) -> usize {
        self.databases.len()
    }

    /// The next id that nobody had.
    pub(crate) const fn next_id(&self) -> CatalogId {
        self.next_id
    }

    /// Applies what the log says. A change to something that is gone has no effect, and one that was applied
    /// before changes nothing: after a failure of the log a generation's changes are logged again.
    pub(crate) fn apply(&mut self, change: &Change) {
        match change {
            Change::CreateDatabase { id, name } => self.create_database(*id, name),
            Change::DropDatabase { id } => self.databases.retain(|_, database| database.id != *id),
            Change::CreatePolicy { database, policy, make_default } => {
                self.use_id(policy.id);
                self.edit(*database, |database| {
                    database.policies.retain(|other| other.id != policy.id);
                    database.policies.push(Arc::new(policy.clone()));
                    if *make_default {
                        database.default_policy = policy.name.clone();
                    }
                });
            }
            Change::AlterPolicy { database, policy, make_default } => self.edit(*database, |database| {
                if let Some(slot) = database.policies.iter_mut().find(|slot| slot.id == policy.id) {
                    *slot = Arc::new(policy.clone());
                    if *make_default {
                        database.default_policy = policy.name.clone();
                    }
                }
            }),
            Change::DropPolicy { database, policy } => self.edit(*database, |database| {
                database.policies.retain(|slot| slot.id != *policy);
            }),
            // Points are no business of the catalog.
            Change::Delete(_) => {}
        }
    }

    fn create_database(&mut self, id: CatalogId, name: &Arc<str>) {
        self.use_id(id);
        if self.databases.get(name).is_some_and(|known| known.id == id) {
            return;
        }
        let database =
            Database { id, name: name.clone(), policies: Vec::new(), default_policy: Arc::from("") };
        self.databases.insert(name.clone(), Arc::new(database));
    }

    fn use_id(&mut self, id: CatalogId) {
        self.next_id = self.next_id.max(id + 1);
    }

    fn edit(&mut self, id: CatalogId, change: impl FnOnce(&mut Database)) {
        if let Some(database) = self.databases.values_mut().find(|database| database.id == id) {
            change(Arc::make_mut(database));
        }
    }

    /// The changes that make this catalog out of an empty one.
    pub(crate) fn as_changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for database in self.databases() {
            changes.push(Change::CreateDatabase { id: database.id, name: database.name.clone() });
            for policy in &database.policies {
                changes.push(Change::CreatePolicy {
                    database: database.id,
                    policy: (**policy).clone(),
                    make_default: false,
                });
            }
        }
        changes
    }

    /// Sets what [`as_changes`](Self::as_changes) does not say: defaults that may name a dropped policy,
    /// and the next id.
    pub(crate) fn restore(&mut self, next_id: CatalogId, defaults: &[(CatalogId, Arc<str>)]) {
        self.next_id = self.next_id.max(next_id);
        for (id, name) in defaults {
            self.edit(*id, |database| database.default_policy = name.clone());
        }
    }
}

#[cfg(test)]
mod tests;

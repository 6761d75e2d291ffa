//! Databases and retention policies: planned on the catalog, logged, applied.

use std::sync::Arc;

use model::Lsn;

use super::Engine;
use crate::catalog::{Catalog, Change, Database, Policy, PolicySpec, PolicyUpdate, plan};
use crate::error::Result;
use crate::ticket::Ticket;
use crate::tombstone::Placed;
use crate::view::View;
use crate::wal::{encode_changes, format::KIND_CHANGES};

/// A database as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseInfo {
    /// Its name.
    pub name: Arc<str>,
    /// Its retention policies, in the order of their making.
    pub policies: Vec<PolicyInfo>,
    /// The name of its default policy; there may be none of that name any more.
    pub default_policy: Arc<str>,
}

/// A retention policy as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyInfo {
    /// Its name.
    pub name: Arc<str>,
    /// How long points are kept, in ns; 0 is for ever.
    pub duration_ns: i64,
    /// How long a shard lasts, in ns.
    pub shard_duration_ns: i64,
    /// What the client asked for; there is one copy.
    pub replication: u32,
    /// Whether it is the database's default one.
    pub is_default: bool,
}

impl Engine {
    /// Makes a database with the policy `autogen`, which keeps points for ever. Durable when it returns, as
    /// all statements here; one that is there already stays as it is.
    ///
    /// # Errors
    /// When the name cannot be used, or the log takes no writes.
    pub fn create_database(&self, name: &str) -> Result<()> {
        self.change(|catalog| plan::create_database(catalog, name, None))
    }

    /// Makes a database whose default policy is `spec`. One that is there already must have it so.
    ///
    /// # Errors
    /// As [`create_database`](Self::create_database), and when the policy is not possible or conflicts.
    pub fn create_database_with(&self, name: &str, spec: &PolicySpec) -> Result<()> {
        self.change(|catalog| plan::create_database(catalog, name, Some(spec)))
    }

    /// Drops a database with all its points, if it is there. They are hidden at once; the space comes back
    /// when nobody reads them any more.
    ///
    /// # Errors
    /// When the log takes no writes.
    pub fn drop_database(&self, name: &str) -> Result<()> {
        self.change(|catalog| Ok(plan::drop_database(catalog, name)))
    }

    /// Makes a retention policy. An identical one may be there.
    ///
    /// # Errors
    /// When the database is not there, the policy is not possible, or one of the name differs.
    pub fn create_retention_policy(&self, db: &str, spec: &PolicySpec, make_default: bool) -> Result<()> {
        self.change(|catalog| plan::create_policy(catalog, db, spec, make_default))
    }

    /// Changes a retention policy. Shards that are there keep their ranges.
    ///
    /// # Errors
    /// When database or policy are not there, or the policy would not be possible.
    pub fn alter_retention_policy(
        &self,
        db: &str,
        rp: &str,
        update: &PolicyUpdate,
        make_default: bool,
    ) -> Result<()> {
        self.change(|catalog| plan::alter_policy(catalog, db, rp, update, make_default))
    }

    /// Drops a retention policy with all its points, if it is there.
    ///
    /// # Errors
    /// When the log takes no writes.
    pub fn drop_retention_policy(&self, db: &str, rp: &str) -> Result<()> {
        self.change(|catalog| Ok(plan::drop_policy(catalog, db, rp)))
    }

    /// Every database, in the order of their making.
    #[must_use]
    pub fn databases(&self) -> Vec<DatabaseInfo> {
        self.view().catalog.databases().into_iter().map(|database| describe(database)).collect()
    }

    /// A database, if it is there.
    #[must_use]
    pub fn database(&self, name: &str) -> Option<DatabaseInfo> {
        self.view().catalog.database(name).ok().map(|database| describe(database))
    }

    /// Plans under the write lock, logs and applies; returns when it is durable.
    fn change(&self, plan: impl FnOnce(&Catalog) -> Result<Vec<Change>>) -> Result<()> {
        self.settle_changes(|view, _| plan(&view.catalog))
    }

    /// As [`change`](Self::change), for what needs to know more of the engine, or its own place in the log.
    pub(super) fn settle_changes(&self, plan: impl FnOnce(&View, Lsn) -> Result<Vec<Change>>) -> Result<()> {
        let ticket = self.log_changes(plan)?;
        let is_drop = ticket.is_some();
        if let Some(ticket) = ticket {
            ticket.wait()?;
        }
        // Also when nothing changed: what is there already may not be durable yet.
        self.sync()?;
        if is_drop {
            self.worker.wake();
        }
        Ok(())
    }

    fn log_changes(&self, plan: impl FnOnce(&View, Lsn) -> Result<Vec<Change>>) -> Result<Option<Ticket>> {
        let mut guard = self.writer.lock();
        let writer = guard.running()?;
        if writer.must_seal || self.wal_is_broken() {
            self.seal(writer)?;
        }
        let lsn = writer.next_lsn;
        let changes = plan(&self.view.load(), lsn)?;
        if changes.is_empty() {
            return Ok(None);
        }
        let payload = encode_changes(&changes);
        let ticket = self.submit(lsn, KIND_CHANGES, &payload)?;
        writer.next_lsn = lsn.next();
        writer.last_write = self.options.clock.monotonic();
        let mut view = (*self.view.load_full()).clone();
        let generation = view.active().clone();
        let mut data = generation.data.write();
        for change in &changes {
            view.catalog.apply(change);
            if let Change::Delete(tombstone) = change {
                let tombstone = tombstone.clone();
                let placed = Placed { tombstone, generation: generation.id, rows: data.rows };
                view.tombstones.add_covering(placed.clone());
                data.deletes.add(placed);
                writer.first_delete.get_or_insert(writer.last_write);
                // A field of which nothing is left may get another type.
                writer.types.clear();
            }
        }
        view.remove_orphans();
        data.changes.extend(changes);
        self.view.store(Arc::new(view));
        generation.publish(&data, lsn, payload.len());
        generation.logged_at(writer.last_write);
        Ok(Some(Ticket::new(lsn, ticket)))
    }
}

fn describe(database: &Database) -> DatabaseInfo {
    let of = |policy: &Arc<Policy>| PolicyInfo {
        name: policy.name.clone(),
        duration_ns: policy.duration_ns,
        shard_duration_ns: policy.shard_duration_ns,
        replication: policy.replication,
        is_default: policy.name == database.default_policy,
    };
    DatabaseInfo {
        name: database.name.clone(),
        policies: database.policies.iter().map(of).collect(),
        default_policy: database.default_policy.clone(),
    }
}

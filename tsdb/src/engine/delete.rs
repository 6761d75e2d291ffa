//! Deleting points: a tombstone is logged as a change of the catalog is, and hides what came before it.

use std::sync::Arc;

use model::Deletion;

use super::Engine;
use crate::catalog::Change;
use crate::error::{Error, Result};
use crate::limits::TOMBSTONES_MAX;
use crate::stats::add;
use crate::tombstone::Tombstone;

impl Engine {
    /// Deletes points of a database that were accepted before. They are hidden at once, from the answers about names
    /// too; their space comes back later. Durable when it returns. What is not there is deleted already.
    ///
    /// # Errors
    /// When the database or a retention policy is not there, the condition passes its bounds, too many deletes wait to
    /// be carried out ([`Error::is_temporary`]), or the log takes no writes.
    pub fn delete(&self, db: &str, deletion: &Deletion) -> Result<()> {
        self.settle_changes(|view, lsn| {
            let tombstone = Tombstone::of(deletion, view.catalog.database(db)?, lsn)?;
            if deletion.time.is_empty() {
                return Ok(Vec::new());
            }
            if view.tombstones.len() >= TOMBSTONES_MAX {
                return Err(Error::Busy { what: "carrying out of deletes" });
            }
            Ok(vec![Change::Delete(Arc::new(tombstone))])
        })?;
        add(&self.counters.deletes, 1);
        Ok(())
    }
}

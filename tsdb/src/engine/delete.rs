//! Deleting points: a tombstone is logged as a change of the catalog is, and hides what came before it.

use std::sync::Arc;

use model::Deletion;

use super::Engine;
use crate::catalog::Change;
use crate::error::{Error, Result};
use crate::limits::{
    GENERATION_DELETE_BYTES_MAX, GENERATION_DELETES_MAX, TOMBSTONES_BYTES_MAX, TOMBSTONES_BYTES_PER_DATABASE,
    TOMBSTONES_MAX,
};
use crate::stats::add;
use crate::tombstone::Tombstone;
use crate::view::View;

impl Engine {
    /// Deletes points of a database that were accepted before. They are hidden at once, from the answers about names
    /// too; their space comes back later. Durable when it returns. What is not there is deleted already.
    ///
    /// # Errors
    /// When the database or a retention policy is not there, the condition passes its bounds, too many deletes wait to
    /// be carried out ([`Error::is_temporary`]), or the log takes no writes.
    pub fn delete(&self, db: &str, deletion: &Deletion) -> Result<()> {
        let settled = self.settle_changes(|view, lsn| {
            let tombstone = Tombstone::of(deletion, view.catalog.database(db)?, lsn)?;
            if deletion.time.is_empty() {
                return Ok(Vec::new());
            }
            check_room(view, db, &tombstone)?;
            Ok(vec![Change::Delete(Arc::new(tombstone))])
        });
        settled.map_err(|error| self.with_obstacle(error))?;
        add(&self.counters.deletes, 1);
        Ok(())
    }

    /// The same error, with what keeps deletes from being carried out. A flush under way is not waited for.
    fn with_obstacle(&self, error: Error) -> Error {
        let Error::DeletesWaiting { database, count, kept_by: None } = error else { return error };
        let id = self.view().catalog.database(&database).map(|database| database.id);
        let upkeep = self.upkeep.try_lock();
        let obstacle = id.ok().zip(upkeep).and_then(|(id, upkeep)| upkeep.obstacle(&self.directory, id));
        Error::DeletesWaiting { database, count, kept_by: obstacle.map(Box::new) }
    }
}

/// Whether one more delete may wait. Those of one database leave the others their room.
fn check_room(view: &View, db: &str, tombstone: &Tombstone) -> Result<()> {
    let (count, bytes) = view.tombstones.waiting(tombstone.database);
    if count >= TOMBSTONES_MAX || bytes >= TOMBSTONES_BYTES_PER_DATABASE {
        return Err(Error::DeletesWaiting { database: db.into(), count, kept_by: None });
    }
    if view.tombstones.bytes() >= TOMBSTONES_BYTES_MAX {
        return Err(Error::Busy { what: "carrying out of deletes" });
    }
    let data = view.active().data.read();
    let deletes = &data.deletes;
    if deletes.len() >= GENERATION_DELETES_MAX || deletes.bytes() >= GENERATION_DELETE_BYTES_MAX {
        return Err(Error::Busy { what: "writing of segments" });
    }
    Ok(())
}

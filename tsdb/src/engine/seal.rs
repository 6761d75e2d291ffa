//! Ending a generation and beginning the next one.

use std::sync::Arc;

use super::{Engine, Writer};
use crate::error::{Error, Result};
use crate::generation::Generation;
use crate::limits::SEALED_GENERATIONS_MAX;
use crate::wal::{encode_changes, format::KIND_CHANGES};

impl Engine {
    /// Seals the active generation and opens the next one, if the active one holds anything.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many sealed ones wait for their segments already.
    pub(super) fn seal(&self, writer: &mut Writer) -> Result<()> {
        let view = self.view.load_full();
        let broken = self.wal_is_broken();
        if view.active().is_empty() && !broken && !writer.must_seal {
            return Ok(());
        }
        if view.sealed().len() >= SEALED_GENERATIONS_MAX {
            self.worker.wake();
            return Err(Error::Busy { what: "writing of segments" });
        }
        let id = view.active().id + 1;
        {
            let wal = self.wal.read();
            let wal = wal.as_ref().ok_or(Error::Stopped)?;
            if broken {
                wal.mend();
            }
            if let Err(error) = wal.roll(id) {
                if broken {
                    wal.break_off();
                }
                return Err(error);
            }
        }
        let next = Arc::new(Generation::new(id, writer.next_lsn, Vec::new()));
        let mut grown = (*view).clone();
        grown.generations.push(next.clone());
        self.view.store(Arc::new(grown));
        writer.types.clear();
        writer.refused.clear();
        writer.unlogged.clear();
        writer.must_seal = false;
        writer.first_delete = None;
        self.worker.wake();
        if broken { self.log_again(writer, view.active(), &next) } else { Ok(()) }
    }

    /// Logs the changes of a generation that lost frames once more, before anything that builds on them.
    fn log_again(&self, writer: &mut Writer, torn: &Generation, next: &Generation) -> Result<()> {
        let changes = torn.data.read().changes.clone();
        if changes.is_empty() {
            return Ok(());
        }
        let lsn = writer.next_lsn;
        let payload = encode_changes(&changes);
        let mut data = next.data.write();
        data.changes = changes;
        match self.submit(lsn, KIND_CHANGES, &payload) {
            // Whoever builds on the changes waits for a later frame.
            Ok(_ticket) => {
                writer.next_lsn = lsn.next();
                next.publish(&data, lsn, payload.len());
                next.logged_at(self.options.clock.monotonic());
                Ok(())
            }
            Err(error) => {
                if let Some(wal) = self.wal.read().as_ref() {
                    wal.break_off();
                }
                Err(error)
            }
        }
    }
}

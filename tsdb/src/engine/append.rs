//! Taking points in: resolve, log, apply, publish; all under the one write lock.
//!
//! Every decision is made before the frame is written, so that a replay applies exactly what was
//! accepted. The caller waits for durability on its ticket, outside the lock.

use std::sync::Arc;

use disk::log::PAYLOAD_BYTES_MAX;
use model::limits::STRING_BYTES_MAX;
use model::{PointBatch, StreamBatch};

use super::intake::{Intake, Outcome, Resolved};
use super::room::Rooms;
use super::{Engine, Writer};
use crate::clock_guard::Look;
use crate::error::{Error, Result};
use crate::generation::{Generation, GenerationData};
use crate::limits::{UNLOGGED_MAX, WRITE_BYTES_MAX};
use crate::rejected::Rejected;
use crate::stats::add;
use crate::ticket::Ticket;
use crate::view::View;
use crate::wal::format::KIND_ROWS;

/// What became of a write.
#[derive(Debug)]
pub struct Written {
    /// Resolves when the accepted points are durable.
    pub ticket: Ticket,
    /// How many points were accepted.
    pub accepted: usize,
    /// The first rejected points, in their order.
    pub rejected: Vec<Rejected>,
    /// How many points were rejected.
    pub rejected_count: usize,
}

impl Engine {
    /// Takes points into a retention policy, or into the database's default one.
    ///
    /// A reader that starts after this has returned sees them. They are durable when the ticket resolves.
    /// Points that are rejected do not keep the others out.
    ///
    /// # Errors
    /// When database or policy are not there; when there is no room, in memory or on disk
    /// ([`Error::is_temporary`]); or when the engine is stopped. No point was taken then.
    pub fn append(&self, db: &str, rp: Option<&str>, mut points: PointBatch) -> Result<Written> {
        if points.bytes() > WRITE_BYTES_MAX {
            let (count, max) = (points.bytes(), WRITE_BYTES_MAX);
            return Err(Error::TooMany { what: "bytes in one write", count, max });
        }
        self.space.admit(points.bytes())?;
        let mut guard = self.writer.lock();
        let writer = guard.running()?;
        let view = self.view.load_full();
        let database = view.catalog.database(db)?.clone();
        let policy = view.catalog.policy(db, rp)?.clone();
        self.make_room(writer, &points)?;
        let view = self.view.load_full();
        let generation = view.active().clone();
        let Look { now_ns, is_believed } = self.clock_guard.look();
        // A good point that is rejected by a wrong clock is lost; one too many goes with its shard.
        let kept_since = if is_believed { policy.kept_since(now_ns) } else { i64::MIN };
        let outcome = {
            let mut data = generation.data.write();
            let rooms = Rooms::new(self.merging.held(), self.options.series_max, points.len());
            let mut intake = Intake::new(view, &policy, kept_since, &mut data, writer, rooms);
            let taken = points.iter().enumerate().try_for_each(|(index, point)| intake.take(index, point));
            taken.map(|()| intake.finish())
        };
        // What a refused write has defined waits for the next one.
        writer.must_seal |= writer.unlogged.len() > UNLOGGED_MAX;
        let lsn = writer.next_lsn;
        let logged = outcome.and_then(|mut outcome| Ok((self.log_accepted(writer, &mut outcome)?, outcome)));
        writer.end_admission(logged.is_ok());
        let (logged, outcome) = logged?;
        let ticket = match logged {
            None => Ticket::resolved(generation.last_lsn()),
            Some((ticket, bytes)) => {
                self.show(&outcome.view);
                let mut data = generation.data.write();
                apply(&mut data, &points, &outcome.resolved);
                generation.publish(&data, lsn, bytes);
                generation.logged_at(writer.last_write);
                ticket
            }
        };
        self.count(&points, &outcome.resolved, outcome.rejected_count, now_ns);
        add(&self.counters.points_over_series_max, outcome.over_series_max);
        if outcome.rejected_count > 0 {
            keep_accepted(&mut points, &outcome.resolved);
        }
        if !outcome.resolved.is_empty() {
            let (db, rp) = (database.name.clone(), policy.name.clone());
            self.ring.push(StreamBatch { lsn, db, rp, points: Arc::new(points) });
        }
        let (accepted, rejected_count) = (outcome.resolved.len(), outcome.rejected_count);
        Ok(Written { ticket, accepted, rejected: outcome.rejected, rejected_count })
    }

    /// Logs what is accepted, if anything is; gives the bytes of the frame, too. Readers are let in meanwhile: a log that
    /// cannot keep up holds back writers only.
    fn log_accepted(&self, writer: &mut Writer, outcome: &mut Outcome) -> Result<Option<(Ticket, usize)>> {
        if outcome.resolved.is_empty() {
            return Ok(None);
        }
        check_strings(outcome.encoder.string_bytes_max())?;
        let payload = std::mem::take(&mut outcome.encoder).finish(&writer.unlogged);
        Ok(Some((self.log_rows(writer, &payload)?, payload.len())))
    }

    fn log_rows(&self, writer: &mut Writer, payload: &[u8]) -> Result<Ticket> {
        if payload.len() > PAYLOAD_BYTES_MAX {
            writer.must_seal = true;
            let (count, max) = (payload.len(), PAYLOAD_BYTES_MAX);
            return Err(Error::TooMany { what: "bytes in one write", count, max });
        }
        let lsn = writer.next_lsn;
        let ticket = self.submit(lsn, KIND_ROWS, payload)?;
        writer.unlogged.clear();
        writer.next_lsn = lsn.next();
        writer.last_write = self.options.clock.monotonic();
        Ok(Ticket::new(lsn, ticket))
    }

    /// Publishes the view if the write has made shards.
    fn show(&self, view: &Arc<View>) {
        if !Arc::ptr_eq(view, &self.view.load()) {
            self.view.store(view.clone());
        }
    }

    fn count(&self, points: &PointBatch, resolved: &[Resolved], rejected: usize, now_ns: i64) {
        let counters = &self.counters;
        let accepted = || resolved.iter().map(|row| points.get(row.point));
        let values: usize = accepted().map(|point| point.fields().len()).sum();
        add(&counters.points_written, resolved.len() as u64);
        add(&counters.values_written, values as u64);
        add(&counters.points_rejected, rejected as u64);
        add(&counters.points_future, accepted().filter(|point| point.ts() > now_ns).count() as u64);
    }

    /// Sees to it that the active generation can take the points: seals it when it is due.
    fn make_room(&self, writer: &mut Writer, points: &PointBatch) -> Result<()> {
        if self.is_seal_due(writer, points) {
            self.seal(writer)?;
        }
        let wanted = points.len() * 16 + points.value_count() * 8;
        let mut leased = self.options.budget.lease(model::Share::Head, wanted);
        if leased.is_err() {
            self.view.load().generations.iter().for_each(|generation| generation.index.clear());
            leased = self.options.budget.lease(model::Share::Head, wanted);
        }
        match leased {
            Ok(lease) => self.view.load().active().hold(lease),
            Err(error) => {
                // Memory comes back when the head is in segments; the client is asked to try again.
                let _ = self.seal(writer);
                Err(error.into())
            }
        }
    }

    /// WAL bytes after which a generation is sealed: on a small disk fewer than the owner allows.
    pub(super) fn generation_wal_bytes(&self) -> u64 {
        self.space.generation_wal_bytes(self.options.generation_wal_bytes)
    }

    fn is_seal_due(&self, writer: &Writer, points: &PointBatch) -> bool {
        let view = self.view.load();
        let active: &Generation = view.active();
        writer.must_seal
            || self.wal_is_broken()
            || active.wal_bytes() >= self.generation_wal_bytes()
            || active.head_bytes() >= self.options.generation_head_bytes
            || active.rows().checked_add(u32::try_from(points.value_count()).unwrap_or(u32::MAX)).is_none()
    }
}

impl Writer {
    /// The write under way is logged, or refused with the types that it would have brought.
    fn end_admission(&mut self, is_logged: bool) {
        for shard in self.admitting.drain(..) {
            match self.types.get_mut(&shard) {
                Some(types) if is_logged => types.settle(),
                Some(types) => types.revert(),
                None => {}
            }
        }
    }
}

/// What a segment would refuse must not get into a head: it could never be frozen.
const fn check_strings(count: usize) -> Result<()> {
    let (what, max) = ("bytes in a string", STRING_BYTES_MAX);
    if count > max { Err(Error::TooMany { what, count, max }) } else { Ok(()) }
}

fn apply(data: &mut GenerationData, points: &PointBatch, resolved: &[Resolved]) {
    let mut values = Vec::new();
    for row in resolved {
        let point = points.get(row.point);
        values.clear();
        values.extend(point.fields().map(|field| field.value));
        for part in &row.layout.parts {
            let sources = part.sources.iter().map(|source| values[*source as usize]);
            data.push_row(row.shard, part.shape, row.series, point.ts(), sources);
        }
    }
}

fn keep_accepted(points: &mut PointBatch, resolved: &[Resolved]) {
    let mut accepted = resolved.iter().map(|row| row.point).peekable();
    points.retain(|index| accepted.next_if_eq(&index).is_some());
}

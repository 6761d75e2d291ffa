//! The engine: the one who writes, and the one whom readers ask for a snapshot.
//!
//! * [`Engine::append`] resolves, logs and applies under one lock (`append`, `intake`).
//! * `change` does the same for databases and retention policies.
//! * `upkeep` turns sealed generations into segments, merges segments and drops what is past.
//! * Readers take [`Engine::snapshot`]; they meet writers only in the lock of a generation, for the time it
//!   takes to collect blocks.
//!
//! Lock order: upkeep, writer, the data of a generation, which merge runs. The view is replaced under the writer's
//! lock.

mod append;
mod census;
mod change;
mod delete;
mod intake;
mod lost;
mod merging;
mod reports;
mod room;
mod seal;
mod start;
mod types;
mod upkeep;
mod worker;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use disk::{DirLock, Fs, log};
use model::Lsn;
use threads::{ArcSwap, Mutex, RwLock};

pub use append::Written;
pub use census::MeasurementSeries;
pub use change::{DatabaseInfo, PolicyInfo};
pub use start::RecoveryReport;

use crate::clock_guard::ClockGuard;
use crate::damage::{Damage, DamageMark};
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::generation::Definitions;
use crate::options::Options;
use crate::readers::Readers;
use crate::shard::ShardId;
use crate::snapshot::Snapshot;
use crate::space::Space;
use crate::stats::Counters;
use crate::stream::{Followers, Ring, StreamCursor};
use crate::view::View;
use crate::wal::Wal;
use census::Census;
use merging::Merging;
use room::RefusedSeries;
use types::ShardTypes;
use upkeep::Upkeep;
use worker::Worker;

/// A storage engine over one data directory. See the crate's documentation.
///
/// Dropped without [`stop`](Self::stop), it leaves what is not in segments to the WAL; the directory is free
/// when the threads have ended the step that they are in; a merge ends at once.
pub struct Engine {
    fs: Arc<dyn Fs>,
    directory: Directory,
    options: Options,
    view: ArcSwap<View>,
    writer: Mutex<WriterState>,
    /// None when the engine is stopped.
    wal: RwLock<Option<Wal>>,
    upkeep: Mutex<Upkeep>,
    ring: Ring,
    followers: Followers,
    /// The monotonic time at which the engine began to answer.
    opened: Duration,
    /// Whether the wall clock can be believed.
    clock_guard: ClockGuard,
    /// How much room the disk has.
    space: Space,
    /// Opens the segments of all views.
    readers: Readers,
    /// What readers found damaged.
    damage: Damage,
    census: Mutex<Census>,
    counters: Arc<Counters>,
    report: RecoveryReport,
    worker: Worker,
    merger: Worker,
    merging: Merging,
    /// Held until the engine is stopped or dropped.
    lock: Mutex<Option<Box<dyn DirLock>>>,
}

/// What only the holder of the write lock touches.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) next_lsn: Lsn,
    pub(crate) next_shard: ShardId,
    /// The field types of shards that were written to in this generation.
    pub(crate) types: HashMap<ShardId, ShardTypes>,
    /// The shards of which the write under way may have admitted types.
    admitting: Vec<ShardId>,
    /// The series that were refused in this generation.
    refused: RefusedSeries,
    /// What was defined since the last frame.
    pub(crate) unlogged: Definitions,
    /// Whether the next write has to start a generation.
    pub(crate) must_seal: bool,
    /// The monotonic time of the last write.
    pub(crate) last_write: Duration,
    /// The monotonic time of the first delete in this generation.
    pub(crate) first_delete: Option<Duration>,
}

/// The writer, or that there will be no more writes.
#[derive(Debug)]
enum WriterState {
    Running(Writer),
    Stopped,
}

impl WriterState {
    fn running(&mut self) -> Result<&mut Writer> {
        match self {
            Self::Running(writer) => Ok(writer),
            Self::Stopped => Err(Error::Stopped),
        }
    }
}

impl Engine {
    /// What everything looked like at this moment, for one retention policy or the database's default one.
    ///
    /// # Errors
    /// When database or policy are not there.
    pub fn snapshot(&self, db: &str, rp: Option<&str>) -> Result<Snapshot> {
        Snapshot::new(&self.view, &self.options.budget, db, rp)
    }

    /// Follows the accepted batches whose number is `lsn` or higher.
    pub fn read_from(self: &Arc<Self>, lsn: Lsn) -> StreamCursor {
        StreamCursor::new(self.clone(), lsn)
    }

    /// The number of the last accepted record.
    #[must_use]
    pub fn last_lsn(&self) -> Lsn {
        self.view.load().active().last_lsn()
    }

    /// What opening found.
    #[must_use]
    pub const fn recovery(&self) -> &RecoveryReport {
        &self.report
    }

    /// The places of files that readers found damaged, in this run or an earlier one, by file and offset: at most
    /// [`DAMAGE_MARKS_MAX`](crate::limits::DAMAGE_MARKS_MAX). Their segments are still in use.
    #[must_use]
    pub fn damage(&self) -> Vec<DamageMark> {
        self.damage.marks()
    }

    pub(crate) fn ring(&self) -> &Ring {
        &self.ring
    }

    pub(crate) const fn followers(&self) -> &Followers {
        &self.followers
    }

    pub(crate) fn view(&self) -> Arc<View> {
        self.view.load_full()
    }

    pub(crate) fn fs(&self) -> &dyn Fs {
        &*self.fs
    }

    /// The WAL files that were written since the start, each with the lowest LSN that may be in it.
    pub(crate) fn wal_files(&self) -> Vec<(Lsn, PathBuf)> {
        let wal = self.wal.read();
        let files = wal.as_ref().map(Wal::files).unwrap_or_default();
        files.into_iter().map(|file| (Lsn(file.first_lsn), file.path)).collect()
    }

    /// The last LSN that was handed to the system.
    pub(crate) fn written_lsn(&self) -> Lsn {
        self.wal.read().as_ref().map_or(Lsn(u64::MAX - 1), |wal| Lsn(wal.status().written_lsn))
    }

    fn submit(&self, lsn: Lsn, kind: u8, payload: &[u8]) -> Result<log::Ticket> {
        self.wal.read().as_ref().ok_or(Error::Stopped)?.submit(lsn, kind, payload)
    }

    fn wal_is_broken(&self) -> bool {
        self.wal.read().as_ref().is_some_and(Wal::is_broken)
    }

    /// Makes all that was accepted durable, whatever the policy.
    ///
    /// # Errors
    /// When the WAL takes no writes, or the engine is stopped.
    pub fn sync(&self) -> Result<()> {
        self.wal.read().as_ref().ok_or(Error::Stopped)?.sync()
    }
}

impl Drop for Engine {
    /// Ends the threads. What is not in segments yet is in the WAL.
    fn drop(&mut self) {
        self.merging.close();
        self.worker.stop();
        self.merger.stop();
        self.ring.close();
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Engine").field("dir", &self.directory.root()).finish_non_exhaustive()
    }
}

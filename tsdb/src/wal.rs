//! The WAL: the one order of everything that the engine accepts, over `disk::log`.
//!
//! One frame per write or statement, numbered by its LSN. Frames of rows say first what they use for the
//! first time in their generation ([`crate::generation::Definition`]), then the rows in binary form.
//! Files belong to generations; a generation that is in segments takes its files with it.
//!
//! The layout of the records is in `docs/format/wal.md`.

pub(crate) mod folder;
pub(crate) mod format;
mod record;
pub(crate) mod runs;

use std::path::PathBuf;
use std::sync::Arc;

use disk::Fs;
use disk::log::{self, Event, Frames, GroupCommit, LogFile, NextFile, Place, Policy};
use model::Lsn;
use threads::atomic::{AtomicU64, Ordering};

pub(crate) use record::{DecodedRow, RowsEncoder, RowsRecord, decode_changes, encode_changes};

use crate::directory::Directory;
use crate::error::Result;
use crate::generation::GenerationId;
use crate::options::{Options, SyncPolicy};
use crate::stats::Counters;
use runs::Run;

/// The open WAL.
#[derive(Debug)]
pub(crate) struct Wal {
    log: GroupCommit,
    /// How many losses the log had counted when the present generation began. After another one definitions
    /// may be missing, so that the next write has to start a generation.
    losses: AtomicU64,
}

impl Wal {
    /// Begins with `first_lsn` in a first file of the run's first generation. The MANIFEST knows the run already.
    pub(crate) fn start(
        fs: Arc<dyn Fs>,
        directory: Directory,
        settings: &Options,
        run: Run,
        first_lsn: Lsn,
        counters: Arc<Counters>,
    ) -> Result<Self> {
        let options = log::Options {
            policy: log_policy(settings.sync),
            preallocate_bytes: settings.wal_preallocate_bytes,
            retry_min: settings.wal_retry,
            ..log::Options::default()
        };
        let start = log::Start { generation: run.first, first_lsn: first_lsn.0, file_number: 1 };
        let place = move |next: &NextFile| Place {
            path: directory.wal_file(next.generation, next.file_number),
            salt: run.key.salt(next.generation, next.file_number),
        };
        let observe = move |event: &Event| observe(event, &counters);
        let log = GroupCommit::start(fs, options, start, place, observe)?;
        Ok(Self { log, losses: AtomicU64::new(0) })
    }

    /// Queues a frame, unless frames of its generation were lost: it may use what they defined.
    pub(crate) fn submit(&self, lsn: Lsn, kind: u8, payload: &[u8]) -> Result<log::Ticket> {
        let losses = self.losses.load(Ordering::Acquire);
        Ok(self.log.submit_after(losses, Frames::one(lsn.0, kind, payload)?)?)
    }

    /// Ends the current generation: what follows goes to files of `generation`.
    pub(crate) fn roll(&self, generation: GenerationId) -> Result<()> {
        // Nobody waits for the new file: frames queue behind the roll, and a failure is theirs.
        let _ticket = self.log.roll(generation)?;
        Ok(())
    }

    /// Whether frames were lost since the last call of [`mend`](Self::mend).
    pub(crate) fn is_broken(&self) -> bool {
        self.log.losses() != self.losses.load(Ordering::Acquire)
    }

    /// Says that something could not be logged that later frames build on.
    pub(crate) fn break_off(&self) {
        self.losses.store(u64::MAX, Ordering::Release);
    }

    /// Says that what was lost so far belongs to the generation that ends now. Comes before the roll: a loss
    /// from here on is one of the new generation.
    pub(crate) fn mend(&self) {
        self.losses.store(self.log.losses(), Ordering::Release);
    }

    /// Tries a fresh file at once if the log takes no writes, rather than when its pause is over.
    pub(crate) fn retry(&self) -> Result<()> {
        Ok(self.log.retry()?.wait()?)
    }

    /// Makes all frames so far durable, whatever the policy.
    pub(crate) fn sync(&self) -> Result<()> {
        Ok(self.log.sync()?.wait()?)
    }

    /// Takes the files of generations below this one off the log's list, for the caller to delete.
    pub(crate) fn forget_below(&self, generation: GenerationId) -> Vec<PathBuf> {
        self.log.forget_below(generation).into_iter().map(|file| file.path).collect()
    }

    /// The files that were written since the start, the oldest first.
    pub(crate) fn files(&self) -> Vec<LogFile> {
        self.log.files()
    }

    pub(crate) fn status(&self) -> log::Status {
        self.log.status()
    }

    /// Writes and syncs what waits and leaves no unused room.
    pub(crate) fn stop(self) -> Result<()> {
        Ok(self.log.stop()?)
    }
}

const fn log_policy(policy: SyncPolicy) -> Policy {
    match policy {
        SyncPolicy::Always => Policy::Always,
        SyncPolicy::Interval(pause) => Policy::Interval(pause),
        SyncPolicy::Os => Policy::Os,
    }
}

fn observe(event: &Event, counters: &Counters) {
    match event {
        Event::Committed { frames, bytes, .. } => counters.committed(*frames, *bytes),
        Event::Synced { elapsed } => counters.synced(*elapsed),
        Event::Retired { path, error, doubtful } => {
            tracing::error!(path = %path.display(), %error, ?doubtful, "a WAL file failed and takes no more writes");
        }
        Event::ReadOnly { error } => tracing::error!(%error, "the WAL takes no writes"),
        Event::Resumed => tracing::info!("the WAL takes writes again"),
        Event::Opened { path, .. } => {
            tracing::debug!(path = %path.display(), "the WAL goes on in a new file");
        }
        _ => {}
    }
}

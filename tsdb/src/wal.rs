//! The WAL: the one order of everything that the engine accepts, over `disk::log`.
//!
//! One frame per write or statement, numbered by its LSN. Frames of rows say first what they use for the
//! first time in their generation ([`crate::generation::Definition`]), then the rows in binary form.
//! Files belong to generations; a generation that is in segments takes its files with it.
//!
//! The layout of the records is in `docs/format/wal.md`.

pub(crate) mod format;
mod record;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use disk::Fs;
use disk::log::{self, Event, Frames, GroupCommit, LogFile, NextFile, Place, Policy};
use model::Lsn;

pub(crate) use record::{RowsEncoder, RowsRecord, decode_changes, encode_changes};

use crate::directory::{self, Directory};
use crate::error::Result;
use crate::generation::GenerationId;
use crate::options::{Options, SyncPolicy};
use crate::stats::Counters;

/// The open WAL.
#[derive(Debug)]
pub(crate) struct Wal {
    log: GroupCommit,
    /// Set when frames were lost to a failure: their definitions are lost with them, so that the next
    /// write has to start a generation.
    broken: Arc<AtomicBool>,
}

impl Wal {
    /// Goes on after `last_lsn` in a first file of `generation`.
    pub(crate) fn start(
        fs: Arc<dyn Fs>,
        directory: Directory,
        settings: &Options,
        generation: GenerationId,
        first_lsn: Lsn,
        counters: Arc<Counters>,
    ) -> Result<Self> {
        let broken = Arc::new(AtomicBool::new(false));
        let options = log::Options {
            policy: log_policy(settings.sync),
            preallocate_bytes: settings.wal_preallocate_bytes,
            retry_min: settings.wal_retry,
            ..log::Options::default()
        };
        let start = log::Start { generation, first_lsn: first_lsn.0, file_number: 1 };
        let place = move |next: &NextFile| Place {
            path: directory.wal_file(next.generation, next.file_number),
            salt: directory::salt(next.file_number),
        };
        let observed = broken.clone();
        let observe = move |event: &Event| observe(event, &observed, &counters);
        Ok(Self { log: GroupCommit::start(fs, options, start, place, observe)?, broken })
    }

    /// Queues a frame.
    pub(crate) fn submit(&self, lsn: Lsn, kind: u8, payload: &[u8]) -> Result<log::Ticket> {
        Ok(self.log.submit(Frames::one(lsn.0, kind, payload)?)?)
    }

    /// Ends the current generation: what follows goes to files of `generation`.
    pub(crate) fn roll(&self, generation: GenerationId) -> Result<()> {
        // Nobody waits for the new file: frames queue behind the roll, and a failure is theirs.
        let _ticket = self.log.roll(generation)?;
        Ok(())
    }

    /// Whether frames were lost since the last call of [`mend`](Self::mend).
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// Says that something could not be logged that later frames build on.
    pub(crate) fn break_off(&self) {
        self.broken.store(true, Ordering::Release);
    }

    /// Says that a new generation has begun after frames were lost.
    pub(crate) fn mend(&self) {
        self.broken.store(false, Ordering::Release);
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

fn observe(event: &Event, broken: &AtomicBool, counters: &Counters) {
    match event {
        Event::Committed { frames, bytes, .. } => counters.committed(*frames, *bytes),
        Event::Synced { elapsed } => counters.synced(*elapsed),
        Event::Retired { path, error, doubtful } => {
            tracing::error!(path = %path.display(), %error, ?doubtful, "a WAL file failed and takes no more writes");
        }
        Event::ReadOnly { error } => {
            broken.store(true, Ordering::Release);
            tracing::error!(%error, "the WAL takes no writes");
        }
        Event::Resumed => tracing::info!("the WAL takes writes again"),
        Event::Opened { path, .. } => {
            tracing::debug!(path = %path.display(), "the WAL goes on in a new file");
        }
        _ => {}
    }
}

//! What the committer tells its observer: for counters, histograms and the operator's log.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::Error;

/// Something that happened on the committer's thread.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// A group of frames was written, and synced if the policy says so.
    Committed {
        /// Tickets that were resolved.
        tickets: usize,
        /// Frames that were written.
        frames: usize,
        /// Bytes that were written.
        bytes: usize,
        /// Time from taking the group to its end, the sync included.
        elapsed: Duration,
    },
    /// A file was synced.
    Synced {
        /// How long it took.
        elapsed: Duration,
    },
    /// The log goes on in a new file.
    Opened {
        /// The file.
        path: PathBuf,
        /// Its generation.
        generation: u64,
    },
    /// A write or a sync failed: the file takes no more frames.
    Retired {
        /// The file.
        path: PathBuf,
        /// The failure.
        error: Arc<Error>,
        /// Frames that were handed to the system under [`super::Policy::Os`] since the last sync, and may be
        /// missing after a restart: their first and last number.
        doubtful: Option<(u64, u64)>,
    },
    /// No fresh file could take the frames either: their tickets got this error, and no writes are taken.
    ReadOnly {
        /// The failure.
        error: Arc<Error>,
    },
    /// A fresh file was made: writes are taken again.
    Resumed,
}

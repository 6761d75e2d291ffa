//! What a caller decides about a log, and what the log tells of itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::Error;
use crate::limits::{LOG_FILE_BYTES, LOG_PREALLOCATE_BYTES, LOG_QUEUE_BYTES, LOG_RETRY_MAX, LOG_RETRY_MIN};

/// When a ticket resolves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// After the sync: an acknowledged frame outlives a power cut.
    Always,
    /// After the write, with a sync at least this often: a power cut costs at most that much.
    Interval(Duration),
    /// After the write; the system syncs when it likes, and each file is synced when it is left.
    Os,
}

/// How a log behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// When a ticket resolves.
    pub policy: Policy,
    /// A file that has reached this many bytes is left for a new one before the next group.
    pub file_bytes_max: u64,
    /// Step in which files are extended ahead of their frames; 0 for not at all.
    pub preallocate_bytes: u64,
    /// Bytes that may wait for the committer or be under way; one submission may exceed it alone.
    pub queue_bytes_max: usize,
    /// First pause before a read-only log tries a fresh file by itself.
    pub retry_min: Duration,
    /// Longest such pause.
    pub retry_max: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            policy: Policy::Always,
            file_bytes_max: LOG_FILE_BYTES,
            preallocate_bytes: LOG_PREALLOCATE_BYTES,
            queue_bytes_max: LOG_QUEUE_BYTES,
            retry_min: LOG_RETRY_MIN,
            retry_max: LOG_RETRY_MAX,
        }
    }
}

/// Where a log starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// Generation of the first file.
    pub generation: u64,
    /// Lowest sequence number to come: one more than the last that is durable in earlier files.
    pub first_lsn: u64,
    /// Sequence number of the first file; it must be higher than that of all files that exist.
    pub file_number: u64,
}

/// What the caller knows when it names a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextFile {
    /// Rises with every attempt to make a file, so that a name made from it is always new.
    pub file_number: u64,
    /// The generation that the file belongs to.
    pub generation: u64,
    /// Lowest sequence number that may be in it.
    pub first_lsn: u64,
}

/// Where a new file goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its path.
    pub path: PathBuf,
    /// A number that no other file has, not even by chance: it keeps what an earlier file left on the same blocks
    /// from looking like frames.
    pub salt: u64,
}

/// One file of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Its path.
    pub path: PathBuf,
    /// The generation that it belongs to.
    pub generation: u64,
    /// Its number.
    pub file_number: u64,
    /// Lowest sequence number that may be in it.
    pub first_lsn: u64,
    /// Sequence number of its last frame, if it has one.
    pub last_lsn: Option<u64>,
    /// Bytes of its header and frames.
    pub bytes: u64,
    /// Whether it is being written.
    pub state: FileState,
}

/// What a file of the log is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// The one that takes frames.
    Active,
    /// Left at its limit or at a roll.
    Closed,
    /// Left after a failure.
    Retired,
}

/// The present state of a log and its counters since the start.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Why no writes are taken, if so.
    pub read_only: Option<Arc<Error>>,
    /// How many times the log has become read-only, with frames that it may have refused.
    pub losses: u64,
    /// Highest number submitted.
    pub submitted_lsn: u64,
    /// Highest number written.
    pub written_lsn: u64,
    /// Highest number known to be durable.
    pub durable_lsn: u64,
    /// Bytes that wait or are under way.
    pub queued_bytes: usize,
    /// Groups committed.
    pub groups: u64,
    /// Frames committed.
    pub frames: u64,
    /// Bytes committed.
    pub bytes: u64,
    /// Syncs that succeeded.
    pub syncs: u64,
}

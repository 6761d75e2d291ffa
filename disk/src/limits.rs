//! Every bound of the crate, each with whom it protects.

use std::time::Duration;

/// Name of the file inside a data directory that carries its lock.
pub const LOCK_FILE_NAME: &str = "LOCK";

/// The holder's process id is at most ten digits: a foreign file of any size under the lock's name is not read in.
pub(crate) const LOCK_TEXT_BYTES_MAX: u64 = 32;

/// Zeros are written in pieces of this size: enough to be one large request, small enough to stay in cache.
pub(crate) const ZERO_PIECE_BYTES: usize = 1 << 20;

/// Longest payload of one log frame: a reader never allocates or hashes more on the word of a length field.
pub const PAYLOAD_BYTES_MAX: usize = 1 << 26;

/// Largest step between the sequence numbers of neighbours in a log. It lets a reader that looks for the next
/// good frame after damage dismiss almost every false start without hashing.
pub const LSN_STEP_MAX: u64 = 1 << 40;

/// A reader that looks for good frames behind damage hashes at most this many times the file's length, so that
/// a file made to mislead it cannot hold up a start.
pub(crate) const SEARCH_HASH_FACTOR: u64 = 16;

/// Default size at which the log goes on in a new file.
pub(crate) const LOG_FILE_BYTES: u64 = 64 << 20;

/// Default step in which a log file is extended with zeros ahead of its frames.
pub(crate) const LOG_PREALLOCATE_BYTES: u64 = 4 << 20;

/// Default bound of the bytes that wait for the committer; submitters beyond it are held back.
pub(crate) const LOG_QUEUE_BYTES: usize = 32 << 20;

/// With the interval policy, acknowledged frames are kept until they are synced, so that a failed sync loses
/// none of them; reaching this bound brings the sync forward.
pub(crate) const LOG_UNSYNCED_BYTES_MAX: usize = 8 << 20;

/// First pause before a read-only log tries a fresh file by itself; it doubles up to [`LOG_RETRY_MAX`].
pub(crate) const LOG_RETRY_MIN: Duration = Duration::from_millis(100);

/// Longest pause between two such attempts.
pub(crate) const LOG_RETRY_MAX: Duration = Duration::from_secs(10);

/// Files mapped at a time, over the whole process. Far below the system's bound (65,530 by default) on the pieces of
/// address space, which every thread's stack and every large allocation share; and the table that the fault
/// handler searches stays small.
pub(crate) const MAPPINGS_MAX: usize = 16_384;

/// The simulated disk remembers this many operations for its history.
pub(crate) const SIM_HISTORY_MAX: usize = 4096;

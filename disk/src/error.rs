//! The one error type of the crate: what was tried, on which path, and what was found instead.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A result whose error is [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong between a caller's bytes and the disk.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused or failed an operation.
    #[error("cannot {operation} {}", path.display())]
    Io {
        /// The verb, as in "cannot sync".
        operation: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's word.
        source: io::Error,
    },
    /// No space is left on the device, or a quota is used up.
    #[error("cannot {operation} {}: the disk is full{}", path.display(), room_text(*needed, *free))]
    Full {
        /// The verb, as in "cannot append to".
        operation: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Bytes that were to be written, where that is known.
        needed: Option<u64>,
        /// Bytes that were free right after, where that is known. A quota can be used up on a disk with room.
        free: Option<u64>,
    },
    /// Another holder has the directory's lock.
    #[error("{} is in use by {}", path.display(), holder_text(*.holder))]
    Locked {
        /// The locked directory.
        path: PathBuf,
        /// The process id of the holder, when it could be read.
        holder: Option<u32>,
    },
    /// Bytes on disk are not what was written there.
    #[error("{} is damaged at offset {offset}: expected {expected}, found {found}", path.display())]
    Corrupt {
        /// The damaged file.
        path: PathBuf,
        /// Where the damage starts, in bytes from the start of the file.
        offset: u64,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A file of a format that this program does not read; a later version may have written it.
    #[error("{} has format {found}; this program reads {supported}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format that this program reads.
        supported: u32,
    },
    /// A sync of this handle has failed before: its content can no longer be trusted to become durable.
    #[error("{} is retired after a failed sync", path.display())]
    Retired {
        /// The file.
        path: PathBuf,
    },
    /// Something handed in is larger than its limit.
    #[error("{what} of {len} bytes exceeds the limit of {max}")]
    TooLarge {
        /// What it is, as in "a log frame".
        what: &'static str,
        /// Its length in bytes.
        len: u64,
        /// The limit in bytes.
        max: u64,
    },
    /// Log sequence numbers must rise, and by less than [`crate::log::LSN_STEP_MAX`] at a time.
    #[error("log sequence number {lsn} cannot follow {last}")]
    OutOfOrder {
        /// The number handed in.
        lsn: u64,
        /// The last one accepted.
        last: u64,
    },
    /// A frame's kind is outside `1..=127`.
    #[error("log frame kind {kind} is outside 1 to 127")]
    BadKind {
        /// The kind handed in.
        kind: u8,
    },
    /// The log could store these frames neither in its file nor in a fresh one, and takes no writes now.
    #[error("the log is read-only")]
    ReadOnly {
        /// Why: the error of the last attempt, shared by all who waited for it.
        source: Arc<Error>,
    },
    /// Frames that these build on were refused: the log does not take what nobody could read.
    #[error("frames before it were lost")]
    FramesLost,
    /// The log was stopped before it took the request.
    #[error("the log is stopped")]
    Stopped,
    /// The simulated machine has no power.
    #[error("the power is cut")]
    PowerLost,
}

impl Error {
    /// Wraps an operating system error, telling a full disk from all else.
    pub fn io(operation: &'static str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { operation, path: path.to_path_buf(), needed: None, free: None }
            }
            _ => Self::Io { operation, path: path.to_path_buf(), source },
        }
    }

    /// A full disk's error with how much was to be written, and how much is free; any other as it is.
    pub(crate) fn with_room(self, bytes: u64, space: impl FnOnce() -> Option<u64>) -> Self {
        match self {
            Self::Full { operation, path, .. } => {
                Self::Full { operation, path, needed: Some(bytes), free: space() }
            }
            other => other,
        }
    }

    /// Whether the file or folder was not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.io_kind() == Some(io::ErrorKind::NotFound)
    }

    /// Whether the file or folder was there already.
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        self.io_kind() == Some(io::ErrorKind::AlreadyExists)
    }

    /// Whether the cause, direct or shared, is a full disk.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Full { .. } => true,
            Self::ReadOnly { source } => source.is_full(),
            _ => false,
        }
    }

    /// Whether the system has run out of something that comes back: memory, mappings, open files.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        /// "Too many open files", in the process and on the machine. They have no kind of their own.
        const TOO_MANY_FILES: [Option<i32>; 2] = [Some(libc::EMFILE), Some(libc::ENFILE)];
        match self {
            Self::Io { source, .. } => {
                source.kind() == io::ErrorKind::OutOfMemory || TOO_MANY_FILES.contains(&source.raw_os_error())
            }
            _ => false,
        }
    }

    fn io_kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::Io { source, .. } => Some(source.kind()),
            _ => None,
        }
    }
}

/// `: 4096 bytes are needed, 0 are free`.
fn room_text(needed: Option<u64>, free: Option<u64>) -> String {
    match (needed, free) {
        (Some(needed), Some(free)) => format!(": {needed} bytes are needed, {free} are free"),
        (Some(needed), None) => format!(": {needed} bytes are needed"),
        (None, _) => String::new(),
    }
}

fn holder_text(holder: Option<u32>) -> String {
    holder.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

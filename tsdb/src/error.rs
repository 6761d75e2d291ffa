//! The one error type of the crate: facts, in InfluxDB's words where it has some.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::limits::ERROR_FILES_MAX;

/// A result whose error is [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong between a point and its place on disk.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read, written or made durable.
    #[error(transparent)]
    Disk(Arc<disk::Error>),
    /// Bytes on disk are not what the engine wrote there.
    #[error("{} is damaged at offset {offset}: expected {expected}, found {found}", path.display())]
    Corrupt {
        /// The damaged file.
        path: PathBuf,
        /// Where the damage was noticed, in bytes from the start of the file.
        offset: u64,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A file was written by a later version of this program.
    #[error("{} has format {found}; this program reads up to {supported}", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The format that its reader has to know.
        found: u32,
        /// The latest format that this program knows.
        supported: u32,
    },
    /// The directory holds data but no MANIFEST that says what belongs to it.
    #[error("{} has no MANIFEST but holds {}; restore the MANIFEST or move the files away", dir.display(), found.display())]
    ManifestMissing {
        /// The data directory.
        dir: PathBuf,
        /// A file that only an engine writes.
        found: PathBuf,
    },
    /// The end of the MANIFEST is lost, and with it which run of the engine wrote files of the WAL.
    #[error("{} does not tell any more whose {} {}: at offset {offset}, {found}; restore a backup, or move the files out of {} to start without their points", manifest.display(), names(files), if files.len() == 1 { "is" } else { "are" }, folder(files))]
    RunLost {
        /// The MANIFEST.
        manifest: PathBuf,
        /// Where what can be read of it ends.
        offset: u64,
        /// What stands there.
        found: String,
        /// The files, which may hold points that were acknowledged.
        files: Vec<PathBuf>,
    },
    /// The directory is one that a restore was making when it was cut short.
    #[error("a restore into {} has not ended: run the same `vigie restore` again", dir.display())]
    RestoreUnfinished {
        /// The data directory.
        dir: PathBuf,
    },
    /// What should be a backup is none, or not a whole one.
    #[error("{} is no complete backup: {found}", path.display())]
    NotABackup {
        /// The folder or file.
        path: PathBuf,
        /// What is there instead, or missing.
        found: String,
    },
    /// Something would have to be overwritten.
    #[error("{} holds {} already; nothing is overwritten", dir.display(), found.display())]
    Occupied {
        /// Where something was to be made.
        dir: PathBuf,
        /// What is there.
        found: PathBuf,
    },
    /// The directory is not one of ours: it has no MANIFEST.
    #[error("{} has no MANIFEST; is it a data directory?", dir.display())]
    NotADataDirectory {
        /// The directory.
        dir: PathBuf,
    },
    /// No such database.
    #[error("database not found: {0}")]
    DatabaseNotFound(Box<str>),
    /// No such retention policy.
    #[error("retention policy not found: {0}")]
    RetentionPolicyNotFound(Box<str>),
    /// A retention policy of that name has other settings.
    #[error("retention policy already exists")]
    RetentionPolicyExists,
    /// The wanted retention policy differs from the one that is there.
    #[error("retention policy conflicts with an existing policy")]
    RetentionPolicyConflict,
    /// A retention policy that keeps points for less than an hour.
    #[error("retention policy duration must be at least 1h0m0s")]
    RetentionPolicyTooShort,
    /// A retention policy whose shards last longer than its points.
    #[error("retention policy duration must be greater than the shard duration")]
    IncompatibleDurations,
    /// A replication factor of 0.
    #[error("replication factor must be greater than 0")]
    ReplicationTooLow,
    /// A name that cannot be used.
    #[error(transparent)]
    InvalidName(#[from] model::InvalidName),
    /// Writers are ahead of the disk; the same write may be tried again in a second.
    #[error("{what} is busy; try again later")]
    Busy {
        /// What cannot keep up.
        what: &'static str,
    },
    /// So many deletes of a database wait to be carried out that no more are taken.
    #[error("{count} deletes of database {database} wait to be carried out, which is as many as may; {}", reason(kept_by.as_deref()))]
    DeletesWaiting {
        /// The database.
        database: Box<str>,
        /// How many wait.
        count: usize,
        /// What keeps merges from carrying them out, if it is known.
        kept_by: Option<Box<Obstacle>>,
    },
    /// The disk has less room than its owner wants to keep free. Points are taken again by themselves when there is
    /// room; all else goes on.
    #[error("the disk of {} is almost full: {free} bytes are free, {needed} are needed", dir.display())]
    DiskLow {
        /// The data directory.
        dir: PathBuf,
        /// Bytes that are free.
        free: u64,
        /// Bytes that must be free before points are taken.
        needed: u64,
    },
    /// No memory is left in the budget.
    #[error(transparent)]
    Budget(#[from] model::BudgetExceeded),
    /// Something handed in passes a bound of [`limits`](crate::limits).
    #[error("{what}: {count} exceeds the limit of {max}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How much there is.
        count: usize,
        /// The bound.
        max: usize,
    },
    /// A step of upkeep met a fault of this program. It is tried again, more and more rarely.
    #[error("{what} panicked: {message}")]
    Panicked {
        /// The step.
        what: Box<str>,
        /// What the panic says.
        message: Box<str>,
    },
    /// The reader gave up.
    #[error("query interrupted")]
    Cancelled,
    /// The engine was stopped.
    #[error("the engine is stopped")]
    Stopped,
}

/// A segment out of which merges cannot take what was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// Its file.
    pub segment: PathBuf,
    /// How many deletes wait for it.
    pub deletes: usize,
    /// Why it cannot be rewritten.
    pub why: String,
}

/// The names of a few files, and how many more there are.
fn names(files: &[PathBuf]) -> String {
    let shown = files.iter().take(ERROR_FILES_MAX).filter_map(|path| path.file_name());
    let shown: Vec<_> = shown.map(|name| name.to_string_lossy()).collect();
    match files.len().saturating_sub(ERROR_FILES_MAX) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The folder that files are in.
fn folder(files: &[PathBuf]) -> String {
    let parent = files.first().and_then(|path| path.parent());
    parent.unwrap_or(Path::new("")).display().to_string()
}

fn reason(kept_by: Option<&Obstacle>) -> String {
    let Some(Obstacle { segment, deletes, why }) = kept_by else {
        return "merges carry them out; try again later".to_owned();
    };
    format!(
        "{} keeps {deletes} of them ({why}): bring the file back from a backup, or drop what it belongs to",
        segment.display()
    )
}

impl Error {
    /// Damage noticed at `offset` of the file at `path`.
    pub(crate) fn corrupt(
        path: &Path,
        offset: u64,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self::Corrupt { path: path.to_path_buf(), offset, expected: expected.into(), found: found.into() }
    }

    /// Whether the same call may succeed later without anyone changing it: overload, a full disk, or a system
    /// that has run out of memory or files.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::DeletesWaiting { .. } | Self::Budget(_) | Self::DiskLow { .. } => true,
            Self::Disk(error) => {
                let refused = matches!(**error, disk::Error::ReadOnly { .. } | disk::Error::FramesLost);
                refused || error.is_full() || error.is_exhausted()
            }
            _ => false,
        }
    }
}

impl From<disk::Error> for Error {
    fn from(error: disk::Error) -> Self {
        match error {
            disk::Error::Corrupt { path, offset, expected, found } => {
                Self::Corrupt { path, offset, expected, found }
            }
            disk::Error::Foreign { path, found, supported } => Self::NewerFormat { path, found, supported },
            other => Self::Disk(Arc::new(other)),
        }
    }
}

//! What reading a log found, besides its frames: facts for the caller to act on.

use std::ops::Range;
use std::path::PathBuf;

/// The outcome of reading a sequence of log files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What was not as it should be, in order.
    pub findings: Vec<Finding>,
    /// Each file whose header could be read, in order.
    pub files: Vec<FileReport>,
    /// Sequence number of the last frame, or the highest that a header vouches for; 0 for a log without files
    /// or without a sound header. The next file starts at this plus one, or higher if the caller knows of higher
    /// numbers from elsewhere: a number must never be given out twice.
    pub last_lsn: u64,
    /// How many frames were read.
    pub frames: u64,
}

/// One deviation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The last write was interrupted. Nothing that was ever synced is missing; [`super::settle`] cuts it off.
    TornTail {
        /// The file, the last of the sequence.
        path: PathBuf,
        /// Where its sound part ends.
        offset: u64,
        /// How many bytes follow.
        bytes: u64,
    },
    /// Bytes that were durable are damaged; frames may be missing here. The file is left as it is: copy the
    /// range aside before the file goes.
    Corrupt {
        /// The damaged file.
        path: PathBuf,
        /// The bytes without a sound frame.
        range: Range<u64>,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// Durable frames are not there: a file before this one is damaged, cut short or missing.
    Missing {
        /// The file whose header vouches for them.
        path: PathBuf,
        /// The last number seen before it.
        after_lsn: u64,
        /// The first number that may be in it.
        first_lsn: u64,
    },
}

impl Finding {
    /// Whether durable bytes are lost, as opposed to a write that was never acknowledged.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        !matches!(self, Self::TornTail { .. })
    }
}

/// One file of the sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// The salt in its header.
    pub salt: u64,
    /// Lowest sequence number that may be in it.
    pub first_lsn: u64,
    /// Sequence number of its last frame, if it has one.
    pub last_lsn: Option<u64>,
    /// How many frames were read from it.
    pub frames: u64,
    /// End of its last sound frame, in bytes from the start of the file.
    pub end: u64,
    /// Length of the file.
    pub len: u64,
    /// What lies between `end` and `len`.
    pub tail: Tail,
}

/// What follows the last sound frame of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Nothing: the file ends with its last frame.
    Whole,
    /// Room that was allocated ahead and never used.
    Unused,
    /// A write that was interrupted before it was acknowledged.
    Torn,
    /// Frames that were moved to the next file after a failed sync, in whatever shape.
    Superseded,
    /// Damage.
    Corrupt,
}

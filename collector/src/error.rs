//! What can go wrong while gathering and while building outputs.

use crate::limits::FOUND_CHARS_MAX;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an input could not report something, or an output could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read.
    #[error("reading {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line of a file is not what the kernel's documentation promises.
    #[error("{}:{line}: expected {expected}, found {found:?}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1; 0 when it is the file as a whole.
        line: usize,
        /// What should have been there.
        expected: &'static str,
        /// What was there, cut short.
        found: Box<str>,
    },
    /// A counter went back, so that no difference can be told.
    #[error("{what} went back since the last gather; its percentages are left out once")]
    WentBack {
        /// Which counter.
        what: Box<str>,
    },
    /// A mount point did not tell its size.
    #[error("asking {} for its size", path.display())]
    Mount {
        /// Which mount point.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A mount point did not answer at all; it is left alone until it does.
    #[error("{} did not answer within {after:?} and is left out until it does", path.display())]
    MountHangs {
        /// Which mount point.
        path: PathBuf,
        /// How long was waited.
        after: Duration,
    },
    /// One gather reported more than its bound.
    #[error("more than {limit} {unit} in one gather; the rest is left out")]
    TooMuch {
        /// The bound.
        limit: usize,
        /// What is counted.
        unit: &'static str,
    },
    /// An output cannot be made from its settings.
    #[error("output {name}: {reason}")]
    Output {
        /// Which output.
        name: String,
        /// Why.
        reason: String,
    },
    /// A thread could not be started.
    #[error("starting a thread")]
    Thread(#[source] io::Error),
}

impl Error {
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }

    pub(crate) fn malformed(path: &Path, line: usize, expected: &'static str, found: &str) -> Self {
        let found = found.chars().take(FOUND_CHARS_MAX).collect::<String>().into_boxed_str();
        Self::Malformed { path: path.to_owned(), line, expected, found }
    }

    /// The error and its causes on one line, as a log shows them.
    #[must_use]
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

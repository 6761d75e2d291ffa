//! What is not as it should be.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

use disk::log;

use crate::error::Error;
use crate::limits::INSPECT_FINDINGS_MAX;

/// A place where a file is not what the engine wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub path: PathBuf,
    /// Where, in bytes from the start of the file; nothing where the file as a whole is meant.
    pub offset: Option<u64>,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(offset) = self.offset {
            write!(f, " at offset {offset}")?;
        }
        write!(f, ": expected {}, found {}", self.expected, self.found)
    }
}

impl Finding {
    pub(super) fn new(
        path: &Path,
        offset: Option<u64>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self { path: path.to_path_buf(), offset, expected: expected.into(), found: found.into() }
    }

    /// What an error says of the file at `path`.
    pub(super) fn of(path: &Path, error: Error) -> Self {
        match error {
            Error::Corrupt { path, offset, expected, found } => {
                Self { path, offset: Some(offset), expected, found }
            }
            other => Self::new(path, None, "a file that can be read", other.to_string()),
        }
    }

    /// What a log found that is a loss; nothing for an interrupted write.
    pub(super) fn of_log(finding: &log::Finding) -> Option<Self> {
        match finding {
            log::Finding::Corrupt { path, range, expected, found } => {
                Some(Self::new(path, Some(range.start), expected.clone(), found.clone()))
            }
            log::Finding::Missing { path, after_lsn, first_lsn } => Some(Self::new(
                path,
                None,
                format!("frames {} to {} in a file before it", after_lsn + 1, first_lsn - 1),
                "none of them",
            )),
            _ => None,
        }
    }
}

/// Findings up to a bound, each place once.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) list: Vec<Finding>,
    /// How many there are beyond the bound.
    pub(super) more: u64,
    places: HashSet<(PathBuf, Option<u64>)>,
}

impl Findings {
    pub(super) fn add(&mut self, finding: Finding) {
        if self.list.len() >= INSPECT_FINDINGS_MAX {
            self.more += 1;
        } else if self.places.insert((finding.path.clone(), finding.offset)) {
            self.list.push(finding);
        }
    }

    /// Adds what made a step fail.
    pub(super) fn note<T>(&mut self, path: &Path, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.add(Finding::of(path, error))).ok()
    }
}

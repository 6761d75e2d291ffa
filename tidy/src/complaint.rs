//! What a rule says.

use std::fmt;

/// A place and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The file, relative to the repository, and where it helps the line.
    pub place: String,
    /// What is wrong and what was expected.
    pub what: String,
}

impl Complaint {
    /// A complaint about `place`.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

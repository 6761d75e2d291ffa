//! What FROM reads.

use super::{Measurement, Select};
use std::fmt;

/// One entry of FROM.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// Stored points.
    Measurement(Measurement),
    /// The rows of a SELECT. Only a SELECT reads from one.
    Subquery(Box<Select>),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Measurement(measurement) => measurement.fmt(f),
            Self::Subquery(select) => write!(f, "({select})"),
        }
    }
}

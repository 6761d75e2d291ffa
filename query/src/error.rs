//! The one error of this crate. Its texts are InfluxDB's wherever InfluxDB has one.

use crate::{CatalogError, SinkError, SourceError, SourceErrorKind};
use model::BudgetExceeded;
use thiserror::Error;

/// Why a statement has no answer, or no whole one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The statement means nothing: an unknown function, types that do not meet, and the like.
    #[error("{0}")]
    Invalid(Box<str>),
    /// The statement names no database and there is no default one.
    #[error("database name required")]
    DatabaseRequired,
    /// The statement is known but cannot be executed.
    #[error("{0} is not supported")]
    Unsupported(Box<str>),
    /// The statement would change something, and that is not allowed here.
    #[error("{0} is not allowed in a read-only context")]
    ReadOnly(Box<str>),
    /// More GROUP BY time buckets than allowed.
    #[error("max-select-buckets limit exceeded: ({buckets}/{limit})")]
    Buckets {
        /// How many there would be.
        buckets: u64,
        /// How many there may be.
        limit: usize,
    },
    /// More series than allowed.
    #[error("max-select-series limit exceeded: ({series}/{limit})")]
    Series {
        /// How many there are so far.
        series: usize,
        /// How many there may be.
        limit: usize,
    },
    /// More rows than allowed.
    #[error("max-row-limit exceeded: an answer has at most {limit} rows")]
    Rows {
        /// How many there may be.
        limit: usize,
    },
    /// More columns than allowed.
    #[error("max-select-columns limit exceeded: ({columns}/{limit})")]
    Columns {
        /// How many there would be.
        columns: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The reader gave up.
    #[error("query interrupted")]
    Cancelled,
    /// The memory budget is used up.
    #[error(transparent)]
    Budget(#[from] BudgetExceeded),
    /// The source could not answer.
    #[error(transparent)]
    Source(SourceError),
    /// The catalog refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The reader of the answer is gone.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

impl Error {
    /// A statement that means nothing, in InfluxDB's words.
    pub(crate) fn invalid(text: impl Into<Box<str>>) -> Self {
        Self::Invalid(text.into())
    }
}

/// A source that was told to stop says so in its own words; to the one who asked it is the same.
impl From<SourceError> for Error {
    fn from(error: SourceError) -> Self {
        if error.kind == SourceErrorKind::Cancelled { Self::Cancelled } else { Self::Source(error) }
    }
}

/// What this crate answers.
pub type Result<T> = std::result::Result<T, Error>;

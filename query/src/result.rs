//! Answers before any wire form: series with a header and rows as columns.

use model::Column;
use std::sync::Arc;
use thiserror::Error;

/// What a series' rows have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesHeader {
    /// The series' name, such as the measurement.
    pub name: Option<Arc<str>>,
    /// The group's tags in the order of their keys; a missing tag has an empty value.
    pub tags: Vec<(Box<str>, Box<str>)>,
    /// The columns' names.
    pub columns: Arc<[String]>,
    /// Whether column 0 holds instants: integers, in ns.
    pub has_time: bool,
    /// How instants are to be shown when they are shown as text, for `tz()`; UTC when absent.
    pub zone: Option<jiff::tz::TimeZone>,
}

/// A note beside an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `warning` or the like.
    pub level: &'static str,
    /// The note itself.
    pub text: String,
}

/// The reader of an answer is gone or out of memory; the statement stops.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct SinkError {
    /// Why, in words for a log.
    pub reason: Box<str>,
}

impl SinkError {
    /// A refusal with this reason.
    #[must_use]
    pub fn new(reason: impl Into<Box<str>>) -> Self {
        Self { reason: reason.into() }
    }
}

/// Who reads an answer while it is computed.
///
/// `series` comes once before the rows of each series; `rows` comes any number of times after it, with
/// one column per name in the header and never without rows. A slow reader blocks the statement.
pub trait RowSink {
    /// A series begins.
    ///
    /// # Errors
    /// When nobody reads any more.
    fn series(&mut self, header: &SeriesHeader) -> Result<(), SinkError>;

    /// More rows of the series that began last. All columns are of one length.
    ///
    /// # Errors
    /// When nobody reads any more.
    fn rows(&mut self, columns: &[Column]) -> Result<(), SinkError>;

    /// A note for the reader.
    ///
    /// # Errors
    /// When nobody reads any more.
    fn message(&mut self, message: &Message) -> Result<(), SinkError>;
}

//! The read side of a store, as queries see it.
//!
//! An embedded engine implements this, and a distributed one could: nothing here speaks of files,
//! shards or where rows come from. Rows come as typed column batches, one group after another.

use model::{
    FieldType, Leased, ScanBatch, ScanRequest, SeriesRequest, SummaryPart, SummaryRequest, Tags, TimeRange,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use thiserror::Error;

/// A database and one of its retention policies.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// The database.
    pub db: Box<str>,
    /// The retention policy.
    pub rp: Box<str>,
}

/// Why a source could not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceErrorKind {
    /// The database or retention policy does not exist.
    NotFound,
    /// It is starting, replaying or overloaded: the same question may be answered later.
    Busy,
    /// The memory budget is used up.
    Budget,
    /// Stored data is damaged.
    Corrupt,
    /// The reader cancelled.
    Cancelled,
    /// Anything else, such as a failed read.
    Other,
}

/// A source's refusal. The message is shown to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct SourceError {
    /// What kind of failure it is.
    pub kind: SourceErrorKind,
    /// What happened, in words for the user.
    pub message: Box<str>,
}

impl SourceError {
    /// An error of a kind.
    #[must_use]
    pub fn new(kind: SourceErrorKind, message: impl Into<Box<str>>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The database does not exist, in InfluxDB's words.
    #[must_use]
    pub fn database_not_found(db: &str) -> Self {
        Self::new(SourceErrorKind::NotFound, format!("database not found: {db}"))
    }

    /// The retention policy does not exist, in InfluxDB's words.
    #[must_use]
    pub fn policy_not_found(rp: &str) -> Self {
        Self::new(SourceErrorKind::NotFound, format!("retention policy not found: {rp}"))
    }
}

/// What a source answers.
pub type SourceResult<T> = Result<T, SourceError>;

/// The read side of one store.
///
/// Answers are consistent with every write that was acknowledged before the call. Data outside a
/// retention policy's duration may or may not be seen.
pub trait Source: Send + Sync {
    /// The retention policy of `db` that is meant when none is named.
    ///
    /// # Errors
    /// `NotFound` when there is no such database.
    fn default_retention_policy(&self, db: &str) -> SourceResult<String>;

    /// The measurements, sorted by name.
    ///
    /// # Errors
    /// `NotFound` when the database or the policy does not exist.
    fn measurements(&self, scope: &Scope) -> SourceResult<Vec<String>>;

    /// The fields of a measurement in the shards that touch `time`, sorted by name, each with every type that one of
    /// them holds it as. Empty for a measurement that none of them has.
    ///
    /// # Errors
    /// As [`measurements`](Self::measurements).
    fn fields(
        &self,
        scope: &Scope,
        measurement: &str,
        time: TimeRange,
    ) -> SourceResult<Vec<(String, Vec<FieldType>)>>;

    /// The tag sets of the series that are asked for, sorted by series key.
    ///
    /// # Errors
    /// As [`measurements`](Self::measurements); `Cancelled` when the reader gave up, `Budget` when there is no room
    /// for the list.
    fn series(&self, scope: &Scope, request: &SeriesRequest) -> SourceResult<Leased<Vec<Arc<Tags>>>>;

    /// The tag keys of the series that [`series`](Self::series) would give, sorted. A store that keeps keys and values
    /// apart from its series answers faster than by listing these.
    ///
    /// # Errors
    /// As [`series`](Self::series).
    fn tag_keys(&self, scope: &Scope, request: &SeriesRequest) -> SourceResult<Vec<String>> {
        let series = self.series(scope, request)?;
        let keys: BTreeSet<&str> = series.iter().flat_map(|tags| tags.iter().map(|(key, _)| key)).collect();
        Ok(keys.into_iter().map(str::to_owned).collect())
    }

    /// The values of a tag among the series that [`series`](Self::series) would give, sorted, each once and without
    /// the empty one.
    ///
    /// # Errors
    /// As [`series`](Self::series).
    fn tag_values(
        &self,
        scope: &Scope,
        key: &str,
        request: &SeriesRequest,
    ) -> SourceResult<Leased<Vec<String>>> {
        Ok(self.series(scope, request)?.map(|series| {
            let values: BTreeSet<&str> = series.iter().filter_map(|tags| tags.get(key)).collect();
            values.into_iter().map(str::to_owned).collect()
        }))
    }

    /// How many series [`series`](Self::series) would give for all these questions together, each counted once,
    /// without holding all of them.
    ///
    /// # Errors
    /// As [`series`](Self::series).
    fn series_count(&self, requests: &[(Scope, SeriesRequest)]) -> SourceResult<usize> {
        let lists = requests.iter().map(|(scope, request)| self.series(scope, request));
        let lists = lists.collect::<SourceResult<Vec<_>>>()?;
        Ok(lists.iter().flat_map(|list| list.iter()).collect::<BTreeSet<_>>().len())
    }

    /// Starts to read rows. A group's batches come one after another, groups in ascending order of
    /// the values of [`ScanRequest::group_by`] (a missing tag is the empty text), whatever the
    /// direction of time; a scan without matching rows ends at once.
    ///
    /// # Errors
    /// As [`measurements`](Self::measurements), or any other kind.
    fn scan(&self, scope: &Scope, request: &ScanRequest) -> SourceResult<Box<dyn Scan>>;

    /// Starts to read what values come to: rows, as [`scan`](Self::scan) gives them in any order within a
    /// group, but for those of which the store tells the outcome instead. Nothing where it cannot do so.
    ///
    /// # Errors
    /// As [`scan`](Self::scan).
    fn summarise(&self, scope: &Scope, request: &SummaryRequest) -> SourceResult<Option<Box<dyn Summaries>>> {
        let _ = (scope, request);
        Ok(None)
    }
}

/// What values come to, on its way.
pub trait Summaries: Send {
    /// More of the answer, or nothing at the end. Parts of a group come one after another.
    ///
    /// # Errors
    /// As [`Scan::next_batch`].
    fn next_part(&mut self) -> SourceResult<Option<SummaryPart>>;
}

/// Rows on their way.
pub trait Scan: Send {
    /// The next rows, or nothing at the end. A batch is never empty and never mixes groups.
    ///
    /// # Errors
    /// `Cancelled`, `Budget`, `Corrupt` or `Other`; a scan that failed is not asked again.
    fn next_batch(&mut self) -> SourceResult<Option<ScanBatch>>;
}

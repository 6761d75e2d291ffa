//! What a statement runs in.

use crate::{Catalog, Limits, Source};
use model::{Budget, CancelToken, SeriesRequest, TagPredicate, TimeRange};

/// What a statement runs in: where data comes from, what is meant by default, and how much it may use.
pub struct Context<'a> {
    /// Where rows and names come from.
    pub source: &'a dyn Source,
    /// Where databases and retention policies are made and dropped.
    pub catalog: &'a dyn Catalog,
    /// The database that is meant when a statement names none.
    pub db: Option<&'a str>,
    /// The retention policy that is meant when a statement names none; else the database's default.
    pub rp: Option<&'a str>,
    /// What `now()` is, in ns.
    pub now_ns: i64,
    /// Asked once per batch.
    pub cancel: CancelToken,
    /// Where decoded, grouped and answered rows are leased.
    pub budget: Budget,
    /// How much the statement may use.
    pub limits: Limits,
    /// Whether statements that change something are refused.
    pub read_only: bool,
}

impl Context<'_> {
    /// A question about the series of a measurement, for as long as the statement's reader waits.
    pub(crate) fn series_of(&self, measurement: &str, tags: &TagPredicate, time: TimeRange) -> SeriesRequest {
        SeriesRequest {
            measurement: measurement.into(),
            tags: tags.clone(),
            time,
            cancel: self.cancel.clone(),
            budget: self.budget.clone(),
        }
    }
}

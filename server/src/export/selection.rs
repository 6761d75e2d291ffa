//! What a client wants exported, and the snapshots that have it.

use crate::embedded::store_error;
use crate::error::ApiError;
use crate::params::Params;
use http::StatusCode;
use model::TimeRange;
use query::text::parse_instant;
use std::sync::Arc;
use tsdb::{DatabaseInfo, Engine, PolicyInfo, Snapshot};

/// What a client asked for; what is left out is everything.
#[derive(Debug)]
pub(super) struct Selection {
    db: Option<String>,
    rp: Option<String>,
    pub(super) measurement: Option<String>,
    pub(super) time: TimeRange,
}

/// A database and those of its policies that are wanted, by name.
#[derive(Debug)]
pub(super) struct Selected {
    pub(super) name: Arc<str>,
    pub(super) policies: Vec<(PolicyInfo, Snapshot)>,
}

impl Selection {
    /// Reads the parameters: `db`, `rp`, `measurement`, `start` (inclusive), `end` (exclusive), `format`.
    pub(super) fn parse(params: &Params) -> Result<Self, ApiError> {
        let text = |name| params.get(name).map(str::to_owned);
        if let Some(format) = params.get("format").filter(|format| *format != "line") {
            return Err(ApiError::bad_request(format!("format: expected \"line\", found {format:?}")));
        }
        if params.get("rp").is_some() && params.get("db").is_none() {
            return Err(ApiError::bad_request("rp: a retention policy needs its database, db"));
        }
        let start = instant(params, "start")?.unwrap_or(TimeRange::ALL.start);
        let end = instant(params, "end")?.unwrap_or(TimeRange::ALL.end);
        let time = TimeRange::new(start, end).intersect(&TimeRange::ALL);
        Ok(Self { db: text("db"), rp: text("rp"), measurement: text("measurement"), time })
    }

    /// Snapshots of everything that is wanted, taken now.
    pub(super) fn snapshots(&self, engine: &Engine) -> Result<Vec<Selected>, ApiError> {
        let mut databases = match &self.db {
            None => engine.databases(),
            Some(db) => vec![engine.database(db).ok_or_else(|| not_found("database", db))?],
        };
        databases.sort_by(|a, b| a.name.cmp(&b.name));
        databases.into_iter().map(|database| self.select(engine, database)).collect()
    }

    fn select(&self, engine: &Engine, database: DatabaseInfo) -> Result<Selected, ApiError> {
        let DatabaseInfo { name, mut policies, .. } = database;
        policies.retain(|policy| self.rp.as_ref().is_none_or(|wanted| **wanted == *policy.name));
        if let Some(rp) = self.rp.as_ref().filter(|_| policies.is_empty()) {
            return Err(not_found("retention policy", rp));
        }
        policies.sort_by(|a, b| a.name.cmp(&b.name));
        let with_snapshot = |policy: PolicyInfo| {
            let snapshot = engine.snapshot(&name, Some(&policy.name)).map_err(|error| store_error(&error))?;
            Ok((policy, snapshot.within(self.time)))
        };
        let policies = policies.into_iter().map(with_snapshot).collect::<Result<_, ApiError>>()?;
        Ok(Selected { name, policies })
    }
}

fn not_found(what: &str, name: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, format!("{what} not found: {name:?}"))
}

fn instant(params: &Params, name: &str) -> Result<Option<i64>, ApiError> {
    let Some(text) = params.get(name) else { return Ok(None) };
    parse_instant(text).map(Some).ok_or_else(|| {
        let expected = "an instant like \"2024-01-01T00:00:00Z\", \"2024-01-01\" or a number of nanoseconds";
        ApiError::bad_request(format!("{name}: expected {expected}, found {text:?}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Selection, String> {
        Selection::parse(&Params::parse(text.as_bytes())).map_err(|error| error.message)
    }

    #[test]
    fn what_is_left_out_is_everything_and_nonsense_is_refused() {
        assert_eq!(parse("").unwrap().time, TimeRange::ALL);
        assert_eq!(parse("start=5&end=1970-01-02").unwrap().time, TimeRange::new(5, 86_400_000_000_000));
        for (text, part) in [
            ("format=json", "format: expected \"line\""),
            ("rp=autogen", "rp: a retention policy needs"),
            ("start=noon", "start: expected an instant"),
        ] {
            assert!(parse(text).unwrap_err().starts_with(part), "{text}");
        }
    }
}

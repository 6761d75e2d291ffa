//! `POST /write`: line protocol in, an acknowledgement out once the store has it on disk.

use crate::blocking;
use crate::body::{self, BodyLimits, Payload};
use crate::embedded::store_error;
use crate::error::ApiError;
use crate::metrics::HttpMetrics;
use crate::params::Params;
use crate::state::AppState;
use crate::status::no_content;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use model::line_protocol::{self, ParseOptions, Parsed};
use model::{Lease, Precision};
use std::sync::Arc;
use std::time::Instant;
use tsdb::{Engine, Written};

/// `POST /write`.
pub(crate) async fn write(State(state): State<AppState>, params: Params, request: Request) -> Response {
    let started = Instant::now();
    let answer = answer(&state, &params, request).await;
    state.http.write_seconds.observe(started.elapsed());
    answer.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(state: &AppState, params: &Params, request: Request) -> Result<Response, ApiError> {
    let Some(db) = params.get("db") else { return Err(ApiError::bad_request("database is required")) };
    let engine = state.engine().await?;
    if engine.database(db).is_none() {
        return Err(ApiError::new(StatusCode::NOT_FOUND, format!("database not found: {db:?}")));
    }
    let (parts, body) = request.into_parts();
    let payload = body::read(body, &parts.headers, &state.budget, BodyLimits::WRITE).await?;
    if let Some(level) = params.get("consistency") {
        check_consistency(level)?;
    }
    let target = Target {
        db: db.to_owned(),
        rp: params.get("rp").map(str::to_owned),
        precision: params.get("precision").and_then(Precision::from_name).unwrap_or_default(),
    };
    store(state, engine, target, payload).await.map(|()| no_content())
}

/// The levels of InfluxDB's clusters mean nothing to a single server; a wrong word is an error all the same.
fn check_consistency(level: &str) -> Result<(), ApiError> {
    let is_known = ["any", "one", "quorum", "all"].iter().any(|known| level.eq_ignore_ascii_case(known));
    if is_known { Ok(()) } else { Err(ApiError::bad_request("invalid consistency level")) }
}

/// Where a body goes and how its timestamps count.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) db: String,
    pub(crate) rp: Option<String>,
    pub(crate) precision: Precision,
}

/// Parses a body, stores its points and waits until they are durable. Good points are stored even when
/// the answer is an error that names the bad ones.
pub(crate) async fn store(
    state: &AppState,
    engine: Arc<Engine>,
    target: Target,
    payload: Payload,
) -> Result<(), ApiError> {
    let now_ns = state.clock.now_ns();
    let bytes = payload.bytes.len();
    let append = move || append(&engine, &target, payload, now_ns);
    let Appended { refused, points, written, lease } = blocking::run(bytes, append).await?;
    HttpMetrics::add(&state.http.lines_unparsed, refused.count);
    let count_refused = |_: &ApiError| HttpMetrics::add(&state.http.lines_unstored, points);
    let Some(written) = written.inspect_err(count_refused)? else { return refused.answer(0, None) };
    written.ticket.await.map_err(|error| store_error(&error)).inspect_err(count_refused)?;
    drop(lease);
    HttpMetrics::add(&state.http.points_rejected, written.rejected_count);
    let reason = written.rejected.first().map(|rejected| rejected.reason.to_string());
    refused.answer(written.rejected_count, reason.as_deref())
}

/// What became of a body; nothing was written when no line had a point.
struct Appended {
    refused: RefusedLines,
    /// How many lines had a point.
    points: usize,
    written: Result<Option<Written>, ApiError>,
    lease: Lease,
}

fn append(engine: &Engine, target: &Target, payload: Payload, now_ns: i64) -> Appended {
    let Payload { bytes, mut lease } = payload;
    let parsed = line_protocol::parse(bytes, &ParseOptions::new(target.precision, now_ns));
    let (refused, points) = (RefusedLines::new(&parsed), parsed.points.len());
    if let Err(over) = lease.grow(parsed.points.bytes().saturating_sub(lease.bytes())) {
        return Appended { refused, points, written: Err(ApiError::unavailable(over.to_string())), lease };
    }
    let written = if parsed.points.is_empty() {
        Ok(None)
    } else {
        let written = engine.append(&target.db, target.rp.as_deref(), parsed.points);
        written.map(Some).map_err(|error| store_error(&error))
    };
    Appended { refused, points, written, lease }
}

/// The lines that could not be parsed, in InfluxDB's words.
struct RefusedLines {
    count: usize,
    text: String,
    /// Points that were lines but may not be stored, such as one with a tag `time`.
    dropped: usize,
    /// Whether the answer is a partial write: other lines were stored, or points were dropped.
    partial: bool,
}

impl RefusedLines {
    fn new(parsed: &Parsed) -> Self {
        let mut lines: Vec<String> = parsed.refused.iter().map(ToString::to_string).collect();
        let untold = parsed.refused_count - parsed.refused.len();
        if untold > 0 {
            lines.push(format!("and {untold} more lines"));
        }
        let dropped = parsed.dropped_count;
        let partial = !parsed.points.is_empty() || dropped > 0;
        Self { count: parsed.refused_count, text: lines.join("\n"), dropped, partial }
    }

    /// The answer to a write of which `rejected` points were rejected by the store, the first for `reason`:
    /// then, as in InfluxDB, that reason alone.
    fn answer(&self, rejected: usize, reason: Option<&str>) -> Result<(), ApiError> {
        let dropped = self.dropped + rejected;
        let text = match (self.count, reason) {
            (0, None) => return Ok(()),
            (_, Some(reason)) => reason.to_owned(),
            (_, None) if !self.partial => return Err(ApiError::bad_request(&*self.text)),
            (_, None) => self.text.clone(),
        };
        Err(ApiError::bad_request(format!("partial write: {text} dropped={dropped}")))
    }
}

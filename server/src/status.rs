//! `/ping` and `/health`: is anybody there, and is the store.

use crate::params::Params;
use crate::router::VERSION;
use crate::state::{AppState, Store};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;
use tsdb::EngineStats;

const JSON: [(HeaderName, HeaderValue); 1] =
    [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];

/// What tells one server from another at `/ping`: a number drawn at its start, in hex.
const INSTANCE: HeaderName = HeaderName::from_static("x-vigie-instance");

/// `GET` and `HEAD /ping`: 204 from the first moment on; with `verbose`, 200 and the version.
pub(crate) async fn ping(State(state): State<AppState>, params: Params) -> Response {
    let mut response = match params.get("verbose") {
        None | Some("0" | "false") => no_content(),
        Some(_) => as_json(StatusCode::OK, &json!({ "version": VERSION })),
    };
    if let Ok(instance) = HeaderValue::from_str(&format!("{:016x}", state.instance)) {
        response.headers_mut().insert(INSTANCE, instance);
    }
    response
}

/// `GET /health`: 200 once the store answers, 503 before that and after it failed. What is wrong with a store that
/// answers stands in `checks`, and `status` is `warn`.
pub(crate) async fn health(State(state): State<AppState>) -> Response {
    let store = state.store.borrow().clone();
    let (code, status, message, checks) = match &store {
        Store::Open(engine) => open_health(&engine.stats(), engine.recovery().damage.len()),
        Store::Opening => unavailable("the store is replaying its log"),
        Store::Closed => unavailable("the store is closed"),
    };
    let body = json!({ "checks": checks, "message": message, "name": "influxdb", "status": status, "version": VERSION });
    as_json(code, &body)
}

/// Status, `status`, `message` and `checks` of an answer.
type Health = (StatusCode, &'static str, &'static str, Vec<serde_json::Value>);

const fn unavailable(message: &'static str) -> Health {
    (StatusCode::SERVICE_UNAVAILABLE, "fail", message, Vec::new())
}

/// The health of a store that answers. Whatever is wrong with it, it answers: a load balancer that took it away
/// would take the queries away too.
fn open_health(stats: &EngineStats, damage_at_start: usize) -> Health {
    let check = |name, status, message| json!({ "name": name, "status": status, "message": message });
    let mut checks = Vec::new();
    if stats.read_only {
        checks.push(check("writes", "fail", why_read_only(stats)));
    }
    if stats.damage_marks > 0 {
        let places = stats.damage_marks;
        let message = format!(
            "damaged places of files: {places}; queries that need them fail, DAMAGE in the data directory names them"
        );
        checks.push(check("segments", "warn", message));
    }
    if damage_at_start > 0 {
        let message = format!(
            "damage that the start found: {damage_at_start}; the log of the server says what is lost"
        );
        checks.push(check("start", "warn", message));
    }
    if stats.clock_is_doubted {
        let message =
            "the clock is in doubt: nothing is dropped for its age until the time has held for an hour";
        checks.push(check("clock", "warn", message.to_owned()));
    }
    let status = if checks.is_empty() { "pass" } else { "warn" };
    let message =
        if stats.read_only { "ready for queries, not for writes" } else { "ready for queries and writes" };
    (StatusCode::OK, status, message, checks)
}

fn why_read_only(stats: &EngineStats) -> String {
    let (free, needed) = (stats.disk_free_bytes, stats.disk_resume_bytes);
    if free < needed {
        format!("the disk is almost full: {free} bytes are free, {needed} are needed")
    } else {
        "the write-ahead log cannot be written; the log of the server says why".to_owned()
    }
}

/// 204, with the content type that InfluxDB gives it.
pub(crate) fn no_content() -> Response {
    (StatusCode::NO_CONTENT, JSON).into_response()
}

fn as_json(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, JSON, format!("{body}\n")).into_response()
}

//! `/ping` and `/health`: is anybody there, and is the store.

use crate::params::Params;
use crate::router::VERSION;
use crate::state::{AppState, Store};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

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

/// `GET /health`: 200 once the store answers, 503 before that and after it failed.
pub(crate) async fn health(State(state): State<AppState>) -> Response {
    let (code, status, message) = match &*state.store.borrow() {
        Store::Open(_) => (StatusCode::OK, "pass", "ready for queries and writes"),
        Store::Opening => (StatusCode::SERVICE_UNAVAILABLE, "fail", "the store is replaying its log"),
        Store::Closed => (StatusCode::SERVICE_UNAVAILABLE, "fail", "the store is closed"),
    };
    let body =
        json!({ "checks": [], "message": message, "name": "influxdb", "status": status, "version": VERSION });
    as_json(code, &body)
}

/// 204, with the content type that InfluxDB gives it.
pub(crate) fn no_content() -> Response {
    (StatusCode::NO_CONTENT, JSON).into_response()
}

fn as_json(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, JSON, format!("{body}\n")).into_response()
}

//! Every route on one screen, and what every answer has.

use crate::origin::{TrustedHosts, refuse_foreign};
use crate::state::AppState;
use crate::{backup, export, metrics, page, query, status, write};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tower_http::compression::CompressionLayer;

/// The version of InfluxDB whose behaviour clients may expect; they sniff it.
pub(crate) const VERSION: &str = "1.8.10";

/// The routes of the HTTP port.
pub(crate) fn router(state: AppState, hosts: TrustedHosts) -> Router {
    Router::new()
        .route("/", get(page::overview))
        .route("/assets/{file}", get(page::asset))
        .route("/ping", get(status::ping))
        .route("/health", get(status::health))
        .route("/metrics", get(metrics::metrics))
        .route("/write", post(write::write).options(empty))
        .route("/query", get(query::query).head(no_head).post(query::query).options(empty))
        .nest("/vigie/v1", own_routes())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(hosts, refuse_foreign))
        .layer(from_fn_with_state(state.clone(), finish))
        .with_state(state)
}

/// What InfluxDB does not have.
fn own_routes() -> Router<AppState> {
    Router::new()
        .route("/backup", post(backup::backup))
        .route("/export", get(export::export).head(method_not_allowed))
}

async fn empty() -> StatusCode {
    StatusCode::OK
}

/// A query is not run for its headers.
async fn no_head() -> Response {
    ([(header::ALLOW, "GET,POST,OPTIONS")], method_not_allowed().await).into_response()
}

async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "404 page not found\n").into_response()
}

async fn method_not_allowed() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n").into_response()
}

/// What an answer's headers and the log call a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) Arc<str>);

/// Gives the request an id, adds InfluxDB's headers and counts the answer.
async fn finish(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let id = request_id(state.clock.now_ns());
    let header_id = HeaderValue::from_str(&id).ok();
    request.extensions_mut().insert(RequestId(id.into()));
    let mut response = next.run(request).await;
    state.http.count_answer(response.status());
    let headers = response.headers_mut();
    headers.insert("x-influxdb-version", HeaderValue::from_static(VERSION));
    headers.insert("x-influxdb-build", HeaderValue::from_static("OSS"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(id) = header_id {
        headers.insert("request-id", id.clone());
        headers.insert("x-request-id", id);
    }
    response
}

/// An id in the shape of a version 1 UUID: the time, then a count of requests.
fn request_id(now_ns: i64) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let time = now_ns.unsigned_abs() / 100;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!(
        "{:08x}-{:04x}-1{:03x}-8000-{:012x}",
        time & 0xffff_ffff,
        time >> 32 & 0xffff,
        time >> 48 & 0xfff,
        count & 0xffff_ffff_ffff
    )
}

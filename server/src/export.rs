//! `GET /vigie/v1/export`: stored points as line protocol, as they are at one moment.
//!
//! The text is what `influx_inspect export` writes, so that `influx -import` and `vigie import` read it: a header
//! with the statements that make databases and policies, then the lines of each policy. Databases, policies,
//! measurements, series and times come in their order, and the fields of a series at one instant stand in one line:
//! two exports of the same points are equal to the byte.
//!
//! Everything is read from snapshots that were taken at the beginning. What goes wrong after the first bytes have
//! left breaks the connection: half an export does not look whole.

mod columns;
mod header;
mod lines;
mod selection;

use crate::answer::{self, Pieces, Running};
use crate::error::ApiError;
use crate::params::Params;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header as headers};
use lines::Exporter;
use model::CancelToken;
use selection::{Selected, Selection};

/// `GET /vigie/v1/export`.
pub(crate) async fn export(State(state): State<AppState>, params: Params) -> Response {
    answer(&state, &params).await.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(state: &AppState, params: &Params) -> Result<Response, ApiError> {
    let selection = Selection::parse(params)?;
    let engine = state.engine().await?;
    let export_place = state.export_place()?;
    let query_place = state.query_place().await?;
    let selected = selection.snapshots(&engine)?;
    let (pieces, received) = answer::channel();
    let cancel = CancelToken::new();
    let exporter = Exporter {
        time: selection.time,
        measurement: selection.measurement,
        cancel: cancel.clone(),
        budget: state.budget.clone(),
    };
    let thread = tokio::task::spawn_blocking(move || {
        let _places = (export_place, query_place);
        let outcome = run(&exporter, selected, pieces);
        if let Err(error) = &outcome {
            tracing::warn!(error = error.message, "an export ended early");
        }
        outcome
    });
    let body = Running::new(received, cancel, thread).into_body().await?;
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(headers::CONTENT_TYPE, content_type)], body).into_response())
}

fn run(exporter: &Exporter, selected: Vec<Selected>, mut pieces: Pieces) -> Result<(), ApiError> {
    header::push(&mut pieces.text, exporter.time, &selected);
    for database in selected {
        for (policy, snapshot) in database.policies {
            header::push_context(&mut pieces.text, &database.name, &policy.name);
            exporter.write(&snapshot, &mut pieces)?;
        }
    }
    pieces.flush().map_err(client_gone)
}

/// Nobody reads this; it ends the work.
fn client_gone(error: query::SinkError) -> ApiError {
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, error.reason)
}

//! The one map from what went wrong to an HTTP answer, in InfluxDB's words and statuses.

use crate::answer::indented;
use crate::csv;
use crate::limits::RETRY_AFTER_SECONDS;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use thiserror::Error;

/// Why a server could not start or go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address as it was given.
        address: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store could not be opened.
    #[error("cannot open the store")]
    Store(#[from] tsdb::Error),
    /// Alerting could not be started.
    #[error("cannot start alerting")]
    Alerting(#[from] alerting::Error),
}

/// An error that a client is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
}

/// How a client wants an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorForm {
    Json,
    PrettyJson,
    Csv,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// The server cannot now, but will: a client keeps its batch and comes again.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
    }

    /// The answer in the form that was asked for.
    pub(crate) fn into_response_as(self, form: ErrorForm) -> Response {
        let (content_type, body) = match form {
            ErrorForm::Json => ("application/json", self.json()),
            ErrorForm::PrettyJson => ("application/json", indented(&self.json())),
            ErrorForm::Csv => ("text/csv", self.csv()),
        };
        let mut response = (self.status, body + "\n").into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Ok(text) = HeaderValue::from_str(&header_text(&self.message)) {
            headers.insert("x-influxdb-error", text);
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        response
    }

    fn json(&self) -> String {
        serde_json::json!({ "error": self.message }).to_string()
    }

    fn csv(&self) -> String {
        let mut text = "error\n".to_owned();
        csv::push_text(&mut text, &self.message);
        text
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.into_response_as(ErrorForm::Json)
    }
}

/// The message as a header may carry it: one line of visible ASCII, at most 1,024 bytes.
fn header_text(message: &str) -> String {
    message.chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }).take(1_024).collect()
}

//! The embedded store as queries see it: `query`'s ports over `tsdb`.

mod catalog;
mod metrics;
mod source;

pub(crate) use metrics::{write as write_metrics, write_measurements};

use crate::error::ApiError;
use http::StatusCode;
use std::error::Error as _;
use std::sync::Arc;
use tsdb::Engine;

/// One store, for one request.
#[derive(Debug, Clone)]
pub(crate) struct Embedded(Arc<Engine>);

impl Embedded {
    pub(crate) const fn new(engine: Arc<Engine>) -> Self {
        Self(engine)
    }
}

/// What a client is told when the store does not take a write.
pub(crate) fn store_error(error: &tsdb::Error) -> ApiError {
    let message = with_causes(error);
    match error {
        tsdb::Error::DatabaseNotFound(db) => {
            ApiError::new(StatusCode::NOT_FOUND, format!("database not found: {db:?}"))
        }
        tsdb::Error::TooMany { .. } => ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, message),
        tsdb::Error::Stopped => ApiError::unavailable(message),
        error if error.is_temporary() => ApiError::unavailable(message),
        _ => ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, message),
    }
}

/// What went wrong and why, on one line: a log that is read-only is so because of something.
fn with_causes(error: &tsdb::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        message.push_str(": ");
        message.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    message
}

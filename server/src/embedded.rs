//! The embedded store as queries see it: `query`'s ports over `tsdb`.

mod catalog;
mod metrics;
mod source;

pub(crate) use metrics::{write as write_metrics, write_measurements};

use crate::error::ApiError;
use http::StatusCode;
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
    let message = error.to_string();
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

//! Points that are made in this process: the same way as `/write`, without HTTP.

use crate::body::Payload;
use crate::error::ApiError;
use crate::state::AppState;
use crate::write::{self, Target};
use model::{Precision, Share};
use thiserror::Error;

/// Why points were not stored, or not all.
#[derive(Debug, Error)]
pub enum IngestError {
    /// Come again: the store is starting, busy or full.
    #[error("{0}")]
    Later(String),
    /// These points will never be taken; the good ones of the batch were.
    #[error("{0}")]
    Refused(String),
}

/// The way in. Clones speak of the same store.
#[derive(Clone)]
pub struct Ingest(pub(crate) AppState);

impl Ingest {
    /// Stores line protocol with nanoseconds in a database, in its default retention policy unless one
    /// is named, and waits until it is durable.
    ///
    /// # Errors
    /// [`IngestError`], which says whether the batch is to be kept.
    pub async fn write(&self, db: &str, rp: Option<&str>, lines: Vec<u8>) -> Result<(), IngestError> {
        let answer = async {
            let engine = self.0.engine().await?;
            let lease = self.0.budget.lease(Share::Body, lines.capacity());
            let lease = lease.map_err(|error| ApiError::unavailable(error.to_string()))?;
            let target =
                Target { db: db.to_owned(), rp: rp.map(str::to_owned), precision: Precision::Nanosecond };
            write::store(&self.0, engine, target, Payload { bytes: lines, lease }).await
        };
        answer.await.map_err(|error| {
            if error.status.is_server_error() {
                IngestError::Later(error.message)
            } else {
                IngestError::Refused(error.message)
            }
        })
    }
}

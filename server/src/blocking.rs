//! Work that takes long or waits for a lock, away from the threads that answer.

use crate::error::ApiError;
use http::StatusCode;

/// Work on more bytes than this has a thread of its own; less is done at once, where handing it over
/// would cost more than it takes.
pub(crate) const SHORT_BYTES_MAX: usize = 64 * 1024;

/// Does work on `bytes` bytes that may wait for a lock. Other connections go on meanwhile.
pub(crate) async fn run<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    if bytes <= SHORT_BYTES_MAX {
        return Ok(tokio::task::block_in_place(work));
    }
    on_a_thread(work).await
}

/// Does work on a thread of its own.
pub(crate) async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let result = tokio::task::spawn_blocking(work).await;
    result.map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "a request panicked; see the log"))
}

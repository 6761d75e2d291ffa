//! Work on a thread of its own, as the body of its answer.

use super::Received;
use crate::error::ApiError;
use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use hyper::body::Frame;
use model::CancelToken;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::task::{JoinError, JoinHandle};

/// The pieces of an answer and the thread that makes them. Dropped early, it cancels the work.
#[derive(Debug)]
pub(crate) struct Running {
    ready: VecDeque<Bytes>,
    received: Received,
    cancel: CancelToken,
    thread: JoinHandle<Result<(), ApiError>>,
    /// Whether the end was told. Compression asks once more behind it.
    is_over: bool,
}

impl Running {
    pub(crate) fn new(
        received: Received,
        cancel: CancelToken,
        thread: JoinHandle<Result<(), ApiError>>,
    ) -> Self {
        Self { ready: VecDeque::new(), received, cancel, thread, is_over: false }
    }

    /// A body with a length when the whole answer is one piece, else one that goes on. Work that failed
    /// before it gave two pieces is an error like any other; later it breaks the connection.
    pub(crate) async fn into_body(mut self) -> Result<Body, ApiError> {
        let Some(first) = self.received.next().await else {
            return outcome((&mut self.thread).await).map(|()| Body::empty());
        };
        let Some(second) = self.received.next().await else {
            return outcome((&mut self.thread).await).map(|()| Body::from(first));
        };
        self.ready.extend([first, second]);
        Ok(Body::new(self))
    }
}

impl hyper::body::Body for Running {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        if let Some(piece) = self.ready.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if let Some(piece) = ready!(self.received.poll_next(context)) {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        // A failure must break the connection, or half an answer would look whole.
        let ended = ready!(Pin::new(&mut self.thread).poll(context));
        self.is_over = true;
        match outcome(ended) {
            Ok(()) => Poll::Ready(None),
            Err(error) => Poll::Ready(Some(Err(error.message.into()))),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

fn outcome(ended: Result<Result<(), ApiError>, JoinError>) -> Result<(), ApiError> {
    ended.unwrap_or_else(|_| {
        Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "a request panicked; see the log"))
    })
}

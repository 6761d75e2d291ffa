//! A statement at work, as the body of its answer.

use crate::answer::Received;
use axum::body::Body;
use bytes::Bytes;
use hyper::body::Frame;
use model::CancelToken;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::task::{JoinError, JoinHandle};

/// The pieces of an answer and the thread that makes them. Dropped early, it cancels the statement.
#[derive(Debug)]
pub(super) struct Running {
    ready: VecDeque<Bytes>,
    received: Received,
    cancel: CancelToken,
    thread: JoinHandle<()>,
}

impl Running {
    pub(super) fn new(received: Received, cancel: CancelToken, thread: JoinHandle<()>) -> Self {
        Self { ready: VecDeque::new(), received, cancel, thread }
    }

    /// A body with a length when the whole answer is one piece, else one that goes on.
    pub(super) async fn into_body(mut self) -> Result<Body, JoinError> {
        let Some(first) = self.received.next().await else {
            return (&mut self.thread).await.map(|()| Body::empty());
        };
        let Some(second) = self.received.next().await else {
            return (&mut self.thread).await.map(|()| Body::from(first));
        };
        self.ready.extend([first, second]);
        Ok(Body::new(self))
    }
}

impl hyper::body::Body for Running {
    type Data = Bytes;
    type Error = JoinError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, JoinError>>> {
        if let Some(piece) = self.ready.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if let Some(piece) = ready!(self.received.poll_next(context)) {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        // A panic must break the connection, or half an answer would look whole.
        match ready!(Pin::new(&mut self.thread).poll(context)) {
            Ok(()) => Poll::Ready(None),
            Err(panicked) => Poll::Ready(Some(Err(panicked))),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

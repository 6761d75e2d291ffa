//! The bounded way from a statement's thread to its connection.

use crate::limits::{ANSWER_CHUNK_BYTES, ANSWER_CHUNKS_QUEUED, WRITE_PAUSE_MAX};
use bytes::Bytes;
use query::SinkError;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Text on its way out. The first piece leaves only when it is long, or when the answer is over: a
/// short answer is sent whole, with its length.
#[derive(Debug)]
pub(crate) struct Pieces {
    pub(crate) text: String,
    sender: mpsc::Sender<Bytes>,
    runtime: Handle,
}

/// The connection's end. It ends when the statement's end is dropped.
#[derive(Debug)]
pub(crate) struct Received(mpsc::Receiver<Bytes>);

/// Both ends. Called within the runtime that serves the connection.
pub(crate) fn channel() -> (Pieces, Received) {
    let (sender, receiver) = mpsc::channel(ANSWER_CHUNKS_QUEUED);
    (Pieces { text: String::new(), sender, runtime: Handle::current() }, Received(receiver))
}

impl Pieces {
    /// Hands the text on when there is enough of it.
    pub(crate) fn pass_on(&mut self) -> Result<(), SinkError> {
        if self.text.len() < ANSWER_CHUNK_BYTES { Ok(()) } else { self.flush() }
    }

    /// Hands on what there is; waits for the client, but not for ever.
    pub(crate) fn flush(&mut self) -> Result<(), SinkError> {
        if self.text.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.text));
        self.runtime
            .block_on(self.sender.send_timeout(piece, WRITE_PAUSE_MAX))
            .map_err(|_| SinkError::new("the client does not take its answer"))
    }
}

impl Received {
    /// The next piece, or nothing at the end.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        self.0.recv().await
    }

    /// The next piece as streams have it.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        Pin::new(&mut self.0).poll_recv(context)
    }
}

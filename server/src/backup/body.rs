//! The body of an answer that a thread writes: pieces at the client's pace, and an end that tells whether all
//! was there.

use crate::limits::{BACKUP_CHUNK_BYTES, BACKUP_CHUNKS_QUEUED, WRITE_PAUSE_MAX};
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A body of a known length. When the thread fails, or the client goes away, the other one ends, too.
#[derive(Debug)]
pub(super) struct ArchiveBody {
    left: u64,
    received: mpsc::Receiver<Bytes>,
    thread: JoinHandle<io::Result<()>>,
}

impl ArchiveBody {
    /// Has a thread write `length` bytes. Called within the runtime.
    pub(super) fn start(
        length: u64,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let (sender, received) = mpsc::channel(BACKUP_CHUNKS_QUEUED);
        let runtime = Handle::current();
        let thread = tokio::task::spawn_blocking(move || {
            let mut pieces = Pieces { buf: Vec::with_capacity(BACKUP_CHUNK_BYTES), sender, runtime };
            write(&mut pieces)?;
            pieces.flush()
        });
        Self { left: length, received, thread }
    }
}

impl Body for ArchiveBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(piece) = ready!(self.received.poll_recv(context)) {
            self.left = self.left.saturating_sub(piece.len() as u64);
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if self.left == 0 {
            return Poll::Ready(None);
        }
        // An error breaks the connection: half an archive must not look whole.
        let ended = ready!(Pin::new(&mut self.thread).poll(context));
        let why = ended.unwrap_or_else(|panicked| Err(io::Error::other(panicked))).err();
        Poll::Ready(Some(Err(why.unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Bytes on their way to the connection.
struct Pieces {
    buf: Vec<u8>,
    sender: mpsc::Sender<Bytes>,
    runtime: Handle,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(BACKUP_CHUNK_BYTES - self.buf.len());
        self.buf.extend_from_slice(&bytes[..taken]);
        if self.buf.len() == BACKUP_CHUNK_BYTES {
            self.flush()?;
        }
        Ok(taken)
    }

    /// Hands on what there is; waits for the client, but not for ever.
    fn flush(&mut self) -> io::Result<()> {
        if self.buf.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::replace(&mut self.buf, Vec::with_capacity(BACKUP_CHUNK_BYTES)));
        let sent = self.runtime.block_on(self.sender.send_timeout(piece, WRITE_PAUSE_MAX));
        sent.map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the client does not take the backup"))
    }
}

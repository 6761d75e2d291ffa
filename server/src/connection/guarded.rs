//! A TCP stream that gives up on a peer which neither sends nor takes.

use crate::limits::{HEAD_TIMEOUT, WRITE_PAUSE_MAX};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// Whether a request is being answered; shared with the service that answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Phase(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    busy: AtomicBool,
    /// A head was complete since somebody last looked: a request may begin and end between two reads.
    head_complete: AtomicBool,
}

impl Phase {
    pub(super) fn request_begins(&self) {
        self.0.busy.store(true, Ordering::Relaxed);
        self.0.head_complete.store(true, Ordering::Relaxed);
    }

    pub(super) fn request_ends(&self) {
        self.0.busy.store(false, Ordering::Relaxed);
    }

    fn is_busy(&self) -> bool {
        self.0.busy.load(Ordering::Relaxed)
    }

    fn take_head_complete(&self) -> bool {
        self.0.head_complete.swap(false, Ordering::Relaxed)
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Guarded {
    stream: TcpStream,
    phase: Phase,
    head: Deadline,
    write: Deadline,
}

impl Guarded {
    pub(super) fn new(stream: TcpStream, phase: Phase) -> Self {
        Self { stream, phase, head: Deadline::default(), write: Deadline::default() }
    }
}

/// A timer that exists only while something is awaited.
#[derive(Debug, Default)]
struct Deadline(Option<Pin<Box<Sleep>>>);

impl Deadline {
    fn start(&mut self, after: Duration) {
        if self.0.is_none() {
            self.0 = Some(Box::pin(tokio::time::sleep_until(Instant::now() + after)));
        }
    }

    fn stop(&mut self) {
        self.0 = None;
    }

    /// Ready when the time is up; registers the task otherwise.
    fn poll_passed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().map_or(Poll::Pending, |sleep| sleep.as_mut().poll(context))
    }
}

fn too_slow(what: &str) -> Poll<io::Result<()>> {
    Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, format!("the peer {what} for too long"))))
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.phase.take_head_complete() || this.phase.is_busy() {
            this.head.stop();
        }
        let before = buf.filled().len();
        match Pin::new(&mut this.stream).poll_read(context, buf) {
            Poll::Pending => {
                if this.head.poll_passed(context).is_ready() {
                    return too_slow("did not finish its request head");
                }
                Poll::Pending
            }
            Poll::Ready(result) => {
                if !this.phase.is_busy() && buf.filled().len() > before {
                    this.head.start(HEAD_TIMEOUT);
                }
                Poll::Ready(result)
            }
        }
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let written = Pin::new(&mut this.stream).poll_write(context, buf);
        this.watch_write(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.watch_write(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Guarded {
    fn watch_write(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.write.stop();
            return written;
        }
        self.write.start(WRITE_PAUSE_MAX);
        ready!(self.write.poll_passed(context));
        too_slow("did not take its answer").map_ok(|()| 0)
    }
}

//! The promise that a write is durable.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use disk::log;
use model::Lsn;

use crate::error::Result;

/// Resolves when the write is as durable as [`SyncPolicy`](crate::SyncPolicy) says: a future, or
/// [`wait`](Self::wait).
#[derive(Debug)]
#[must_use = "a write is acknowledged when its ticket resolves"]
pub struct Ticket {
    /// The place of the write in the order of all; of a write without accepted points, the last one before.
    pub lsn: Lsn,
    pending: Option<log::Ticket>,
}

impl Ticket {
    pub(crate) const fn new(lsn: Lsn, pending: log::Ticket) -> Self {
        Self { lsn, pending: Some(pending) }
    }

    /// A ticket for a write that has nothing to make durable.
    pub(crate) const fn resolved(lsn: Lsn) -> Self {
        Self { lsn, pending: None }
    }

    /// Blocks until the write is durable.
    ///
    /// # Errors
    /// When the log could not store it; it may or may not be there after a restart.
    pub fn wait(self) -> Result<()> {
        Ok(self.pending.map_or(Ok(()), log::Ticket::wait)?)
    }
}

impl Future for Ticket {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let Some(pending) = self.pending.as_mut() else { return Poll::Ready(Ok(())) };
        Pin::new(pending).poll(context).map_err(Into::into)
    }
}

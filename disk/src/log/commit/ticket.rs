//! The caller's half and the committer's half of an acknowledgement.
//!
//! A ticket is a plain future and can be waited for without one. A promise that is dropped unkept, even by a
//! panic, resolves its ticket with [`Error::Stopped`]: nobody waits for ever.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use threads::{Condvar, Mutex};

use crate::{Error, Result};

/// The outcome of a request; it resolves once.
#[derive(Debug)]
#[must_use = "nothing is acknowledged before the ticket resolves"]
pub struct Ticket {
    lsn: u64,
    cell: Arc<Cell>,
}

/// The other half: to be kept by the committer.
#[derive(Debug)]
pub(super) struct Promise {
    cell: Option<Arc<Cell>>,
}

#[derive(Debug, Default)]
struct Cell {
    state: Mutex<State>,
    resolved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    outcome: Option<Outcome>,
    waker: Option<Waker>,
}

#[derive(Debug, Clone)]
enum Outcome {
    Done,
    Failed(Arc<Error>),
    Abandoned,
}

/// A ticket for what ends with number `lsn`, and its promise.
pub(super) fn pair(lsn: u64) -> (Ticket, Promise) {
    let cell = Arc::new(Cell::default());
    (Ticket { lsn, cell: Arc::clone(&cell) }, Promise { cell: Some(cell) })
}

impl Ticket {
    /// The last sequence number that the request was about.
    #[must_use]
    pub fn lsn(&self) -> u64 {
        self.lsn
    }

    /// Whether it has resolved.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        self.cell.state.lock().outcome.is_some()
    }

    /// Blocks until it resolves.
    ///
    /// # Errors
    /// [`Error::ReadOnly`] when the log could not do it, [`Error::Stopped`] when it ended before.
    pub fn wait(self) -> Result<()> {
        let mut state = self.cell.state.lock();
        loop {
            if let Some(outcome) = &state.outcome {
                return outcome.result();
            }
            self.cell.resolved.wait(&mut state);
        }
    }
}

impl Future for Ticket {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let mut state = self.cell.state.lock();
        if let Some(outcome) = &state.outcome {
            return Poll::Ready(outcome.result());
        }
        match &mut state.waker {
            Some(waker) => waker.clone_from(context.waker()),
            empty => *empty = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}

impl Outcome {
    fn result(&self) -> Result<()> {
        match self {
            Self::Done => Ok(()),
            Self::Failed(error) => Err(Error::ReadOnly { source: Arc::clone(error) }),
            Self::Abandoned => Err(Error::Stopped),
        }
    }
}

impl Promise {
    pub(super) fn keep(mut self, outcome: &std::result::Result<(), Arc<Error>>) {
        self.resolve(match outcome {
            Ok(()) => Outcome::Done,
            Err(error) => Outcome::Failed(Arc::clone(error)),
        });
    }

    fn resolve(&mut self, outcome: Outcome) {
        let Some(cell) = self.cell.take() else { return };
        let waker = {
            let mut state = cell.state.lock();
            state.outcome = Some(outcome);
            state.waker.take()
        };
        cell.resolved.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.resolve(Outcome::Abandoned);
    }
}

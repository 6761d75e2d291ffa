//! Group commit: many threads hand in frames, one thread writes and syncs for all of them.
//!
//! The life of a submission: the caller numbers its frames under its own lock and calls [`GroupCommit::submit`],
//! which queues them and gives a [`Ticket`]; the committer takes all that wait, writes them with one write,
//! syncs once, and wakes everybody. It never waits for company: what arrives during a sync is the next group.
//!
//! A sync that fails retires its file for ever. The frames that nobody may consider durable yet go to a fresh
//! file; if that fails too, every waiting ticket gets the error and the log is read-only until a fresh file can
//! be made, which the committer tries by itself with growing pauses and at once on [`GroupCommit::retry`].
//!
//! Files are grouped into generations: after [`GroupCommit::roll`] frames go to files of the next one, and
//! [`GroupCommit::files`] says which belong to which, so that a caller deletes exactly those it no longer needs.

mod committer;
mod event;
mod options;
mod queue;
mod ticket;

use std::fmt;
use std::sync::Arc;

use threads::thread::{self, JoinHandle};

use self::committer::Committer;
use self::queue::{Queue, Request};
use super::frame::Frames;
use crate::{Error, Fs, Result};

pub use event::Event;
pub use options::{FileState, LogFile, NextFile, Options, Place, Policy, Start, Status};
pub use ticket::Ticket;

/// Names the next file of the log and draws its salt.
type Placer = Box<dyn FnMut(&NextFile) -> Place + Send>;
/// Is told what happens, on the committer's thread: it must not call back into the log.
type Observer = Box<dyn Fn(&Event) + Send>;

/// A log with a committer thread.
pub struct GroupCommit {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl GroupCommit {
    /// Creates the first file and starts the committer. `place` names each file, which must be new; `observe` is
    /// told of each commit and each misfortune.
    ///
    /// # Errors
    /// When the first file or the thread cannot be made.
    pub fn start(
        fs: Arc<dyn Fs>,
        options: Options,
        start: Start,
        place: impl FnMut(&NextFile) -> Place + Send + 'static,
        observe: impl Fn(&Event) + Send + 'static,
    ) -> Result<Self> {
        let queue = Arc::new(Queue::new(options.queue_bytes_max, start.first_lsn.saturating_sub(1)));
        let place: Placer = Box::new(place);
        let observe: Observer = Box::new(observe);
        let committer = Committer::open(fs, options, start, Arc::clone(&queue), place, observe)?;
        let path = committer.path();
        let thread = thread::Builder::new()
            .name("log-committer".to_owned())
            .spawn(move || committer.run())
            .map_err(|source| Error::io("start the committer of", &path, source))?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Queues frames, whose numbers must follow those of the last submission. Blocks while the queue is full.
    ///
    /// # Errors
    /// When the numbers do not follow, the log is read-only, or it is stopped: nothing was queued.
    pub fn submit(&self, frames: Frames) -> Result<Ticket> {
        self.queue.submit(frames, None)
    }

    /// As [`GroupCommit::submit`], for frames that mean nothing without those before them: they are refused if
    /// the log has lost any since it had counted `losses`, even if it takes writes again by now.
    ///
    /// # Errors
    /// As [`GroupCommit::submit`], and [`Error::FramesLost`].
    pub fn submit_after(&self, losses: u64, frames: Frames) -> Result<Ticket> {
        self.queue.submit(frames, Some(losses))
    }

    /// How many times the log has become read-only, with frames that it may have refused.
    #[must_use]
    pub fn losses(&self) -> u64 {
        self.queue.losses()
    }

    /// A ticket for the durability of all that was submitted so far, whatever the policy.
    ///
    /// # Errors
    /// When the log is read-only or stopped.
    pub fn sync(&self) -> Result<Ticket> {
        self.queue.request(Request::Sync)
    }

    /// Ends the current generation: all that was submitted so far lies in its files, all that follows goes to
    /// files of `generation`. The ticket resolves when the new file is there.
    ///
    /// # Errors
    /// When the log is read-only or stopped.
    pub fn roll(&self, generation: u64) -> Result<Ticket> {
        self.queue.request(Request::Roll(generation))
    }

    /// Asks a read-only log to try a fresh file now. The ticket resolves with the outcome; a log that takes
    /// writes resolves it at once.
    ///
    /// # Errors
    /// When the log is stopped.
    pub fn retry(&self) -> Result<Ticket> {
        self.queue.request(Request::Retry)
    }

    /// All files that were written and not forgotten, from the oldest to the newest.
    #[must_use]
    pub fn files(&self) -> Vec<LogFile> {
        self.queue.files()
    }

    /// Takes the files of all generations below `generation` off the list: the caller deletes them. The file
    /// that is being written stays.
    #[must_use]
    pub fn forget_below(&self, generation: u64) -> Vec<LogFile> {
        self.queue.forget_below(generation)
    }

    /// Counters and the present state.
    #[must_use]
    pub fn status(&self) -> Status {
        self.queue.status()
    }

    /// Commits all that waits, cuts off unused room, syncs and ends the thread. A read-only log tries a fresh file
    /// once more.
    ///
    /// # Errors
    /// When the last file could not be closed soundly, or the log stays read-only: then the stop is not clean.
    pub fn stop(mut self) -> Result<()> {
        let ticket = self.queue.request(Request::Stop)?;
        let outcome = ticket.wait();
        self.join();
        outcome
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic of the committer has failed all tickets already, by dropping their promises.
            let _ = thread.join();
        }
    }
}

impl Drop for GroupCommit {
    /// As [`GroupCommit::stop`], for owners who have no use for the outcome.
    fn drop(&mut self) {
        if self.thread.is_some() {
            // The error says that the committer is gone already.
            let _ = self.queue.request(Request::Stop);
            self.join();
        }
    }
}

impl fmt::Debug for GroupCommit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GroupCommit").field("status", &self.status()).finish()
    }
}

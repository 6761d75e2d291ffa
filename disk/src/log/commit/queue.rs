//! What lies between submitters and the committer: the waiting requests, their bound, and the published state.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use threads::{Condvar, Mutex};

use super::options::{FileState, LogFile, Status};
use super::ticket::{Promise, Ticket, pair};
use crate::log::frame::{Frames, check_order};
use crate::{Error, Result};

#[derive(Debug)]
pub(super) struct Queue {
    bytes_max: usize,
    state: Mutex<State>,
    /// Told when a request arrives.
    work: Condvar,
    /// Told when there is room again, or no use in waiting for it.
    room: Condvar,
}

#[derive(Debug)]
struct State {
    waiting: VecDeque<Waiting>,
    files: Vec<LogFile>,
    status: Status,
    stopping: bool,
}

#[derive(Debug)]
enum Waiting {
    Frames(Frames, Promise),
    Request(Request, Promise),
}

/// What can be asked besides storing frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    Sync,
    Roll(u64),
    Retry,
    Stop,
}

/// What the committer does next.
#[derive(Debug)]
pub(super) enum Work {
    /// All frames that waited, up to the next request.
    Commit(Vec<(Frames, Promise)>),
    Request(Request, Promise),
    /// Nothing came before the deadline.
    Tick,
}

impl Queue {
    pub(super) fn new(bytes_max: usize, last_lsn: u64) -> Self {
        let status = Status {
            submitted_lsn: last_lsn,
            written_lsn: last_lsn,
            durable_lsn: last_lsn,
            ..Status::default()
        };
        let state = State { waiting: VecDeque::new(), files: Vec::new(), status, stopping: false };
        Self { bytes_max, state: Mutex::new(state), work: Condvar::new(), room: Condvar::new() }
    }

    /// Queues frames; with `losses`, only if the log has lost none since it had counted so many.
    pub(super) fn submit(&self, frames: Frames, losses: Option<u64>) -> Result<Ticket> {
        let mut state = self.state.lock();
        state.check_open()?;
        while !state.has_room(frames.size(), self.bytes_max) {
            self.room.wait(&mut state);
            state.check_open()?;
        }
        if losses.is_some_and(|losses| losses != state.status.losses) {
            return Err(Error::FramesLost);
        }
        if let Some(first) = frames.first_lsn() {
            check_order(first, Some(state.status.submitted_lsn))?;
        }
        let last_lsn = frames.last_lsn().unwrap_or(state.status.submitted_lsn);
        let (ticket, promise) = pair(last_lsn);
        state.status.submitted_lsn = last_lsn;
        state.status.queued_bytes += frames.size();
        state.waiting.push_back(Waiting::Frames(frames, promise));
        self.work.notify_one();
        Ok(ticket)
    }

    pub(super) fn request(&self, request: Request) -> Result<Ticket> {
        let mut state = self.state.lock();
        match request {
            Request::Sync | Request::Roll(_) => state.check_open()?,
            Request::Retry | Request::Stop if state.stopping => return Err(Error::Stopped),
            Request::Retry => {}
            Request::Stop => state.stopping = true,
        }
        let (ticket, promise) = pair(state.status.submitted_lsn);
        state.waiting.push_back(Waiting::Request(request, promise));
        self.work.notify_one();
        self.room.notify_all();
        Ok(ticket)
    }

    /// Blocks until there is work or the deadline has passed.
    pub(super) fn take(&self, deadline: Option<Instant>) -> Work {
        let mut state = self.state.lock();
        while state.waiting.is_empty() {
            match deadline {
                None => self.work.wait(&mut state),
                Some(deadline) if self.work.wait_until(&mut state, deadline).timed_out() => {
                    return Work::Tick;
                }
                Some(_) => {}
            }
        }
        state.take_work()
    }

    /// Gives back the room of a group that is through.
    pub(super) fn release(&self, bytes: usize) {
        self.state.lock().status.queued_bytes -= bytes;
        self.room.notify_all();
    }

    /// Closes the queue behind the committer: what still waits is abandoned.
    pub(super) fn close(&self) {
        let abandoned = {
            let mut state = self.state.lock();
            state.stopping = true;
            std::mem::take(&mut state.waiting)
        };
        drop(abandoned);
        self.room.notify_all();
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.state.lock().status);
        self.room.notify_all();
    }

    pub(super) fn status(&self) -> Status {
        self.state.lock().status.clone()
    }

    pub(super) fn losses(&self) -> u64 {
        self.state.lock().status.losses
    }

    pub(super) fn files(&self) -> Vec<LogFile> {
        self.state.lock().files.clone()
    }

    pub(super) fn add_file(&self, file: LogFile) {
        self.state.lock().files.push(file);
    }

    /// Changes the entry of the file that takes frames.
    pub(super) fn update_active(&self, change: impl FnOnce(&mut LogFile)) {
        if let Some(file) =
            self.state.lock().files.iter_mut().rev().find(|file| file.state == FileState::Active)
        {
            change(file);
        }
    }

    pub(super) fn forget_below(&self, generation: u64) -> Vec<LogFile> {
        let mut state = self.state.lock();
        let (forgotten, kept) = std::mem::take(&mut state.files)
            .into_iter()
            .partition(|file| file.generation < generation && file.state != FileState::Active);
        state.files = kept;
        forgotten
    }
}

impl State {
    fn check_open(&self) -> Result<()> {
        if self.stopping {
            return Err(Error::Stopped);
        }
        match &self.status.read_only {
            Some(error) => Err(Error::ReadOnly { source: Arc::clone(error) }),
            None => Ok(()),
        }
    }

    fn has_room(&self, bytes: usize, bytes_max: usize) -> bool {
        let queued = self.status.queued_bytes;
        queued == 0 || queued + bytes <= bytes_max
    }

    fn take_work(&mut self) -> Work {
        let mut group = Vec::new();
        while let Some(waiting) = self.waiting.pop_front() {
            match waiting {
                Waiting::Frames(frames, promise) => group.push((frames, promise)),
                Waiting::Request(request, promise) if group.is_empty() => {
                    return Work::Request(request, promise);
                }
                request @ Waiting::Request(..) => {
                    self.waiting.push_front(request);
                    break;
                }
            }
        }
        Work::Commit(group)
    }
}

//! The committer thread: takes what waits, writes it, syncs it, and knows what to do when that fails.
//!
//! `unsynced` holds the frames that a failed sync would put in doubt, so that they can go to a fresh file: with
//! [`Policy::Always`] the group under way, with [`Policy::Interval`] all since the last sync, with [`Policy::Os`]
//! the group under way only, because nothing bounds the time between syncs there.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::event::Event;
use super::options::{FileState, LogFile, NextFile, Options, Policy, Start};
use super::queue::{Queue, Request, Work};
use super::ticket::Promise;
use super::{Observer, Placer};
use crate::limits::LOG_UNSYNCED_BYTES_MAX;
use crate::log::frame::Frames;
use crate::log::writer::Writer;
use crate::width::offset;
use crate::{Error, Fs, Result};

pub(super) struct Committer {
    fs: Arc<dyn Fs>,
    options: Options,
    queue: Arc<Queue>,
    place: Placer,
    observe: Observer,
    generation: u64,
    next_file_number: u64,
    /// None while the log is read-only.
    writer: Option<Writer>,
    /// Frames that are not known to be durable; while the log is read-only all of them are acknowledged.
    unsynced: Frames,
    /// All frames up to this number are durable, or under [`Policy::Os`] left to the system: the next file
    /// vouches for them.
    settled_lsn: u64,
    written_lsn: u64,
    synced_lsn: u64,
    last_sync: Instant,
    retry_at: Instant,
    retry_pause: Duration,
}

impl Committer {
    /// Makes the first file.
    pub(super) fn open(
        fs: Arc<dyn Fs>,
        options: Options,
        start: Start,
        queue: Arc<Queue>,
        place: Placer,
        observe: Observer,
    ) -> Result<Self> {
        let now = Instant::now();
        let last_lsn = start.first_lsn.saturating_sub(1);
        let retry_pause = options.retry_min;
        let mut committer = Self {
            fs,
            options,
            queue,
            place,
            observe,
            generation: start.generation,
            next_file_number: start.file_number,
            writer: None,
            unsynced: Frames::new(),
            settled_lsn: last_lsn,
            written_lsn: last_lsn,
            synced_lsn: last_lsn,
            last_sync: now,
            retry_at: now,
            retry_pause,
        };
        committer.open_file()?;
        Ok(committer)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.writer.as_ref().map(|writer| writer.path().to_path_buf()).unwrap_or_default()
    }

    pub(super) fn run(mut self) {
        loop {
            match self.queue.take(self.deadline()) {
                Work::Commit(group) => self.commit(group),
                Work::Tick => self.tick(),
                Work::Request(Request::Stop, promise) => {
                    let outcome = self.close();
                    self.queue.close();
                    return promise.keep(&outcome);
                }
                Work::Request(request, promise) => {
                    let outcome = self.answer(request);
                    promise.keep(&outcome);
                }
            }
        }
    }

    fn deadline(&self) -> Option<Instant> {
        match (&self.writer, self.options.policy) {
            (None, _) => Some(self.retry_at),
            (Some(_), Policy::Interval(pause)) if !self.unsynced.is_empty() => Some(self.last_sync + pause),
            _ => None,
        }
    }

    fn tick(&mut self) {
        // The outcome is in the status and in the event; no ticket waits for it.
        let _ = if self.writer.is_none() { self.resume() } else { self.sync_or_move() };
    }

    fn answer(&mut self, request: Request) -> std::result::Result<(), Arc<Error>> {
        match request {
            Request::Sync => self.sync_or_move(),
            Request::Roll(generation) => self.roll(generation),
            Request::Retry if self.writer.is_none() => self.resume(),
            Request::Retry | Request::Stop => Ok(()),
        }
    }

    fn commit(&mut self, group: Vec<(Frames, Promise)>) {
        let started = Instant::now();
        let (frames, promises): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let bytes = frames.iter().map(Frames::size).sum();
        let count = frames.iter().map(Frames::count).sum();
        let outcome = self.store(frames);
        if outcome.is_ok() {
            self.publish_commit(count, bytes);
            let elapsed = started.elapsed();
            (self.observe)(&Event::Committed { tickets: promises.len(), frames: count, bytes, elapsed });
        }
        self.queue.release(bytes);
        promises.into_iter().for_each(|promise| promise.keep(&outcome));
    }

    /// Writes a group, in this file or in a fresh one, and syncs it if the policy says so.
    fn store(&mut self, group: Vec<Frames>) -> std::result::Result<(), Arc<Error>> {
        self.leave_full_file()?;
        let from = self.unsynced.count();
        for frames in group {
            self.unsynced.extend(frames).map_err(Arc::new)?;
        }
        let stored = self.write_from(from).and_then(|()| self.sync_if_due());
        let outcome = stored.or_else(|error| self.move_on(error));
        match &outcome {
            Ok(()) => self.acknowledge(),
            Err(_) => self.disown(from),
        }
        outcome
    }

    fn write_from(&mut self, from: usize) -> Result<()> {
        let Some(writer) = self.writer.as_mut() else { return Err(Error::Stopped) };
        writer.append_from(&mut self.unsynced, from)?;
        self.written_lsn = self.unsynced.last_lsn().unwrap_or(self.written_lsn);
        Ok(())
    }

    fn sync_if_due(&mut self) -> Result<()> {
        let due = match self.options.policy {
            Policy::Always => true,
            Policy::Interval(pause) => {
                self.last_sync.elapsed() >= pause || self.unsynced.size() >= LOG_UNSYNCED_BYTES_MAX
            }
            Policy::Os => false,
        };
        if due { self.sync() } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<()> {
        let Some(writer) = self.writer.as_mut() else { return Err(Error::Stopped) };
        let started = Instant::now();
        writer.sync()?;
        self.last_sync = Instant::now();
        (self.observe)(&Event::Synced { elapsed: self.last_sync - started });
        self.unsynced = Frames::new();
        (self.settled_lsn, self.synced_lsn) = (self.written_lsn, self.written_lsn);
        self.queue.update(|status| status.syncs += 1);
        Ok(())
    }

    /// All frames written so far are acknowledged now.
    fn acknowledge(&mut self) {
        self.retry_pause = self.options.retry_min;
        if self.options.policy == Policy::Os {
            self.unsynced = Frames::new();
            self.settled_lsn = self.written_lsn;
        }
    }

    /// The frames from the `from`-th on are refused to their callers: no later file may vouch for them.
    fn disown(&mut self, from: usize) {
        self.unsynced.truncate(from);
        self.written_lsn = self.unsynced.last_lsn().unwrap_or(self.settled_lsn);
    }

    fn sync_or_move(&mut self) -> std::result::Result<(), Arc<Error>> {
        self.check_writable()?;
        let outcome = self.sync().or_else(|error| self.move_on(error));
        self.publish();
        outcome
    }

    /// Starts a new generation. It counts as started even if its file cannot be made: frames of the old one
    /// must not follow.
    fn roll(&mut self, generation: u64) -> std::result::Result<(), Arc<Error>> {
        self.check_writable()?;
        self.leave_file()?;
        self.generation = generation;
        self.open_file().map_err(|error| self.give_up(error))
    }

    fn leave_full_file(&mut self) -> std::result::Result<(), Arc<Error>> {
        self.check_writable()?;
        if self.writer.as_ref().is_none_or(|writer| writer.end() < self.options.file_bytes_max) {
            return Ok(());
        }
        self.leave_file()?;
        self.open_file().map_err(|error| self.give_up(error))
    }

    /// Closes the current file with all its frames durable, or moves those in doubt to a fresh one first.
    fn leave_file(&mut self) -> std::result::Result<(), Arc<Error>> {
        if self.written_lsn > self.synced_lsn {
            self.sync_or_move()?;
        }
        let Some(writer) = self.writer.take() else { return Ok(()) };
        match writer.close() {
            Ok(()) => self.queue.update_active(|file| file.state = FileState::Closed),
            // All frames are durable already: only the cut failed, and a reader knows unused room.
            Err(error) => self.retire(&Arc::new(error)),
        }
        Ok(())
    }

    /// After a failure: the frames in doubt go to a fresh file.
    fn move_on(&mut self, error: Error) -> std::result::Result<(), Arc<Error>> {
        self.writer = None;
        self.retire(&Arc::new(error));
        self.refill().map_err(|error| self.give_up(error))
    }

    /// Makes a fresh file with all unsynced frames in it, durable.
    fn refill(&mut self) -> Result<()> {
        self.open_file()?;
        self.write_from(0)?;
        self.sync()
    }

    /// Tries to take writes again. The pause before the next try shrinks only when a write succeeds: a disk that
    /// has room for a header but for no frame must not be asked ten times a second.
    fn resume(&mut self) -> std::result::Result<(), Arc<Error>> {
        self.refill().map_err(|error| self.give_up(error))?;
        self.publish();
        self.queue.update(|status| status.read_only = None);
        (self.observe)(&Event::Resumed);
        Ok(())
    }

    /// Takes no writes until [`Committer::resume`] succeeds.
    fn give_up(&mut self, error: Error) -> Arc<Error> {
        let error = Arc::new(error);
        if self.writer.take().is_some() {
            self.retire(&error);
        }
        self.retry_at = Instant::now() + self.retry_pause;
        self.retry_pause = (self.retry_pause * 2).min(self.options.retry_max);
        let reason = Arc::clone(&error);
        self.queue.update(|status| {
            status.read_only = Some(reason);
            status.losses += 1;
        });
        (self.observe)(&Event::ReadOnly { error: Arc::clone(&error) });
        error
    }

    fn check_writable(&self) -> std::result::Result<(), Arc<Error>> {
        if self.writer.is_some() {
            return Ok(());
        }
        Err(self.queue.status().read_only.unwrap_or_else(|| Arc::new(Error::Stopped)))
    }

    fn retire(&mut self, error: &Arc<Error>) {
        let mut path = PathBuf::new();
        self.queue.update_active(|file| {
            file.state = FileState::Retired;
            path.clone_from(&file.path);
        });
        let is_doubtful = self.options.policy == Policy::Os && self.settled_lsn > self.synced_lsn;
        let doubtful = is_doubtful.then_some((self.synced_lsn + 1, self.settled_lsn));
        (self.observe)(&Event::Retired { path, error: Arc::clone(error), doubtful });
    }

    fn open_file(&mut self) -> Result<()> {
        let file_number = self.next_file_number;
        self.next_file_number += 1;
        let first_lsn = self.settled_lsn + 1;
        let generation = self.generation;
        let place = (self.place)(&NextFile { file_number, generation, first_lsn });
        let preallocate = self.options.preallocate_bytes;
        let writer = Writer::create(self.fs.as_ref(), &place.path, place.salt, first_lsn, preallocate)?;
        let (path, bytes, state) = (place.path, writer.end(), FileState::Active);
        let event = Event::Opened { path: path.clone(), generation };
        self.queue.add_file(LogFile {
            path,
            generation,
            file_number,
            first_lsn,
            last_lsn: None,
            bytes,
            state,
        });
        self.writer = Some(writer);
        (self.observe)(&event);
        Ok(())
    }

    /// Closes the last file for a clean stop. A read-only log tries a fresh file first: the disk may be well again
    /// since its last try.
    fn close(&mut self) -> std::result::Result<(), Arc<Error>> {
        if self.writer.is_none() {
            self.resume()?;
        }
        self.leave_file()?;
        let retired = self.queue.files().last().is_some_and(|file| file.state == FileState::Retired);
        if retired { Err(Arc::new(Error::Retired { path: self.last_path() })) } else { Ok(()) }
    }

    fn last_path(&self) -> PathBuf {
        self.queue.files().last().map(|file| file.path.clone()).unwrap_or_default()
    }

    fn publish_commit(&self, frames: usize, bytes: usize) {
        self.publish();
        self.queue.update(|status| {
            status.groups += 1;
            status.frames += offset(frames);
            status.bytes += offset(bytes);
        });
    }

    fn publish(&self) {
        let (written_lsn, durable_lsn) = (self.written_lsn, self.synced_lsn);
        self.queue.update(|status| (status.written_lsn, status.durable_lsn) = (written_lsn, durable_lsn));
        if let Some(writer) = &self.writer {
            let (last_lsn, bytes) = (writer.last_lsn(), writer.end());
            self.queue.update_active(|file| (file.last_lsn, file.bytes) = (last_lsn, bytes));
        }
    }
}

impl Drop for Committer {
    /// Also reached by a panic: whoever waits must not wait for ever.
    fn drop(&mut self) {
        self.queue.close();
    }
}

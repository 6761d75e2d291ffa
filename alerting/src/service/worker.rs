//! The thread: reads the stream, evaluates, posts events, and saves the state every few seconds.

use super::Shared;
use crate::checkpoint;
use crate::event::Event;
use crate::limits::{
    AHEAD_MAX, CHECKPOINT_INTERVAL, CHECKPOINT_REST_FACTOR, REOPEN_LOOK, REOPEN_PAUSE_MAX, STREAM_WAIT,
};
use crate::port::{StreamRead, StreamSource};
use crate::rule::nanoseconds;
use crate::status::Gap;
use model::Lsn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

/// What the thread keeps for itself.
pub(super) struct Worker {
    shared: Arc<Shared>,
    source: Box<dyn StreamSource>,
    saved_lsn: Lsn,
    next_save: Duration,
    /// How long to wait before the source is opened anew, should it end.
    reopen_pause: Duration,
}

impl Worker {
    pub(super) fn spawn(shared: Arc<Shared>, after: Lsn) -> std::io::Result<JoinHandle<()>> {
        let source = shared.store.open(after);
        // From now on there is a place to go on from, even if the program dies before the first save is due.
        let next_save = shared.clock.monotonic() + save(&shared);
        let worker = Self { shared, source, saved_lsn: after, next_save, reopen_pause: STREAM_WAIT };
        std::thread::Builder::new().name("alerting".to_owned()).spawn(move || worker.run())
    }

    fn run(mut self) {
        while !self.shared.stop.load(Ordering::SeqCst) {
            let latest = self.shared.store.latest();
            match self.source.next(STREAM_WAIT) {
                StreamRead::Closed => self.reopen(),
                read => {
                    self.reopen_pause = STREAM_WAIT;
                    if matches!(read, StreamRead::Idle) {
                        self.shared.idle_lsn.store(latest.0, Ordering::Relaxed);
                    }
                    step(&self.shared, read);
                }
            }
            self.save_if_due();
        }
        save(&self.shared);
    }

    /// Follows the store anew: a record that could not be read now may be readable, or gone, later. Waits
    /// longer each time.
    fn reopen(&mut self) {
        let resume_at = self.shared.clock.monotonic() + self.reopen_pause;
        self.reopen_pause = (self.reopen_pause * 2).min(REOPEN_PAUSE_MAX);
        while self.shared.clock.monotonic() < resume_at {
            if self.shared.stop.load(Ordering::SeqCst) {
                return;
            }
            std::thread::sleep(REOPEN_LOOK);
        }
        self.source = self.shared.store.open(self.shared.evaluator.lock().lsn);
    }

    fn save_if_due(&mut self) {
        if self.shared.clock.monotonic() < self.next_save {
            return;
        }
        let lsn = self.shared.evaluator.lock().lsn;
        let rest = if lsn == self.saved_lsn { CHECKPOINT_INTERVAL } else { save(&self.shared) };
        self.saved_lsn = lsn;
        self.next_save = self.shared.clock.monotonic() + rest;
    }
}

/// Takes one thing of the stream: its events are on disk, and then with the handlers, when this returns.
pub(super) fn step(shared: &Shared, read: StreamRead) {
    let _step = shared.step.lock();
    match read {
        StreamRead::Batch(batch) => {
            let events = {
                let mut evaluator = shared.evaluator.lock();
                evaluator.horizon_ns = shared.clock.now_ns().saturating_add(nanoseconds(AHEAD_MAX));
                evaluator.apply(&batch)
            };
            if !events.is_empty() {
                post(shared, batch.lsn, events);
            }
        }
        StreamRead::Gap { from, to } => {
            tracing::warn!(%from, %to, "records were gone before the alert rules could see them");
            shared.evaluator.lock().skip(Gap { from, to });
        }
        StreamRead::Idle => shared.evaluator.lock().settle(),
        StreamRead::Closed => {}
    }
}

fn post(shared: &Shared, lsn: Lsn, events: Vec<Event>) {
    let addressed = events.into_iter().map(|event| (shared.notifier.topic(&event.rule), event));
    let addressed = addressed.map(|(to, event)| (event, to)).collect();
    let letters = shared.outbox.post(lsn, shared.clock.now_ns(), addressed);
    shared.notifier.hand_out(&letters);
}

/// Saves the state. Gives how long to wait before the next save.
pub(super) fn save(shared: &Shared) -> Duration {
    let started = shared.clock.monotonic();
    let saved = checkpoint::save(&*shared.fs, &shared.directory, &shared.evaluator, &shared.outbox);
    if let Err(error) = saved {
        shared.saves_failed.fetch_add(1, Ordering::Relaxed);
        tracing::error!(%error, "the state of the alerts could not be saved");
    }
    let took = shared.clock.monotonic().saturating_sub(started);
    CHECKPOINT_INTERVAL.max(took * CHECKPOINT_REST_FACTOR)
}

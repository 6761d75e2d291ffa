//! The letters that wait for one handler, oldest first, within a bound.

use crate::outbox::Letter;
use crate::status::HandlerStatus;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;

/// The letters that wait for one handler.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) name: String,
    kind: &'static str,
    letters_max: usize,
    state: Mutex<State>,
    filled: Notify,
    pub(super) sent: AtomicU64,
    pub(super) retries: AtomicU64,
    pub(super) failed: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    letters: VecDeque<Arc<Letter>>,
    /// How many at the front are with the courier.
    taken: usize,
}

impl Queue {
    pub(super) fn new(name: &str, kind: &'static str, letters_max: usize) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            letters_max,
            state: Mutex::default(),
            filled: Notify::new(),
            sent: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    /// Adds letters; gives the numbers of those that were dropped for them, the oldest that nobody has
    /// taken yet: of an alert the newest word matters most.
    pub(super) fn push<'a>(&self, letters: impl Iterator<Item = &'a Arc<Letter>>) -> Vec<u64> {
        let mut state = self.state.lock();
        state.letters.extend(letters.cloned());
        let excess = state.letters.len().saturating_sub(self.letters_max.max(state.taken));
        let taken = state.taken;
        let dropped: Vec<u64> =
            state.letters.drain(taken..taken + excess).map(|letter| letter.entry).collect();
        drop(state);
        self.dropped.fetch_add(dropped.len() as u64, Ordering::Relaxed);
        self.filled.notify_one();
        dropped
    }

    /// The oldest letters, at most so many; waits for one. They stay until [`finish`](Self::finish).
    pub(super) async fn take(&self, letters_max: usize) -> Vec<Arc<Letter>> {
        loop {
            let taken = self.take_now(letters_max);
            if !taken.is_empty() {
                return taken;
            }
            self.filled.notified().await;
        }
    }

    fn take_now(&self, letters_max: usize) -> Vec<Arc<Letter>> {
        let mut state = self.state.lock();
        state.taken = state.letters.len().min(letters_max);
        state.letters.iter().take(state.taken).cloned().collect()
    }

    /// The letters that were taken are done with.
    pub(super) fn finish(&self) {
        let mut state = self.state.lock();
        let taken = std::mem::take(&mut state.taken);
        state.letters.drain(..taken);
    }

    pub(super) fn status(&self) -> HandlerStatus {
        HandlerStatus {
            name: self.name.clone(),
            kind: self.kind,
            queued: self.state.lock().letters.len(),
            sent: self.sent.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
        }
    }
}

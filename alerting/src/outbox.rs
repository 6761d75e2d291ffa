//! Events that are on their way, on disk before any handler sees them.
//!
//! An event becomes a [`Letter`] with the names of its handlers. The letter is in the [`Journal`] before it is
//! handed out; when a handler is through with it, a mark follows. What is not marked is handed out again after
//! a restart. The checkpoint takes over what is still waiting, and older journal files go.
//!
//! When the disk takes no more, letters go out all the same: an alert that a disk is full must not wait for
//! room on it. They are counted, and may go out twice if the program dies then.

mod journal;
mod letter;

pub(crate) use journal::set_aside;
pub(crate) use letter::Letter;

use crate::event::Event;
use disk::Fs;
use journal::{Journal, Record};
use letter::Done;
use model::Lsn;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Letters that wait, and the files that remember them.
#[derive(Debug)]
pub(crate) struct Outbox(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    journal: Journal,
    waiting: BTreeMap<u64, Arc<Letter>>,
    next_entry: u64,
    unstored: u64,
}

/// What the outbox held at one moment, for a checkpoint.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct OutboxState {
    /// The first journal file that is newer than this.
    pub(crate) journal: u64,
    /// The number of the next letter.
    pub(crate) next_entry: u64,
    /// The letters that wait.
    pub(crate) letters: Vec<Letter>,
}

impl Outbox {
    /// The outbox as the last life left it: `saved` and what the journal says since. Also gives every event
    /// that the journal has, with its record.
    pub(crate) fn open(fs: Arc<dyn Fs>, directory: PathBuf, saved: OutboxState) -> (Self, Vec<(Lsn, Event)>) {
        let (journal, records) = Journal::open(fs, directory, saved.journal);
        let mut next_entry = saved.next_entry;
        let mut waiting: BTreeMap<u64, Letter> =
            saved.letters.into_iter().map(|letter| (letter.entry, letter)).collect();
        let mut told = Vec::new();
        for record in records {
            match record {
                Record::Raised(letter) => {
                    next_entry = next_entry.max(letter.entry.saturating_add(1));
                    told.push((Lsn(letter.lsn), letter.event.clone()));
                    waiting.insert(letter.entry, *letter);
                }
                Record::Done(done) => mark(&mut waiting, &done),
            }
        }
        waiting.retain(|_, letter| !letter.to.is_empty());
        let waiting = waiting.into_iter().map(|(entry, letter)| (entry, Arc::new(letter))).collect();
        (Self(Mutex::new(Inner { journal, waiting, next_entry, unstored: 0 })), told)
    }

    /// Makes letters of events and stores them; `to` says for each who shall have it.
    pub(crate) fn post(&self, lsn: Lsn, now_ns: i64, events: Vec<(Event, Vec<String>)>) -> Vec<Arc<Letter>> {
        let mut inner = self.0.lock();
        let first = inner.next_entry;
        inner.next_entry = first.saturating_add(events.len() as u64);
        let letters: Vec<Arc<Letter>> = (first..)
            .zip(events)
            .map(|(entry, (event, to))| Arc::new(Letter { entry, lsn: lsn.0, at: now_ns, to, event }))
            .collect();
        let records: Vec<_> = letters.iter().map(|letter| letter.frame()).collect();
        if let Err(error) = inner.journal.append(&records) {
            inner.unstored += letters.len() as u64;
            tracing::error!(%error, events = letters.len(), "events could not be stored; they are sent all the same");
        }
        let waiting = letters.iter().filter(|letter| !letter.to.is_empty());
        inner.waiting.extend(waiting.map(|letter| (letter.entry, Arc::clone(letter))));
        letters
    }

    /// A handler is through with some letters.
    pub(crate) fn done(&self, handler: &str, entries: &[u64]) {
        let mut inner = self.0.lock();
        let marks: Vec<Done> =
            entries.iter().map(|entry| Done { entry: *entry, handler: handler.to_owned() }).collect();
        let records: Vec<_> = marks.iter().map(Done::frame).collect();
        if let Err(error) = inner.journal.append(&records) {
            tracing::error!(%error, handler, "sent events could not be marked; a restart may send them again");
        }
        for done in &marks {
            let Some(letter) = inner.waiting.get_mut(&done.entry) else { continue };
            let mut left = Letter::clone(letter);
            left.to.retain(|name| *name != done.handler);
            if left.to.is_empty() {
                inner.waiting.remove(&done.entry);
            } else {
                *letter = Arc::new(left);
            }
        }
    }

    /// The letters that wait, in their order.
    pub(crate) fn waiting(&self) -> Vec<Arc<Letter>> {
        self.0.lock().waiting.values().cloned().collect()
    }

    /// How many events were sent without having been stored.
    pub(crate) fn unstored(&self) -> u64 {
        self.0.lock().unstored
    }

    /// What a checkpoint has to keep. Whatever comes from now on is in the journal file that it names.
    pub(crate) fn snapshot(&self) -> OutboxState {
        let mut inner = self.0.lock();
        let letters = inner.waiting.values().map(|letter| Letter::clone(letter)).collect();
        OutboxState { journal: inner.journal.rotate(), next_entry: inner.next_entry, letters }
    }

    /// A checkpoint is on disk: the files before the one that it names are not needed any more.
    pub(crate) fn forget_before(&self, journal: u64) {
        self.0.lock().journal.remove_before(journal);
    }
}

fn mark(waiting: &mut BTreeMap<u64, Letter>, done: &Done) {
    if let Some(letter) = waiting.get_mut(&done.entry) {
        letter.to.retain(|name| *name != done.handler);
    }
}

#[cfg(test)]
mod tests;

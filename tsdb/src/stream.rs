//! Accepted batches for those who follow the store: alerts and subscriptions.
//!
//! The latest batches lie in a ring in memory. A follower that is behind it reads the WAL, and one that is
//! behind that too is told of the gap. Nobody who follows holds up a writer; a WAL that is being read waits for its
//! reader, within a bound.

mod behind;
mod followers;
mod ring;

use std::sync::Arc;
use std::time::Duration;

use model::{Lsn, StreamBatch};
use threads::atomic::{AtomicU64, Ordering};

pub(crate) use behind::read_behind;
pub(crate) use followers::{Candidate, Followers};
pub(crate) use ring::{Look, Ring};

use crate::engine::Engine;
use crate::error::{Error, Result};

/// What a follower gets.
#[derive(Debug, Clone)]
pub enum StreamRead {
    /// The next batch.
    Batch(StreamBatch),
    /// The batches from `from` up to, but without, `to` are not to be had: they are neither in memory nor in the
    /// WAL any more, or the WAL is damaged there.
    Gap {
        /// The first number that is missing.
        from: Lsn,
        /// The first number that may come next.
        to: Lsn,
    },
    /// Nothing came in the time given.
    Idle,
}

/// A place in the stream of accepted batches.
#[derive(Debug)]
pub struct StreamCursor {
    engine: Arc<Engine>,
    position: Lsn,
    /// Batches that were read from the WAL and not given yet, the next one last.
    ready: Vec<StreamBatch>,
    /// Where the upkeep reads how far this follower is.
    shared: Arc<AtomicU64>,
}

impl StreamCursor {
    pub(crate) fn new(engine: Arc<Engine>, position: Lsn) -> Self {
        let shared = engine.followers().join(position);
        Self { engine, position, ready: Vec::new(), shared }
    }

    fn go_to(&mut self, position: Lsn) {
        self.position = position;
        self.shared.store(position.0, Ordering::Relaxed);
    }

    /// The number of the next batch, or a lower one where numbers are not batches.
    #[must_use]
    pub const fn position(&self) -> Lsn {
        self.position
    }

    /// The next batch; waits for it at most `wait_max`.
    ///
    /// # Errors
    /// When the WAL cannot be read, or the engine is stopped and everything was given.
    pub fn next(&mut self, wait_max: Duration) -> Result<StreamRead> {
        if let Some(batch) = self.ready.pop() {
            return Ok(self.give(batch));
        }
        match self.engine.ring().look(self.position, wait_max)? {
            Look::Batch(batch) => Ok(self.give(batch)),
            Look::Idle => Ok(StreamRead::Idle),
            Look::Behind(floor) => self.catch_up(floor, wait_max),
        }
    }

    fn give(&mut self, batch: StreamBatch) -> StreamRead {
        self.go_to(batch.lsn.next());
        StreamRead::Batch(batch)
    }

    /// Reads some batches from the WAL; `floor` is where the ring begins.
    fn catch_up(&mut self, floor: Lsn, wait_max: Duration) -> Result<StreamRead> {
        // One view for both: what goes into segments between would be passed over without a word.
        let view = self.engine.view();
        let kept_from = view.wal_floor();
        if self.position < kept_from {
            let (from, to) = (self.position, kept_from.min(floor));
            self.go_to(to);
            return Ok(StreamRead::Gap { from, to });
        }
        let found = match read_behind(&self.engine, &view, self.position, floor) {
            Err(error @ Error::Corrupt { .. }) => {
                tracing::error!(%error, "a follower of the store passes over what cannot be read");
                let (from, to) = (self.position, floor);
                self.go_to(to);
                return Ok(StreamRead::Gap { from, to });
            }
            found => found?,
        };
        self.ready = found.batches;
        self.ready.reverse();
        match self.ready.pop() {
            Some(batch) => Ok(self.give(batch)),
            None => {
                if found.read_to <= self.position {
                    self.engine.ring().pause(wait_max);
                }
                self.go_to(found.read_to.max(self.position));
                Ok(StreamRead::Idle)
            }
        }
    }
}

//! The latest batches, in memory.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use model::{Lsn, StreamBatch};
use threads::{Condvar, Mutex};

use crate::error::{Error, Result};
use crate::limits::{STREAM_RING_BATCHES, STREAM_RING_BYTES};

/// A bounded queue that drops its oldest batch for a new one.
#[derive(Debug)]
pub(crate) struct Ring {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Debug)]
struct State {
    batches: VecDeque<StreamBatch>,
    bytes: usize,
    /// Batches from this number on are here.
    floor: Lsn,
    closed: bool,
}

/// What the ring has for a follower.
#[derive(Debug)]
pub(crate) enum Look {
    Batch(StreamBatch),
    Idle,
    /// The wanted number is older than the ring, which begins here.
    Behind(Lsn),
}

impl Ring {
    pub(crate) fn new(floor: Lsn) -> Self {
        let state = State { batches: VecDeque::new(), bytes: 0, floor, closed: false };
        Self { state: Mutex::new(state), arrived: Condvar::new() }
    }

    /// Adds a batch; batches come in the order of their numbers.
    pub(crate) fn push(&self, batch: StreamBatch) {
        let mut state = self.state.lock();
        state.bytes += batch.points.bytes();
        state.batches.push_back(batch);
        while state.bytes > STREAM_RING_BYTES || state.batches.len() > STREAM_RING_BATCHES {
            let Some(oldest) = state.batches.pop_front() else { break };
            state.bytes -= oldest.points.bytes();
            state.floor = oldest.lsn.next();
        }
        drop(state);
        self.arrived.notify_all();
    }

    /// The first batch from `position` on; waits for it at most `wait_max`.
    pub(crate) fn look(&self, position: Lsn, wait_max: Duration) -> Result<Look> {
        let deadline = Instant::now().checked_add(wait_max);
        let mut state = self.state.lock();
        loop {
            if position < state.floor {
                return Ok(Look::Behind(state.floor));
            }
            let index = state.batches.partition_point(|batch| batch.lsn < position);
            if let Some(batch) = state.batches.get(index) {
                return Ok(Look::Batch(batch.clone()));
            }
            if state.closed {
                return Err(Error::Stopped);
            }
            match deadline {
                Some(deadline) if self.arrived.wait_until(&mut state, deadline).timed_out() => {
                    return Ok(Look::Idle);
                }
                Some(_) => {}
                None => self.arrived.wait(&mut state),
            }
        }
    }

    /// Waits until a batch arrives, at most `wait_max`: for a follower whose frames are still on their way.
    pub(crate) fn pause(&self, wait_max: Duration) {
        let mut state = self.state.lock();
        if !state.closed {
            self.arrived.wait_for(&mut state, wait_max);
        }
    }

    /// Wakes all who wait: nothing more will come.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.arrived.notify_all();
    }

    /// The first number that is here.
    pub(crate) fn floor(&self) -> Lsn {
        self.state.lock().floor
    }

    /// How many batches and bytes are here.
    pub(crate) fn size(&self) -> (usize, usize) {
        let state = self.state.lock();
        (state.batches.len(), state.bytes)
    }
}

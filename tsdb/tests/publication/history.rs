//! What a writer has done to its own measurement, step by step, and where a snapshot stands in that.
//!
//! A measurement has one writer, so its rows had one state after the other. A snapshot must show one of them, not older
//! than the last one that was acknowledged before it was taken, and not younger than the last one that was begun when
//! it was there. That says at once that nothing is lost, doubled, half there, or back from the dead.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::harness::Rows;

/// The states of one measurement. Its lock is held for no step of the schedule.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) measurement: String,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    states: Vec<Rows>,
    /// The last state that every snapshot must show or follow.
    seen: usize,
    /// The last state that a restart must show or follow.
    durable: usize,
}

/// A number of a state.
pub(crate) type State = usize;

impl History {
    pub(crate) fn new(measurement: &str, first: Rows) -> Self {
        let inner = Inner { states: vec![first], seen: 0, durable: 0 };
        Self { measurement: measurement.to_owned(), inner: Mutex::new(inner) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what the rows will be.
    pub(crate) fn begin(&self, change: impl FnOnce(&mut Rows)) -> State {
        let mut inner = self.inner();
        let mut next = inner.states.last().cloned().unwrap_or_default();
        change(&mut next);
        inner.states.push(next);
        inner.states.len() - 1
    }

    /// Notes that a snapshot from here on must show this.
    pub(crate) fn seen(&self, state: State) {
        self.inner().seen = state;
    }

    /// Notes that a restart from here on must show this.
    pub(crate) fn durable(&self, state: State) {
        self.inner().durable = state;
    }

    /// The oldest state that a snapshot may show which is taken now.
    pub(crate) fn oldest(&self) -> State {
        self.inner().seen
    }

    /// The oldest state that a restart may show if the power goes now.
    pub(crate) fn oldest_durable(&self) -> State {
        self.inner().durable
    }

    /// The youngest state that what was taken before may show.
    pub(crate) fn youngest(&self) -> State {
        self.inner().states.len() - 1
    }

    /// Which state the rows of a store are in, as far as they are of this measurement.
    pub(crate) fn place(&self, rows: &Rows, oldest: State, youngest: State) -> State {
        let prefix = format!("{},", self.measurement);
        let own: Rows = rows
            .iter()
            .filter(|((series, _), _)| series.starts_with(&prefix))
            .map(|(place, fields)| (place.clone(), fields.clone()))
            .collect();
        let inner = self.inner();
        let found = inner.states[oldest..=youngest].iter().position(|state| *state == own);
        let Some(found) = found else {
            let elsewhere = inner.states.iter().position(|state| *state == own);
            let states = &inner.states[oldest..=youngest];
            panic!(
                "{} shows {own:#?}, which is state {elsewhere:?}; it must be one of {oldest} to {youngest}: {states:#?}",
                self.measurement
            );
        };
        oldest + found
    }
}

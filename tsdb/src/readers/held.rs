//! What an open segment holds of bounded things, given back when its last reader lets go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::Lease;

/// A count of open segments with a bound.
#[derive(Debug, Clone)]
pub(super) struct Places {
    taken: Arc<AtomicUsize>,
    max: usize,
}

/// One of the places.
#[derive(Debug)]
pub(super) struct Place(Arc<AtomicUsize>);

impl Places {
    pub(super) fn new(max: usize) -> Self {
        Self { taken: Arc::default(), max }
    }

    pub(super) fn take(&self) -> Option<Place> {
        let one_more = |taken| (taken < self.max).then_some(taken + 1);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        Some(Place(self.taken.clone()))
    }

    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    pub(super) const fn max(&self) -> usize {
        self.max
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place and the memory of one open segment.
#[derive(Debug)]
pub(crate) struct Held {
    _place: Place,
    _lease: Lease,
}

impl Held {
    pub(super) const fn new(place: Place, lease: Lease) -> Self {
        Self { _place: place, _lease: lease }
    }
}

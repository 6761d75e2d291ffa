//! Values that are replaced as a whole, with arc-swap's interface. Each operation is one step.

use std::fmt;
use std::mem;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::point;

/// A value that is never absent.
pub struct ArcSwap<T>(Cell<Arc<T>>);

/// A value that may be absent.
pub struct ArcSwapOption<T>(Cell<Option<Arc<T>>>);

/// What was there at a moment.
#[derive(Debug)]
pub struct Loaded<V>(V);

/// The lock is held for no step of the schedule, so nobody ever waits for it.
struct Cell<V>(Mutex<V>);

impl<V: Clone> Cell<V> {
    fn load(&self) -> V {
        point();
        self.lock().clone()
    }

    fn swap(&self, value: V) -> V {
        point();
        mem::replace(&mut *self.lock(), value)
    }

    fn lock(&self) -> MutexGuard<'_, V> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> ArcSwap<T> {
    /// Publishes a value.
    pub fn from_pointee(value: T) -> Self {
        Self(Cell(Mutex::new(Arc::new(value))))
    }

    /// The value of this moment.
    pub fn load(&self) -> Loaded<Arc<T>> {
        Loaded(self.0.load())
    }

    /// The value of this moment, to be kept.
    pub fn load_full(&self) -> Arc<T> {
        self.0.load()
    }

    /// Puts another value in its place.
    pub fn store(&self, value: Arc<T>) {
        drop(self.0.swap(value));
    }
}

impl<T> ArcSwapOption<T> {
    /// Publishes that nothing is there.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Cell(Mutex::new(None)))
    }

    /// The value of this moment.
    pub fn load(&self) -> Loaded<Option<Arc<T>>> {
        Loaded(self.0.load())
    }

    /// The value of this moment, to be kept.
    pub fn load_full(&self) -> Option<Arc<T>> {
        self.0.load()
    }

    /// Puts another value in its place.
    pub fn store(&self, value: Option<Arc<T>>) {
        drop(self.0.swap(value));
    }

    /// Puts another value in its place, and gives the one that was there.
    pub fn swap(&self, value: Option<Arc<T>>) -> Option<Arc<T>> {
        self.0.swap(value)
    }
}

impl<T: Default> Default for ArcSwap<T> {
    fn default() -> Self {
        Self::from_pointee(T::default())
    }
}

impl<V> Deref for Loaded<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0
    }
}

impl<T> fmt::Debug for ArcSwap<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ArcSwap(..)")
    }
}

impl<T> fmt::Debug for ArcSwapOption<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ArcSwapOption(..)")
    }
}

//! A mutex with parking_lot's interface: it does not poison.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{PoisonError, TryLockError};

use shuttle::sync;

/// A value that one thread at a time may have.
pub struct Mutex<T: ?Sized>(sync::Mutex<T>);

/// The value, until this is dropped.
#[must_use = "the lock is let go at once"]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a sync::Mutex<T>,
    /// None only while a condition variable has it.
    held: Option<sync::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    /// A lock over `value`.
    pub const fn new(value: T) -> Self {
        Self(sync::Mutex::new(value))
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until nobody has the value.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: &self.0, held: Some(lock(&self.0)) }
    }

    /// Takes the value if nobody has it.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let held = match self.0.try_lock() {
            Ok(held) => held,
            Err(TryLockError::Poisoned(held)) => held.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(MutexGuard { mutex: &self.0, held: Some(held) })
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized> fmt::Debug for Mutex<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // To look inside would be a step of the schedule.
        formatter.write_str("Mutex(..)")
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// Hands the lock to a condition variable for a while.
    pub(super) fn without(&mut self, wait: impl FnOnce(sync::MutexGuard<'a, T>) -> sync::MutexGuard<'a, T>) {
        self.held = self.held.take().map(wait);
    }

    /// Lets go of the lock while `wait` goes on, and takes it again.
    pub(super) fn pause(&mut self, wait: impl FnOnce()) {
        drop(self.held.take());
        wait();
        self.held = Some(lock(self.mutex));
    }
}

fn lock<T: ?Sized>(mutex: &sync::Mutex<T>) -> sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const HELD: &str = "a guard is whole for everybody but a condition variable";

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.held.as_ref().expect(HELD)
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_mut().expect(HELD)
    }
}

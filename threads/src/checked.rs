//! The stand-ins, under the model checker.

mod condvar;
mod mutex;
mod published;
mod rwlock;

use std::time::Duration;

pub use condvar::{Condvar, WaitTimeoutResult};
pub use mutex::{Mutex, MutexGuard};
pub use published::{ArcSwap, ArcSwapOption, Loaded};
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use shuttle::sync::atomic;
pub use shuttle::thread;

/// A place where another thread may go first.
pub fn point() {
    // It takes no time there, and unlike a yield it says nothing about who should go on.
    thread::sleep(Duration::ZERO);
}

/// Takes a step of a thread that outlives its panics elsewhere; here a panic ends the test.
///
/// # Errors
/// Never.
pub fn contain<T>(step: impl FnOnce() -> T) -> thread::Result<T> {
    Ok(step())
}

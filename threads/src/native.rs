//! The real ones.

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use arc_swap::{ArcSwap, ArcSwapOption};
pub use parking_lot::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use std::sync::atomic;
pub use std::thread;

/// A place where the model checker may let another thread go first: where something outside of the program, as a disk,
/// is changed or read.
#[inline]
pub const fn point() {}

/// Takes a step of a thread that must outlive its panics.
///
/// # Errors
/// What the step panicked with. Under the model checker a panic is a finding, and ends the test.
pub fn contain<T>(step: impl FnOnce() -> T) -> thread::Result<T> {
    catch_unwind(AssertUnwindSafe(step))
}

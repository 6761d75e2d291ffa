//! What threads meet through: locks, condition variables, published values, and the threads themselves.
//!
//! Whoever shares state between threads of the storage engine takes it from here. In a normal build these are the
//! types of parking_lot, arc-swap and the standard library under their own names, and nothing is added. Built with
//! `--cfg shuttle` they are stand-ins of the same interface under the control of the model checker
//! [shuttle](https://docs.rs/shuttle), which decides at every lock, wait, load and store who goes on
//! (`tsdb/tests/publication.rs`).
//!
//! Counters that only report, and marks that mean the same whoever sets them first, stay the standard library's: a
//! model checker has nothing to find there, and every place where it may choose multiplies the schedules.
//!
//! The checker runs one thread at a time and knows no weak memory: every atomic is as if sequentially consistent, and a
//! missing `Acquire` is not found.

#![forbid(unsafe_code)]

#[cfg(shuttle)]
mod checked;
#[cfg(not(shuttle))]
mod native;

#[cfg(shuttle)]
pub use checked::*;
#[cfg(not(shuttle))]
pub use native::*;

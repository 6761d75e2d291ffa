//! The workloads that Vigie's targets of speed and size are measured on.
//!
//! A [`Workload`] says which machines send how much; its [`Lines`] are the line protocol they send, drawn
//! from a seeded [`Random`]: the same bytes on every run. The micro-benchmarks in `benches/` and the comparison with other engines,
//! which is this crate's binary, both read them.
//!
//! This crate measures and prints figures; it asserts nothing about them.

#![forbid(unsafe_code)]

mod workload;

pub use workload::random::Random;
pub use workload::{Lines, Workload};

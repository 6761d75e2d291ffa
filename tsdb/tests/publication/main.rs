//! What threads publish to each other, under a scheduler that tries thousands of orders.
//!
//! The engine is the real one, with its committer, its upkeep and its merger; only what threads meet through is
//! [shuttle](https://docs.rs/shuttle)'s (crate `threads`). Each test is a scenario: a store with some segments, a few
//! threads that write, delete, freeze, read, follow or stop, and what must hold whatever their order. A random
//! scheduler runs it a thousand times, and one that changes its mind a few times only (PCT) a thousand times more.
//!
//! `make publication` runs it. `VIGIE_SCHEDULES` is how many schedules of each kind a scenario gets, `VIGIE_SEED` where
//! they start. `make replay TEST=name SCHEDULE=file` runs one of them again, by the file that its failure has named.

#![cfg(shuttle)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, in its helpers too, and says what it has counted"
)]

mod backups;
mod deletes;
mod drops;
mod explore;
mod follows;
mod history;
mod power;
mod stops;
mod store;
mod writes;

#[path = "../it/harness.rs"]
#[expect(dead_code, reason = "the other tests of the engine use all of it")]
mod harness;

//! The engine through its front door, on a simulated disk.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, in its helpers too, and says what it has counted"
)]

mod backup;
mod catalog;
mod crash;
mod damage;
mod deletes;
mod faults;
mod fixtures;
mod harness;
mod hooked;
mod identity;
mod image;
mod inspect;
mod isolation;
mod merging;
mod names;
mod oracle;
mod real;
mod reclaim;
mod reports;
mod retention;
mod scans;
mod series_max;
mod setbacks;
mod stream;
mod summaries;
mod sweep;
mod upkeep;
mod walk;
mod world;
mod writes;

//! Black-box tests: the real binary over loopback, a real InfluxDB, a real browser.
//!
//! Nothing is shared between tests: each has its own folder and its own ports, and waits on conditions
//! instead of sleeping for a while. A test whose peer is not installed says so by name; with
//! `VIGIE_REQUIRE_PEERS=1` that is a failure.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and tells what it skipped or counted"
)]

mod alert;
mod backup;
mod cli;
mod collect;
mod compare;
mod corpora;
mod crash;
mod crowd;
mod full_disk;
mod http;
mod influxd;
mod inspect;
mod metrics;
mod page;
mod peers;
mod query;
mod receiver;
mod transfer;
mod vigie;
mod wait;

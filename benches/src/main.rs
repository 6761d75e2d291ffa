//! Vigie beside other engines: `cargo run --release -p benches -- compare`; and alone under everything at
//! once: `-- mixed`.
//!
//! A comparison prepares the writes, starts one system after another with an empty folder, loads it,
//! waits until it has settled, stops it, starts it again and asks it; then it prints one table. How to
//! read that is in `docs/benchmarks.md`.

#![forbid(unsafe_code)]

mod answers;
mod ask;
mod bodies;
mod cli;
mod client;
mod compare;
mod limits;
mod load;
mod measure;
mod mixed;
mod queries;
mod run;
mod system;
mod table;

use clap::Parser as _;

fn main() -> anyhow::Result<()> {
    match cli::Cli::parse().command {
        cli::Command::Compare(options) => compare::compare(&options),
        cli::Command::Mixed(options) => mixed::mixed(&options),
    }
}

//! `vigie import`: points into a server, from files of line protocol or from a running InfluxDB 1.x.
//!
//! * Files: a thread reads lines ([`lines`]), follows the sections of an export ([`script`]) and makes batches
//!   ([`feed`]); [`files`] writes one after another, because of two lines for one point the later one counts.
//! * InfluxDB: [`influx`] asks it window by window and writes what comes.
//!
//! Both note how far they are ([`state`]) once the server has acknowledged it. To write a batch twice changes
//! nothing, so an interrupted import may repeat a little of what it did.

mod batch;
mod contact;
mod definitions;
mod destination;
mod feed;
mod files;
mod influx;
mod limits;
mod lines;
mod rejects;
mod script;
mod source;
mod state;

use crate::cli::ImportOptions;
use crate::runtime;

/// Imports and tells how much.
pub(crate) fn run(options: &ImportOptions) -> anyhow::Result<()> {
    runtime::run_query(async {
        match &options.from {
            Some(from) => influx::run(options, from).await,
            None => files::run(options).await,
        }
    })
}

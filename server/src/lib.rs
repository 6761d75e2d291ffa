//! The HTTP side of Vigie: the one place where store, queries, alerts and pages meet.
//!
//! [`Server::bind`] listens at once and opens the store behind; `/ping` answers from the first moment,
//! reads and writes wait for the store's recovery. [`Ingest`] is the way in for points that are made
//! in this process. Statuses, headers and error texts are InfluxDB 1.8's, because its clients decide by
//! them what to keep and what to drop.
//!
//! The command line, the configuration file and the collector are not known here.

#![forbid(unsafe_code)]

mod answer;
mod backup;
mod blocking;
mod body;
mod config;
mod connection;
pub mod csv;
mod embedded;
mod error;
mod export;
mod ingest;
pub mod limits;
mod metrics;
mod origin;
mod page;
mod params;
mod query;
mod router;
mod serve;
mod state;
mod status;
mod stream;
mod write;

pub use config::Config;
pub use error::Error;
pub use ingest::{Ingest, IngestError};
pub use metrics::MetricsText;
pub use serve::Server;
pub use state::MetricsSource;

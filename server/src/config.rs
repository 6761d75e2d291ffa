//! What a server is told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// What a server is told. `vigie` fills it from its configuration file and flags.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 picks a free one.
    pub http_addr: SocketAddr,
    /// The `Host` names, besides its own, that a reverse proxy may send; lower case, without port.
    pub hosts: Vec<String>,
    /// Where the store lives.
    pub data_dir: PathBuf,
    /// The folder below which a client may have the server make backups, if there is one.
    pub backup_dir: Option<PathBuf>,
    /// When a write counts as durable.
    pub sync: tsdb::SyncPolicy,
    /// The memory budget in bytes: bodies, points in memory, queries, answers, alert state.
    pub memory_bytes: usize,
    /// Bytes of the store's disk that stay free of points; a share of it if none are named.
    pub disk_reserve: Option<u64>,
    /// Series of one shard from which on points of new ones are rejected; 0 is no limit.
    pub series_max: u64,
    /// A database to create at the start if it is missing, and how long its default policy keeps points.
    pub database: Option<(String, Option<Duration>)>,
    /// The database that the pages read.
    pub page_database: String,
    /// Rules and handlers.
    pub alerting: alerting::Config,
}

//! `vigie server`: the store, queries, alerts and pages, without a collector.

use crate::cli::ServeOptions;
use crate::config::Config;
use crate::{runtime, signals};
use anyhow::Context as _;
use server::Server;
use std::io::Write as _;
use std::net::SocketAddr;

/// Runs until a signal asks to stop.
pub(crate) fn run(options: &ServeOptions) -> anyhow::Result<()> {
    let config = Config::load(&options.config)?;
    runtime::run_server(async {
        let stop = signals::stop_token()?;
        let server = Server::bind(server_config(&config, options, false)).await?;
        let address = server.local_addr();
        server.run(stop, || announce(address)).await.context("the server ended")
    })
}

/// The server's part of the configuration, flags first. `own_database` has it create the database that
/// the collector of this process writes to.
pub(crate) fn server_config(config: &Config, options: &ServeOptions, own_database: bool) -> server::Config {
    let storage = &config.storage;
    server::Config {
        http_addr: options.http_addr.unwrap_or(config.server.http_addr),
        hosts: config.server.hosts.clone(),
        data_dir: options.data_dir.clone().unwrap_or_else(|| storage.data_dir.clone()),
        backup_dir: storage.backup_dir.clone(),
        sync: storage.sync,
        memory_bytes: storage.memory.bytes(),
        disk_reserve: storage.reserve.map(|reserve| reserve.0),
        series_max: storage.series_max,
        database: own_database.then(|| (storage.database.clone(), Some(storage.retention))),
        page_database: storage.database.clone(),
        alerting: config.alerting.clone(),
    }
}

/// Says where the server listens; whoever started it with port 0 reads it here. That nobody reads it is no
/// reason not to serve.
pub(crate) fn announce(address: SocketAddr) {
    let mut out = std::io::stdout().lock();
    let told = writeln!(out, "listening on http://{address}/").and_then(|()| out.flush());
    if let Err(error) = told {
        tracing::warn!(%error, %address, "could not print where the server listens");
    }
}

//! InfluxDB 1.x, as Debian packages it.
//!
//! Its defaults, but for four settings. Without limits on series and tag values it takes the workload
//! `cardinality` at all; and it would wait ten minutes before it moves a quiet cache from WAL to disk
//! and four hours before it compacts fully, so that a bench would measure a store that has not settled.

use super::{Server, System, find_in_path, free_address};
use crate::measure::Process;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `influxd`.
#[derive(Debug)]
pub(crate) struct InfluxDb;

impl System for InfluxDb {
    fn name(&self) -> &'static str {
        "influxdb"
    }

    fn program(&self) -> Option<PathBuf> {
        find_in_path(&["influxd"])
    }

    fn start(&self, program: &Path, folder: &Path) -> anyhow::Result<Server> {
        let (data, address, config) = (folder.join("data"), free_address()?, folder.join("influxdb.conf"));
        std::fs::write(&config, configuration(&data, address, free_address()?))?;
        let mut command = Command::new(program);
        command.arg("-config").arg(config).env("HOME", folder).current_dir(folder);
        let process = Process::start(command, folder.join("log"), false)?;
        Server { process, address, data: vec![data] }.wait_until_ready("/ping")
    }
}

fn configuration(data: &Path, http: SocketAddr, rpc: SocketAddr) -> String {
    let data = data.display();
    format!(
        r#"reporting-disabled = true
bind-address = "{rpc}"
[meta]
dir = "{data}/meta"
[data]
dir = "{data}/data"
wal-dir = "{data}/wal"
max-series-per-database = 0
max-values-per-tag = 0
cache-snapshot-write-cold-duration = "5s"
compact-full-write-cold-duration = "5s"
query-log-enabled = false
[http]
bind-address = "{http}"
log-enabled = false
[monitor]
store-enabled = false
"#
    )
}

//! A real InfluxDB 1.x, whose answers ours must equal.

use crate::vigie::agent;
use crate::{peers, wait};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A running server; killed when dropped.
pub(crate) struct Influxd {
    child: Child,
    pub(crate) url: String,
    _folder: TempDir,
}

impl Influxd {
    /// Starts one on free ports with its own folder; nothing where it is not installed.
    pub(crate) fn start(test: &str) -> Option<Self> {
        let program = peers::find("influxd", test)?;
        let folder = tempfile::tempdir().unwrap();
        let (http, rpc) = (free_port(), free_port());
        let root = folder.path().display();
        let config = format!(
            "reporting-disabled = true\nbind-address = \"127.0.0.1:{rpc}\"\n\
             [meta]\ndir = \"{root}/meta\"\n[data]\ndir = \"{root}/data\"\nwal-dir = \"{root}/wal\"\n\
             [http]\nbind-address = \"127.0.0.1:{http}\"\nlog-enabled = false\n[monitor]\nstore-enabled = false\n"
        );
        let path = folder.path().join("influxdb.conf");
        std::fs::write(&path, config).unwrap();
        let mut command = Command::new(program);
        command.arg("-config").arg(path).env("HOME", folder.path());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let url = format!("http://127.0.0.1:{http}");
        wait::until("influxd to answer", || agent().get(format!("{url}/ping")).call().ok());
        Some(Self { child, url, _folder: folder })
    }
}

impl Drop for Influxd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

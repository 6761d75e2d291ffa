//! The systems that are compared, behind what the comparison needs of each.

pub(crate) mod influxdb;
pub(crate) mod victoriametrics;
pub(crate) mod vigie;

use crate::client::{Client, Request};
use crate::limits::START_MAX;
use crate::measure::Process;
use crate::queries::{Query, influxql};
use anyhow::{Context as _, bail, ensure};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The database that is written to, where a system has databases.
const DATABASE: &str = "benchmark";

/// One kind of server.
pub(crate) trait System {
    /// The name on the command line and in the table.
    fn name(&self) -> &'static str;

    /// Where its program is, if it is installed.
    fn program(&self) -> Option<PathBuf>;

    /// Starts it with its files below `folder`, which may hold those of an earlier run.
    fn start(&self, program: &Path, folder: &Path) -> anyhow::Result<Server>;

    /// The statement that creates the database, if it has any.
    fn preparation(&self) -> Option<Request> {
        Some(influxql_request(&format!("CREATE DATABASE {DATABASE}")))
    }

    /// Where line protocol is posted to.
    fn write_target(&self) -> String {
        format!("/write?db={DATABASE}")
    }

    /// What shows the last writes to queries, if an acknowledgement does not.
    fn publication(&self) -> Option<Request> {
        None
    }

    /// What it answers at once, so that the rest of a latency is its own work.
    fn ping_target(&self) -> &'static str {
        "/ping"
    }

    /// The same question in its language, if there is one. What is not said otherwise speaks InfluxDB's.
    fn request(&self, query: &Query) -> Option<Request> {
        Some(influxql_request(&influxql::text(query)))
    }
}

/// A server that answers.
#[derive(Debug)]
pub(crate) struct Server {
    /// Its process.
    pub(crate) process: Process,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where its data lies: no logs, no configuration, nothing that it could do without.
    pub(crate) data: Vec<PathBuf>,
}

impl Server {
    /// A client of its own connection.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Waits until a path answers with one of the good codes.
    fn wait_until_ready(mut self, path: &str) -> anyhow::Result<Self> {
        let start = Instant::now();
        loop {
            let reply = self.client().send(&Request::get(path), b"");
            if reply.is_ok_and(|reply| matches!(reply.status, 200 | 204)) {
                return Ok(self);
            }
            if !self.process.is_running()? {
                bail!("it ended while starting: {}", self.process.log_tail());
            }
            ensure!(start.elapsed() < START_MAX, "it was not ready after {START_MAX:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Sends a request that has to go well, if there is one.
pub(crate) fn command(client: &mut Client, request: Option<Request>) -> anyhow::Result<()> {
    let Some(request) = request else { return Ok(()) };
    let reply = client.send(&request, b"")?;
    ensure!(reply.status == 200, "{} was answered with {}: {}", request.target, reply.status, reply.text());
    Ok(())
}

/// A query as the suite's runner sends it to a server of InfluxQL: in the address, without a body.
fn influxql_request(statement: &str) -> Request {
    let mut target = form_urlencoded::Serializer::new(String::from("/query?"));
    target.append_pair("db", DATABASE).append_pair("q", statement);
    Request::post(target.finish())
}

/// A port that was free a moment ago.
fn free_address() -> anyhow::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr().context("a free port")
}

/// The first of the names that is a file in `PATH`.
fn find_in_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

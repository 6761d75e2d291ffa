//! The binary as a process of its own, and a client for it.

use crate::wait;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// Where cargo put the binary.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_vigie");

/// A server's folder, which outlives the server: kill it and start it again.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder below another one.
    pub(crate) fn within(dir: &Path) -> Self {
        Self { folder: tempfile::tempdir_in(dir).unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Writes the configuration that the next start reads.
    pub(crate) fn configure(&self, toml: &str) {
        std::fs::write(self.path().join("vigie.toml"), toml).unwrap();
    }

    /// Starts `vigie server`, or another verb, on a free port and waits until the store answers.
    pub(crate) fn start(&self, verb: &str) -> Vigie {
        let vigie = self.spawn(verb);
        wait::until("the store to answer", || (vigie.get("/health").status == 200).then_some(()));
        vigie
    }

    /// Starts it and waits only until it listens.
    pub(crate) fn spawn(&self, verb: &str) -> Vigie {
        let mut command = Command::new(BINARY);
        command.args([verb, "--http-addr", "127.0.0.1:0", "--data-dir"]).arg(self.data_dir());
        let config = self.path().join("vigie.toml");
        if config.exists() {
            command.arg("--config").arg(config);
        }
        command.current_dir(self.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Vigie::new(command.spawn().unwrap())
    }
}

/// A running server; killed when dropped.
pub(crate) struct Vigie {
    child: Child,
    pub(crate) url: String,
    log: Arc<Mutex<String>>,
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Vigie {
    fn new(mut child: Child) -> Self {
        let log = Arc::new(Mutex::new(String::new()));
        let (mut stderr, kept) = (child.stderr.take().unwrap(), Arc::clone(&log));
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut piece) {
                kept.lock().unwrap().push_str(&String::from_utf8_lossy(&piece[..count]));
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(url) = line.trim().strip_prefix("listening on ") else {
            let _ = child.wait();
            panic!("it did not start: {line} {}", log.lock().unwrap());
        };
        Self { child, url: url.trim_end_matches('/').to_owned(), log }
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// SIGKILL: nothing is flushed, nothing is told.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and waits for the end.
    pub(crate) fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = wait::until("a clean stop", || self.child.try_wait().unwrap());
        assert!(status.success(), "{status}: {}", self.log());
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        reply(agent().get(format!("{}{path}", self.url)).call())
    }

    pub(crate) fn write(&self, db: &str, lines: &str) -> Reply {
        reply(agent().post(format!("{}/write?db={db}", self.url)).send(lines))
    }

    pub(crate) fn query(&self, db: &str, statement: &str) -> Value {
        query(&self.url, db, statement)
    }

    /// The rows of the only series of a query, or none.
    pub(crate) fn rows(&self, db: &str, statement: &str) -> Vec<Value> {
        let answer = self.query(db, statement);
        assert!(answer["results"][0]["error"].is_null(), "{statement}: {answer}");
        answer["results"][0]["series"][0]["values"].as_array().cloned().unwrap_or_default()
    }
}

impl Drop for Vigie {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `POST /query` with nanoseconds, to any server that speaks InfluxDB.
pub(crate) fn query(url: &str, db: &str, statement: &str) -> Value {
    let request = agent().post(format!("{url}/query")).query("db", db).query("epoch", "ns");
    reply(request.send_form([("q", statement)])).json()
}

/// A client that gives every status as an answer.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(wait::PATIENCE))
        .build()
        .into()
}

/// An answer, or status 0 where there was none.
pub(crate) fn reply(result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Reply {
    match result {
        Ok(mut response) => Reply {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(key, value)| (key.to_string(), value.to_str().unwrap_or("").to_owned()))
                .collect(),
            body: response.body_mut().with_config().limit(256 << 20).read_to_string().unwrap_or_default(),
        },
        Err(error) => Reply { status: 0, headers: Vec::new(), body: error.to_string() },
    }
}

/// Runs a verb to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).stdin(Stdio::null()).output().unwrap()
}

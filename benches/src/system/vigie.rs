//! Vigie itself, with the settings it ships with: a write is acknowledged when it is on disk.

use super::{Server, System};
use crate::measure::Process;
use anyhow::Context as _;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `vigie server`.
#[derive(Debug)]
pub(crate) struct Vigie {
    program: PathBuf,
    /// Its configuration.
    settings: String,
}

impl Vigie {
    /// The binary at a path, or the one that cargo put beside the bench's own.
    pub(crate) fn new(program: Option<PathBuf>) -> anyhow::Result<Self> {
        let program = match program {
            Some(program) => program,
            None => std::env::current_exe()?.with_file_name("vigie"),
        };
        Ok(Self { program, settings: String::new() })
    }

    /// The same with a configuration.
    pub(crate) fn with_settings(self, settings: String) -> Self {
        Self { settings, ..self }
    }
}

impl System for Vigie {
    fn name(&self) -> &'static str {
        "vigie"
    }

    fn program(&self) -> Option<PathBuf> {
        let absolute = std::path::absolute(&self.program).ok()?;
        absolute.is_file().then_some(absolute)
    }

    fn start(&self, program: &Path, folder: &Path) -> anyhow::Result<Server> {
        let (data, config) = (folder.join("data"), folder.join("vigie.toml"));
        // A file of ours, empty or not, keeps that of the machine out.
        std::fs::write(&config, &self.settings)?;
        let mut command = Command::new(program);
        command.args(["server", "--http-addr", "127.0.0.1:0", "--data-dir"]).arg(&data);
        command.arg("--config").arg(config).current_dir(folder);
        let mut process = Process::start(command, folder.join("log"), true)?;
        let address = read_address(&mut process)?;
        Server { process, address, data: vec![data] }.wait_until_ready("/health")
    }
}

/// `listening on http://127.0.0.1:40001/`, the only line that it prints.
fn read_address(process: &mut Process) -> anyhow::Result<SocketAddr> {
    let stdout = process.take_stdout().context("its output was taken before")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let address = line
        .trim()
        .strip_prefix("listening on http://")
        .and_then(|rest| rest.trim_end_matches('/').parse().ok());
    address.with_context(|| format!("expected its address, found {line:?}: {}", process.log_tail()))
}

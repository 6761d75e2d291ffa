//! VictoriaMetrics, single node, as Debian packages it.
//!
//! Its defaults, but for the retention: with that of one month it drops points of 2016 and acknowledges
//! them all the same. It acknowledges from memory, shows points to queries up to a second
//! later, and writes them to disk after some more.

use super::{Server, System, find_in_path, free_address};
use crate::client::Request;
use crate::measure::Process;
use crate::queries::{Query, metricsql};
use std::path::{Path, PathBuf};
use std::process::Command;

/// `victoria-metrics`.
#[derive(Debug)]
pub(crate) struct VictoriaMetrics;

impl System for VictoriaMetrics {
    fn name(&self) -> &'static str {
        "victoriametrics"
    }

    fn program(&self) -> Option<PathBuf> {
        find_in_path(&["victoria-metrics", "victoria-metrics-prod"])
    }

    fn start(&self, program: &Path, folder: &Path) -> anyhow::Result<Server> {
        let (root, address) = (folder.join("data"), free_address()?);
        let mut command = Command::new(program);
        command.arg(format!("-storageDataPath={}", root.display()));
        command.arg(format!("-httpListenAddr={address}")).arg("-retentionPeriod=100y").current_dir(folder);
        let process = Process::start(command, folder.join("log"), false)?;
        // Its folder `cache` holds what a start would find out anyway, and is no part of the data.
        let data = ["data", "indexdb", "metadata"].map(|name| root.join(name)).to_vec();
        Server { process, address, data }.wait_until_ready("/health")
    }

    fn preparation(&self) -> Option<Request> {
        None
    }

    fn write_target(&self) -> String {
        "/write".to_owned()
    }

    fn publication(&self) -> Option<Request> {
        Some(Request::get("/internal/force_flush"))
    }

    fn ping_target(&self) -> &'static str {
        "/health"
    }

    fn request(&self, query: &Query) -> Option<Request> {
        let range = metricsql::range_query(query)?;
        let mut target = form_urlencoded::Serializer::new(String::from("/api/v1/query_range?"));
        target.append_pair("query", &range.text);
        target.append_pair("start", &query.start_s.to_string());
        target.append_pair("end", &query.end_s.to_string());
        target.append_pair("step", &range.step_s.to_string());
        Some(Request::get(target.finish()))
    }
}

//! One run: a system with an empty folder takes one load, settles, stops, and answers.

use crate::ask::{Latency, ask, quantile};
use crate::bodies::Bodies;
use crate::client::Request;
use crate::load::load;
use crate::measure::{Ended, Memory, folders_bytes};
use crate::queries::{QueryKind, draw};
use crate::system::{Server, System, command};
use anyhow::Context as _;
use benches::Workload;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a run is about.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What is written.
    pub(crate) workload: Workload,
    /// Writers at a time.
    pub(crate) connections: usize,
    /// Queries of each kind; none are asked when zero.
    pub(crate) repeat: usize,
    /// Whether they are asked right after the load, and not after a restart.
    pub(crate) ask_fresh: bool,
    /// Where the temporary folders of servers are made.
    pub(crate) temp: PathBuf,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Figures {
    /// The server's processor time from the first byte to its clean end.
    pub(crate) cpu: Duration,
    /// From the first byte to the last acknowledgement.
    pub(crate) load_wall: Duration,
    /// From the last acknowledgement until it had settled.
    pub(crate) settle_wall: Duration,
    /// The median acknowledgement.
    pub(crate) ack_median: Duration,
    /// The 99th percentile of acknowledgements.
    pub(crate) ack_p99: Duration,
    /// Writes that were put off by the server.
    pub(crate) retry_count: usize,
    /// Memory after it had settled.
    pub(crate) settled: Memory,
    /// Peaks of memory until its end.
    pub(crate) peak: Memory,
    /// Bytes on disk after its end.
    pub(crate) disk_bytes: u64,
    /// What it was asked.
    pub(crate) answers: Answers,
}

/// What asking came to.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// A request that asks for nothing.
    pub(crate) ping: Option<Latency>,
    /// The queries that its language has; an error where it refused one.
    pub(crate) by_kind: BTreeMap<QueryKind, anyhow::Result<Latency>>,
}

/// Loads, measures and asks.
pub(crate) fn run(
    system: &dyn System,
    program: &Path,
    plan: &Plan,
    bodies: &Bodies,
) -> anyhow::Result<Figures> {
    let folder = tempfile::tempdir_in(&plan.temp)?;
    let server = system.start(program, folder.path())?;
    command(&mut server.client(), system.preparation())?;
    let mut figures = write(system, server, plan, bodies)?;
    if !plan.ask_fresh {
        let server = system.start(program, folder.path()).context("starting it again")?;
        figures.answers = read(system, &server, plan)?;
        server.process.stop()?;
    }
    Ok(figures)
}

/// Loads a server, and sees it to its end.
fn write(system: &dyn System, server: Server, plan: &Plan, bodies: &Bodies) -> anyhow::Result<Figures> {
    let Server { process, address, data } = &server;
    let cpu_before = process.cpu()?;
    let mut load = load(*address, &system.write_target(), bodies, plan.connections)?;
    let asked_from = process.cpu()?;
    let answers = if plan.ask_fresh { read(system, &server, plan)? } else { Answers::default() };
    let cpu_aside = cpu_before + process.cpu()?.saturating_sub(asked_from);
    let settle_wall = process.settle(data)?;
    let settled = process.memory()?;
    let Server { process, data, .. } = server;
    let Ended { cpu, peak } = process.stop()?;
    Ok(Figures {
        cpu: cpu.saturating_sub(cpu_aside),
        load_wall: load.wall,
        settle_wall,
        ack_median: quantile(&mut load.acks, 0.5),
        ack_p99: quantile(&mut load.acks, 0.99),
        retry_count: load.retry_count,
        settled,
        peak,
        disk_bytes: folders_bytes(&data)?,
        answers,
    })
}

/// Asks all kinds of queries that the system knows.
fn read(system: &dyn System, server: &Server, plan: &Plan) -> anyhow::Result<Answers> {
    let mut answers = Answers::default();
    if plan.repeat == 0 {
        return Ok(answers);
    }
    command(&mut server.client(), system.publication())?;
    answers.ping = Some(ask(server, &vec![Request::get(system.ping_target()); plan.repeat])?);
    for kind in QueryKind::ALL {
        let queries = draw(&plan.workload, kind, plan.repeat);
        let requests: Vec<Request> = queries.iter().filter_map(|query| system.request(query)).collect();
        if !requests.is_empty() {
            answers.by_kind.insert(kind, ask(server, &requests));
        }
    }
    Ok(answers)
}

//! A server under everything at once for a while: writes of which some come late, dashboards, deletes.
//!
//! The writer keeps account of every row: in the end each host must have exactly the rows that were acknowledged
//! and not deleted since. On the way a table shows memory and files, which shall level off.

mod account;
mod sample;

use crate::cli::MixedOptions;
use crate::client::{Client, Request};
use crate::queries::{QueryKind, draw};
use crate::system::vigie::Vigie;
use crate::system::{Server, System, command};
use account::Account;
use anyhow::{Context as _, bail, ensure};
use benches::{Random, Workload};
use sample::{Sample, Wanted};
use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Steps after which a late line comes at most: at ten seconds a step, three hours and a half.
const LATE_STEPS_MAX: u64 = 1200;
/// One line of so many is late.
const LATE_ONE_OF: u64 = 20;
/// Between two deletes.
const DELETE_EVERY: Duration = Duration::from_secs(10);
/// Between two lines of the table.
const SAMPLE_EVERY: Duration = Duration::from_secs(30);
/// Between two questions of a dashboard.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// How often a refused request is tried again, a second apart.
const RETRIES_MAX: usize = 60;

/// What the writer, the dashboards and the table share.
#[derive(Debug, Default)]
struct Progress {
    steps: AtomicU32,
    lines: AtomicU64,
    late: AtomicU64,
    deletes: AtomicU64,
    queries: AtomicU64,
    refusals: AtomicU64,
    done: AtomicBool,
}

/// Runs it, prints the table, and compares every host's rows with the account.
pub(crate) fn mixed(options: &MixedOptions) -> anyhow::Result<()> {
    let system = Vigie::new(options.vigie.clone())?.with_settings(options.settings());
    let program = system.program().context("no vigie binary; build it or name it by --vigie")?;
    let folder = tempfile::tempdir_in(options.temp.clone().unwrap_or_else(std::env::temp_dir))?;
    let server = system.start(&program, folder.path())?;
    command(&mut server.client(), system.preparation())?;
    let progress = Progress::default();
    let account = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let written = write(&server, &system.write_target(), options, &progress);
            progress.done.store(true, Ordering::Relaxed);
            written
        });
        let dashboard = scope.spawn(|| ask(&system, &server, options, &progress));
        let table = scope.spawn(|| show(&server, &progress));
        let account = writer.join().expect("the writer does not panic");
        table.join().expect("the table does not panic")?;
        dashboard.join().expect("the dashboard does not panic").context("a dashboard's query failed")?;
        account
    })?;
    compare(&server, &account, "before the stop")?;
    server.process.stop()?;
    let server = system.start(&program, folder.path()).context("starting it again")?;
    compare(&server, &account, "after a restart")?;
    server.process.stop()?;
    Ok(())
}

/// Sends step after step until the time is over.
fn write(
    server: &Server,
    target: &str,
    options: &MixedOptions,
    progress: &Progress,
) -> anyhow::Result<Account> {
    let workload = Workload::Devops { hosts: options.hosts, steps: u32::MAX };
    let (mut lines, mut client, mut random) = (workload.lines(), server.client(), Random::new(options.seed));
    let mut account = Account::new(options.hosts, &workload);
    let mut waiting: VecDeque<(u64, Vec<String>)> = VecDeque::new();
    let request = Request::post(target);
    let (start, mut deleted) = (Instant::now(), Instant::now());
    let mut step = 0_u64;
    while start.elapsed() < options.time() {
        let (mut body, mut text) = (String::new(), String::new());
        ensure!(lines.next_step(&mut text), "the workload has no end");
        for line in text.lines() {
            if random.below(LATE_ONE_OF) == 0 {
                hold(&mut waiting, step + 1 + random.below(LATE_STEPS_MAX), line);
            } else {
                body.push_str(line);
                body.push('\n');
            }
        }
        while waiting.front().is_some_and(|(due, _)| *due <= step) {
            let (_, late) = waiting.pop_front().context("it was there")?;
            progress.late.fetch_add(late.len() as u64, Ordering::Relaxed);
            late.iter().for_each(|line| body.extend([line, "\n"]));
        }
        send(&mut client, &request, body.as_bytes(), progress)?;
        account.add(&body)?;
        progress.lines.fetch_add(body.lines().count() as u64, Ordering::Relaxed);
        step += 1;
        progress.steps.store(u32::try_from(step)?, Ordering::Relaxed);
        if deleted.elapsed() >= DELETE_EVERY {
            deleted = Instant::now();
            let statement = account.delete(&mut random, step);
            send(&mut client, &statement_request(&statement), b"", progress)?;
            progress.deletes.fetch_add(1, Ordering::Relaxed);
        }
        let ahead = Duration::from_secs_f64(step as f64 / options.steps_per_second);
        std::thread::sleep(ahead.saturating_sub(start.elapsed()));
    }
    Ok(account)
}

/// Puts a late line where it will be due.
fn hold(waiting: &mut VecDeque<(u64, Vec<String>)>, due: u64, line: &str) {
    let place = waiting.partition_point(|(other, _)| *other < due);
    match waiting.get_mut(place) {
        Some((other, lines)) if *other == due => lines.push(line.to_owned()),
        _ => waiting.insert(place, (due, vec![line.to_owned()])),
    }
}

/// Sends until it is taken: what is refused as overload is sent again.
fn send(client: &mut Client, request: &Request, body: &[u8], progress: &Progress) -> anyhow::Result<()> {
    for _ in 0..RETRIES_MAX {
        let reply = client.send(request, body)?;
        match reply.status {
            204 => return Ok(()),
            200 if !reply.text().contains("\"error\"") => return Ok(()),
            503 => {
                progress.refusals.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_secs(1));
            }
            status => bail!("{} was answered with {status}: {}", request.target, reply.text()),
        }
    }
    bail!("{} was put off {RETRIES_MAX} times in a row", request.target)
}

fn statement_request(statement: &str) -> Request {
    let mut target = form_urlencoded::Serializer::new(String::from("/query?db=benchmark&"));
    target.append_pair("q", statement);
    Request::post(target.finish())
}

/// Asks what dashboards ask, about what is written by now.
fn ask(system: &Vigie, server: &Server, options: &MixedOptions, progress: &Progress) -> anyhow::Result<()> {
    let mut client = server.client();
    let mut round = 0;
    while !progress.done.load(Ordering::Relaxed) {
        std::thread::sleep(ASK_EVERY);
        let steps = progress.steps.load(Ordering::Relaxed).max(1);
        let written = Workload::Devops { hosts: options.hosts, steps };
        let kind = QueryKind::ALL[round % QueryKind::ALL.len()];
        round += 1;
        // A new window each time: of the drawn ones the one whose turn it is.
        let drawn = draw(&written, kind, round % 50 + 1);
        let request =
            drawn.last().and_then(|query| system.request(query)).context("a query for each kind")?;
        let reply = client.send(&request, b"")?;
        match reply.status {
            200 if !reply.text().contains("\"error\"") => progress.queries.fetch_add(1, Ordering::Relaxed),
            503 => progress.refusals.fetch_add(1, Ordering::Relaxed),
            status => bail!("{} was answered with {status}: {}", request.target, reply.text()),
        };
    }
    Ok(())
}

/// Prints a line of figures now and then.
fn show(server: &Server, progress: &Progress) -> anyhow::Result<()> {
    let wanted = Wanted::default();
    print(Sample::heading())?;
    let (start, mut due) = (Instant::now(), Instant::now());
    loop {
        let is_last = progress.done.load(Ordering::Relaxed);
        if is_last || due.elapsed() >= SAMPLE_EVERY {
            due = Instant::now();
            print(&Sample::take(server, progress, &wanted)?.line(start.elapsed()))?;
        }
        if is_last {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// A line for whoever watches.
fn print(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// Every host's rows must be those of the account.
fn compare(server: &Server, account: &Account, when: &str) -> anyhow::Result<()> {
    let statement = "SELECT count(usage_user) FROM cpu GROUP BY hostname";
    let reply = server.client().send(&statement_request(statement), b"")?;
    ensure!(reply.status == 200, "{statement}: {}", reply.text());
    let wrong = account.differences(&reply.text())?;
    print(&format!(
        "{when}: {} rows of {} hosts, {} deleted; hosts with another count: {}",
        account.live(),
        account.hosts(),
        account.deleted(),
        wrong.len()
    ))?;
    ensure!(wrong.is_empty(), "wrong counts: {wrong:?}");
    Ok(())
}

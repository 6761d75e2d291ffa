//! `kill -9` in every state: while writers write and statements change databases, while segments are written and
//! merged, and while the server starts. Every acknowledged batch is there after the restart, bit for bit, and every
//! acknowledged statement holds.
//!
//! `VIGIE_KILL_ROUNDS` asks for more rounds; `make soak` does.

mod ledger;
mod statements;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::vigie::{Home, Vigie, agent, reply};
use ledger::Ledger;
use statements::Statements;

/// Rounds in `make test`, about half a second each.
const ROUNDS: u64 = 200;
const WRITERS: u64 = 4;

#[test]
fn no_acknowledged_point_or_statement_is_lost_by_kill_9() {
    let rounds = std::env::var("VIGIE_KILL_ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    let started = Instant::now();
    let home = Home::new();
    // A small budget, so that heads go into segments all the time.
    home.configure("[storage]\nmemory = \"64MiB\"\n");
    let ledgers: Vec<_> = (0..WRITERS).map(|writer| Arc::new(Mutex::new(Ledger::new(writer)))).collect();
    let statements = Arc::new(Mutex::new(Statements::default()));
    let mut vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    for round in 0..rounds {
        write_until_killed(vigie, &ledgers, &statements, Duration::from_millis(20 + 37 * (round % 9)));
        if round % 5 == 0 {
            kill_while_starting(&home, round);
        }
        vigie = home.start("server");
        statements.lock().unwrap().verify(&vigie, round);
        for ledger in &ledgers {
            let mut ledger = ledger.lock().unwrap();
            ledger.verify_latest(&vigie, round);
            if round % 50 == 49 {
                ledger.verify_all(&vigie, round);
            }
        }
    }
    let batches: usize = ledgers.iter().map(|ledger| ledger.lock().unwrap().batches()).sum();
    let points: u64 = ledgers.iter().map(|ledger| ledger.lock().unwrap().verify_all(&vigie, rounds)).sum();
    let acknowledged = statements.lock().unwrap().acknowledged;
    let (merges, freezes) = (counted(&vigie, "merges"), counted(&vigie, "freezes"));
    assert!(
        points > 20 * rounds && acknowledged > rounds / 4,
        "only {points} points, {acknowledged} statements"
    );
    println!(
        "{rounds} rounds in {:?}: {batches} batches with {points} points and {acknowledged} statements were \
         acknowledged, none lost; the last server made {freezes} freezes and {merges} merges",
        started.elapsed()
    );
}

/// A counter of the server's, whatever prefix it has.
fn counted(vigie: &Vigie, name: &str) -> String {
    let text = vigie.get("/metrics").body;
    let line = text.lines().find(|line| !line.starts_with('#') && line.contains(name));
    line.and_then(|line| line.rsplit(' ').next()).unwrap_or("uncounted").to_owned()
}

fn write_until_killed(
    vigie: Vigie,
    ledgers: &[Arc<Mutex<Ledger>>],
    statements: &Arc<Mutex<Statements>>,
    after: Duration,
) {
    let stop = Arc::new(AtomicBool::new(false));
    let mut threads: Vec<_> = ledgers
        .iter()
        .map(|ledger| {
            let (url, stop, ledger) = (vigie.url.clone(), Arc::clone(&stop), Arc::clone(ledger));
            std::thread::spawn(move || write(&url, &stop, &ledger))
        })
        .collect();
    let (url, stopping, statements) = (vigie.url.clone(), Arc::clone(&stop), Arc::clone(statements));
    threads.push(std::thread::spawn(move || statements.lock().unwrap().change(&url, &stopping)));
    std::thread::sleep(after);
    vigie.kill();
    stop.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn write(url: &str, stop: &AtomicBool, ledger: &Mutex<Ledger>) {
    let client = agent();
    let mut ledger = ledger.lock().unwrap();
    while !stop.load(Ordering::Relaxed) {
        let batch = ledger.next();
        let answer = reply(client.post(format!("{url}/write?db=d")).send(batch.lines()));
        match answer.status {
            204 => ledger.acknowledge(&batch),
            // The process is gone: what was sent last may or may not be there, and is sent again.
            0 => break,
            // It asks for patience, and has taken nothing.
            503 => std::thread::sleep(Duration::from_millis(5)),
            status => panic!("{status}: {}", answer.body),
        }
    }
}

/// Lets a server replay, or write segments of what it replayed, for a moment.
fn kill_while_starting(home: &Home, round: u64) {
    let vigie = home.spawn("server");
    std::thread::sleep(Duration::from_millis(round % 7 * 3));
    vigie.kill();
}

#[test]
fn points_are_there_after_a_clean_stop_too() {
    let home = Home::new();
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    assert_eq!(vigie.write("d", "m,a=b f=1.25,i=-3i,u=18446744073709551615u,b=true,s=\"x y\" 1").status, 204);
    vigie.stop();
    let vigie = home.start("server");
    let rows = vigie.rows("d", "SELECT f, i, u, b, s FROM m");
    assert_eq!(rows, [serde_json::json!([1, 1.25, -3, 18_446_744_073_709_551_615_u64, true, "x y"])]);
}

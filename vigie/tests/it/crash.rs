//! `kill -9` while four writers write: every acknowledged point is there after the restart.

use crate::vigie::{Home, Vigie, agent, reply};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const ROUNDS: u64 = 20;
const WRITERS: u64 = 4;
const POINTS_PER_WRITE: u64 = 25;
const START: u64 = 1_704_067_200_000_000_000;

/// Per writer the number of its points that were acknowledged; point `n` has value `n`.
type Acknowledged = Arc<Mutex<BTreeMap<u64, u64>>>;

#[test]
fn no_acknowledged_point_is_lost_by_kill_9() {
    let home = Home::new();
    let acknowledged = Acknowledged::default();
    let mut vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    for round in 0..ROUNDS {
        write_until_killed(vigie, &acknowledged, Duration::from_millis(60 + 37 * (round % 9)));
        vigie = home.start("server");
        for (writer, count) in &*acknowledged.lock().unwrap() {
            verify(&vigie, *writer, *count, round);
        }
    }
    let total: u64 = acknowledged.lock().unwrap().values().sum();
    assert!(total > 1_000, "only {total} points were acknowledged");
    println!("{ROUNDS} rounds, {total} points acknowledged, none lost");
}

fn write_until_killed(vigie: Vigie, acknowledged: &Acknowledged, after: Duration) {
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (url, stop, acknowledged) = (vigie.url.clone(), Arc::clone(&stop), Arc::clone(acknowledged));
            std::thread::spawn(move || write(&url, writer, &stop, &acknowledged))
        })
        .collect();
    std::thread::sleep(after);
    vigie.kill();
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.join().unwrap();
    }
}

fn write(url: &str, writer: u64, stop: &AtomicBool, acknowledged: &Acknowledged) {
    let client = agent();
    let mut next = acknowledged.lock().unwrap().get(&writer).copied().unwrap_or(0);
    while !stop.load(Ordering::Relaxed) {
        let points = next..next + POINTS_PER_WRITE;
        let lines = points
            .clone()
            .map(|n| format!("m,writer=w{writer} v={n}i,w=\"{n}\" {}\n", START + n * 1_000_000_000));
        let answer = reply(client.post(format!("{url}/write?db=d")).send(lines.collect::<String>()));
        match answer.status {
            204 => next = points.end,
            // The process is gone; what was sent last may or may not be there.
            0 => break,
            status => panic!("{status}: {}", answer.body),
        }
        acknowledged.lock().unwrap().insert(writer, next);
    }
}

fn verify(vigie: &Vigie, writer: u64, count: u64, round: u64) {
    let statement =
        format!("SELECT v, w FROM m WHERE writer = 'w{writer}' AND time < {}", START + count * 1_000_000_000);
    let rows = vigie.rows("d", &statement);
    assert_eq!(rows.len() as u64, count, "round {round}, writer {writer}");
    for (n, row) in (0..count).zip(&rows) {
        let expected = serde_json::json!([START + n * 1_000_000_000, n, n.to_string()]);
        assert_eq!(*row, expected, "round {round}, writer {writer}");
    }
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

//! Merges that fail are tried more and more rarely, with less memory if that was it, and keep no other shard back.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use disk::Fs;
use model::{Budget, Share};
use tsdb::limits::{MERGE_RETRY, MERGE_RETRY_BUSY, MERGE_RETRY_BUSY_MAX, MERGE_RETRY_MAX};
use tsdb::{Engine, Error};

use crate::harness::{Machine, NOW_NS, Rows, dump_policy, points, put, rows_of, try_write, write};
use crate::hooked::HookedFs;

/// Freezes `count` small segments that overlap, and gives their lines.
fn small_segments(engine: &Engine, db: &str, count: i64) -> String {
    engine.create_database(db).unwrap();
    let mut lines = String::new();
    for round in 0..count {
        let line = format!("m v={round} {}\n", NOW_NS + round);
        write(engine, db, None, &line);
        engine.freeze().unwrap();
        lines.push_str(&line);
    }
    lines
}

#[test]
fn a_merge_that_panics_is_tried_more_and_more_rarely_and_keeps_no_other_shard_back() {
    let machine = Machine::new(1);
    let fs = HookedFs::new(machine.sim.clone());
    let engine = Engine::open(Arc::new(fs.clone()), Path::new("data"), machine.options()).unwrap();
    let lines = small_segments(&engine, "bad", 5);
    small_segments(&engine, "good", 4);
    // The shard with more segments comes first.
    let tries = AtomicU64::new(0);
    fs.on_segment(move |_| assert!(tries.fetch_add(1, Ordering::Relaxed) % 2 == 1, "the hook panics"));
    let error = engine.maintain_once().unwrap_err();
    assert!(
        matches!(&error, Error::Panicked { message, .. } if message.contains("the hook panics")),
        "{error}"
    );
    let stats = engine.stats();
    assert_eq!((stats.merges, stats.merge_panics, stats.merge_failures, stats.merges_paused), (1, 1, 1, 1));
    fs.on_segment(|_| panic!("again"));
    let mut pause = MERGE_RETRY;
    for failures in 2..8 {
        machine.clock.advance(pause - Duration::from_secs(1));
        engine.maintain_once().unwrap();
        machine.clock.advance(Duration::from_secs(1));
        engine.maintain_once().unwrap_err();
        assert_eq!(engine.stats().merge_panics, failures);
        pause = (pause * 2).min(MERGE_RETRY_MAX);
    }
    assert_eq!(
        machine.sim.list(Path::new("data/segments")).unwrap().len(),
        5 + 1,
        "nothing is left of what failed"
    );
    fs.unhook();
    machine.clock.advance(pause);
    engine.maintain_once().unwrap();
    let stats = engine.stats();
    assert_eq!((stats.merges, stats.merges_paused, stats.segments), (2, 0, 2));
    assert_eq!(dump_policy(&engine, "bad", None), rows_of(&lines));
}

#[test]
fn a_merge_that_finds_little_memory_makes_do_with_small_slices() {
    let machine = Machine { budget: Budget::new(64 << 20), ..Machine::new(1) };
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut expected = Rows::new();
    for round in 0..4 {
        let line = |row: i64| format!("m a={row},b={round}i {}\n", NOW_NS + row * 4 + round);
        let points = points(&(0..10_000).map(line).collect::<String>());
        put(&mut expected, &points);
        engine.append("db", None, points).unwrap().ticket.wait().unwrap();
        engine.freeze().unwrap();
    }
    // A slice takes a mebibyte here, and is leased twice.
    let rest = machine.budget.limit() - machine.budget.used();
    let others = machine.budget.lease(Share::Query, rest - (600 << 10)).unwrap();
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().merges, engine.stats().segments), (1, 1));
    drop(others);
    assert_eq!(dump_policy(&engine, "db", None), expected);
}

#[test]
fn a_merge_of_which_the_tables_have_no_room_is_tried_with_fewer_segments_and_more_rarely() {
    let machine = Machine { budget: Budget::new(64 << 20), ..Machine::new(1) };
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut lines = String::new();
    for round in 0..8 {
        let line = |host: i64| format!("m,host=h{round}_{host} v={host} {}\n", NOW_NS + host);
        let part: String = (0..2000).map(line).collect();
        write(&engine, "db", None, &part);
        engine.freeze().unwrap();
        lines.push_str(&part);
    }
    let rest = machine.budget.limit() - machine.budget.used();
    let others = machine.budget.lease(Share::Query, rest - (700 << 10)).unwrap();
    let mut pause = MERGE_RETRY_BUSY;
    let mut failures = 0;
    while engine.maintain_once().is_err() && engine.stats().merges == 0 {
        failures += 1;
        assert!(failures < 10, "{:?}", engine.stats());
        assert_eq!(engine.stats().merges_without_memory, failures);
        machine.clock.advance(pause - Duration::from_secs(1));
        engine.maintain_once().unwrap();
        machine.clock.advance(Duration::from_secs(1));
        pause = (pause * 2).min(MERGE_RETRY_BUSY_MAX);
    }
    let stats = engine.stats();
    assert!(failures > 0 && stats.merges > 0, "{stats:?}");
    assert!(stats.segments < 8, "{stats:?}");
    drop(others);
    for _ in 0..4 {
        machine.clock.advance(MERGE_RETRY_BUSY_MAX);
        engine.maintain_once().unwrap();
    }
    assert_eq!(engine.stats().merges_paused, 0);
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
}

#[test]
fn writers_are_held_back_while_merges_catch_up_with_a_crowd_and_go_on_by_themselves() {
    let machine = Machine::new(1);
    let fs = HookedFs::new(machine.sim.clone());
    let engine = Engine::open(Arc::new(fs.clone()), Path::new("data"), machine.options()).unwrap();
    engine.create_database("other").unwrap();
    let lines = small_segments(&engine, "db", 70);
    let week = 7 * 24 * 3_600_000_000_000;
    let (writer, seen) = (Arc::downgrade(&engine), Arc::new(threads::Mutex::new(Vec::new())));
    let noted = seen.clone();
    fs.on_segment(move |_| {
        let engine = writer.upgrade().unwrap();
        let refused = try_write(&engine, "db", None, &format!("m v=1 {NOW_NS}")).err();
        assert!(
            refused.as_ref().is_none_or(|error| matches!(error, Error::Busy { .. }) && error.is_temporary())
        );
        // Neither another shard nor another database is meant.
        write(&engine, "db", None, &format!("m v=1 {}", NOW_NS - 2 * week));
        write(&engine, "other", None, "m v=1 1");
        noted.lock().push((refused.is_some(), engine.stats().shards_held));
    });
    engine.maintain_once().unwrap();
    fs.unhook();
    let seen = seen.lock().clone();
    assert_eq!(seen[0], (true, 1), "{seen:?}");
    assert!(seen.contains(&(false, 0)), "{seen:?}");
    assert_eq!(engine.stats().shards_held, 0);
    try_write(&engine, "db", None, "m v=1 1").unwrap();
    let lines = format!("{lines}m v=1 {NOW_NS}\nm v=1 {}\nm v=1 1", NOW_NS - 2 * week);
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
}

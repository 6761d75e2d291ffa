//! Upkeep that meets trouble: what fails keeps nothing else back and leaves nothing behind.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use disk::{Fault, Fs};
use tsdb::{Engine, Error, Options, PolicySpec};

use crate::harness::{HOUR_NS, Machine, NOW_NS, dump_policy, points, rows_of, try_write, write};

fn segments(machine: &Machine) -> Vec<PathBuf> {
    let dir = Path::new("data/segments");
    machine.sim.list(dir).unwrap().into_iter().map(|entry| dir.join(entry.name)).collect()
}

#[test]
fn a_damaged_page_keeps_neither_other_shards_from_merging_nor_files_from_being_removed() {
    let machine = Machine::new(1);
    let engine = machine.open();
    for db in ["bad", "good"] {
        engine.create_database(db).unwrap();
    }
    for number in 0..4 {
        let line =
            |row: u64| format!("m s=\"{}\" {row}\n", (row + number).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        write(&engine, "bad", None, &(0..2000).map(line).collect::<String>());
        engine.freeze().unwrap();
        write(&engine, "good", None, &format!("m v={number} {number}"));
        engine.freeze().unwrap();
    }
    drop(engine);
    machine.sim.flip_bit(&segments(&machine)[0], 60, 0).unwrap();
    let engine = machine.open();
    assert!(matches!(engine.maintain_once(), Err(Error::Corrupt { .. })));
    assert_eq!((engine.stats().merges, engine.stats().merge_failures), (1, 1));
    assert_eq!((engine.stats().segments, segments(&machine).len()), (5, 5));
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().merge_failures, 1, "the damaged shard is left alone for a while");
    machine.clock.advance(tsdb::limits::MERGE_RETRY);
    engine.maintain_once().unwrap_err();
    assert_eq!((engine.stats().merge_failures, segments(&machine).len()), (2, 5));
}

/// Freezes three shards, or merges one, while calls of the disk fail; false when the calls came too late.
fn with_failing_call(number: u64, calls: u64, is_merge: bool) -> bool {
    let machine = Machine::new(number);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut lines = String::new();
    let rounds = if is_merge { 4 } else { 1 };
    for round in 0..rounds {
        let weeks = if is_merge { 1 } else { 3 };
        for week in 0..weeks {
            let line = format!("m v={round} {}\n", NOW_NS + week * 168 * HOUR_NS + round);
            write(&engine, "db", None, &line);
            lines.push_str(&line);
        }
        if is_merge {
            engine.freeze().unwrap();
        }
    }
    let now = machine.sim.operations();
    (number..number + calls).for_each(|call| machine.sim.fail_call(now + call, Fault::Full));
    let step = |engine: &Engine| if is_merge { engine.maintain_once() } else { engine.freeze() };
    let failed = step(&engine).is_err();
    let mut tries = 0;
    while engine.freeze().is_err() || engine.maintain_once().is_err() {
        machine.clock.advance(tsdb::limits::MERGE_RETRY);
        tries += 1;
        assert!(tries < 1_000_000, "the disk is well again");
        std::thread::yield_now();
    }
    machine.clock.advance(tsdb::limits::MERGE_RETRY);
    if machine.sim.operations() < now + number + calls || engine.maintain_once().is_err() {
        return false;
    }
    // The thread of the log may have met the last fault just now. It tries again by itself.
    while engine.sync().is_err() {
        tries += 1;
        assert!(tries < 1_000_000, "the log takes frames again");
        std::thread::yield_now();
    }
    let context = format!("calls {number} to {}, merge: {is_merge}", number + calls - 1);
    assert_eq!(segments(&machine).len() as u64, engine.stats().segments, "{context}");
    assert_eq!(engine.stats().segments, if is_merge { 1 } else { 3 }, "{context}");
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines), "{context}");
    engine.stop().unwrap();
    drop(engine);
    let engine = machine.open();
    assert!(engine.recovery().kept_aside.is_empty(), "{context}: {:?}", engine.recovery());
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines), "{context}");
    failed
}

#[test]
fn a_freeze_or_merge_that_fails_leaves_no_files_behind() {
    for is_merge in [false, true] {
        let mut seen = 0;
        for number in 1..40 {
            for calls in [1, 2, 5] {
                seen += u32::from(with_failing_call(number, calls, is_merge));
            }
        }
        assert!(seen > 20, "only {seen} faults were noticed");
    }
}

#[test]
fn a_full_disk_that_takes_no_segment_gets_room_from_shards_that_are_past() {
    let machine = Machine::new(1);
    let engine = machine.open();
    let spec = PolicySpec { duration_ns: Some(2 * HOUR_NS), ..PolicySpec::default() };
    engine.create_database_with("db", &spec).unwrap();
    let lines = |ts: i64, count: i64| -> String {
        (0..count).map(|number| format!("m,host=h{number} v={number} {ts}\n")).collect()
    };
    write(&engine, "db", None, &lines(NOW_NS, 3000));
    engine.freeze().unwrap();
    machine.clock.advance(Duration::from_secs(3 * 3600));
    let late = lines(NOW_NS + 3 * HOUR_NS, 1500);
    write(&engine, "db", None, &late);
    let space = machine.sim.space(Path::new("data")).unwrap();
    machine.sim.set_capacity(space.total - space.available + 5000);
    assert!(engine.freeze().unwrap_err().is_temporary());
    assert!(engine.maintain_once().unwrap_err().is_temporary());
    assert_eq!(segments(&machine), [] as [PathBuf; 0], "the past shard is gone");
    engine.maintain_once().unwrap();
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&late));
    assert_eq!(segments(&machine).len(), 1);
}

#[test]
fn points_that_are_all_rejected_do_not_fill_memory() {
    let engine = Machine::new(1).open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1i 1");
    for batch in 0..20 {
        let line = |number: i32| format!("m,host=h{number} v=1.5 1\n");
        let lines: String = (batch * 5000..(batch + 1) * 5000).map(line).collect();
        let written = engine.append("db", None, points(&lines)).unwrap();
        assert_eq!((written.accepted, written.rejected_count), (0, 5000));
        engine.maintain_once().unwrap();
    }
    assert!(engine.stats().series <= 70_000, "{}", engine.stats().series);
    write(&engine, "db", None, "m v=2i 2");
    assert_eq!(dump_policy(&engine, "db", None), rows_of("m v=1i 1\nm v=2i 2"));
}

#[test]
fn an_engine_that_cannot_seal_its_head_is_stopped_all_the_same() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1 1");
    machine.sim.set_capacity(0);
    let long = format!("m s=\"{}\" 2", "x".repeat(20_000));
    assert!(try_write(&engine, "db", None, &long).unwrap_err().is_temporary());
    engine.stop().unwrap_err();
    assert!(matches!(engine.append("db", None, points("m v=1 3")), Err(Error::Stopped)));
    assert!(matches!(engine.maintain_once(), Err(Error::Stopped)));
    drop(engine);
    machine.sim.set_capacity(1 << 30);
    let found = dump_policy(&machine.open(), "db", None);
    assert_eq!(found.get(&("m".to_owned(), 1)), rows_of("m v=1 1").get(&("m".to_owned(), 1)));
}

/// The pause of the log before its next try is an hour: a stop does not wait for it, and does not fail for it.
#[test]
fn a_log_that_could_take_writes_again_is_no_reason_against_a_clean_stop() {
    let machine = Machine::new(1);
    let options = Options { wal_retry: Duration::from_secs(3600), ..machine.options() };
    let engine = Engine::open(Arc::new(machine.sim.clone()), Path::new("data"), options).unwrap();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1 1");
    machine.sim.set_capacity(0);
    let long = format!("m s=\"{}\" 2", "x".repeat(20_000));
    assert!(try_write(&engine, "db", None, &long).unwrap_err().is_temporary());
    machine.sim.set_capacity(1 << 30);
    assert!(engine.stats().read_only);
    engine.stop().unwrap();
    drop(engine);
    let engine = machine.open();
    assert!(engine.recovery().clean, "{:?}", engine.recovery());
    let found = dump_policy(&engine, "db", None);
    assert_eq!(found.get(&("m".to_owned(), 1)), rows_of("m v=1 1").get(&("m".to_owned(), 1)));
}

#[test]
fn a_large_head_is_frozen_soon_after_the_last_write_and_a_small_one_is_not() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1 1");
    machine.clock.advance(Duration::from_secs(60));
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().segments, 0);
    let text = "x".repeat(60_000);
    let lines: String = (0..150).map(|number| format!("m s=\"{text}\" {number}\n")).collect();
    write(&engine, "db", None, &lines);
    machine.clock.advance(Duration::from_secs(9));
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().segments, 0);
    machine.clock.advance(Duration::from_secs(1));
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().segments, engine.stats().head_rows), (1, 0));
}

//! Deletes are carried out whatever stands in the way of others, and for no more work than they are worth.

use std::path::{Path, PathBuf};
use std::time::Duration;

use disk::Fs;
use model::{Deletion, TagMatch, TagPredicate, TimeRange};
use tsdb::limits::{
    JUDGED_PAIRS_MAX, PLAN_AGE, RECLAIM_AGE, RECLAIM_BYTES_SMALL, TOMBSTONES_BYTES_PER_DATABASE,
};
use tsdb::{Engine, Error};

use crate::deletes::{of, tag};
use crate::harness::{HOUR_NS, Machine, NOW_NS, dump_policy, request, rows_of, scan, try_scan, write};

fn random(number: u64) -> u64 {
    (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A database `bad` whose first segment has a damaged page and measurement `m`, its second one measurement `n`; and a
/// database `good`. Gives the damaged file.
fn with_damage(machine: &Machine) -> PathBuf {
    let engine = machine.open();
    engine.create_database("bad").unwrap();
    engine.create_database("good").unwrap();
    let line = |row: u64| format!("m s=\"{}\" {row}\n", random(row));
    write(&engine, "bad", None, &(0..2000).map(line).collect::<String>());
    engine.freeze().unwrap();
    write(&engine, "bad", None, "n v=1 10\nk v=1 10");
    engine.freeze().unwrap();
    write(&engine, "good", None, "m v=1 10\nm v=1 20");
    engine.freeze().unwrap();
    drop(engine);
    let dir = Path::new("data/segments");
    let first = dir.join(machine.sim.list(dir).unwrap().remove(0).name);
    machine.sim.flip_bit(&first, 60, 0).unwrap();
    first
}

fn settle(engine: &Engine) {
    engine.freeze().unwrap();
    assert!(matches!(engine.maintain_once(), Err(Error::Corrupt { .. })));
}

#[test]
fn a_damaged_segment_keeps_no_delete_but_those_of_its_own_rows() {
    let machine = Machine::new(1);
    with_damage(&machine);
    let engine = machine.open();
    let some = TimeRange::new(0, 10);
    engine.delete("bad", &Deletion { time: some, ..of("m") }).unwrap();
    let check = |engine: &Engine| {
        let snapshot = engine.snapshot("bad", None).unwrap();
        let rows = |measurement| scan(&snapshot, &request(&snapshot, measurement)).len();
        assert_eq!((rows("k"), rows("n")), (1, 0));
        assert!(try_scan(&snapshot, &request(&snapshot, "m")).is_err(), "it was not lost silently");
    };
    for later in ["n", "nothing"] {
        engine.delete("bad", &of(later)).unwrap();
    }
    engine.delete("bad", &Deletion { time: TimeRange::new(5000, 6000), ..of("m") }).unwrap();
    engine.delete("good", &of("m")).unwrap();
    assert_eq!(engine.stats().tombstones, 5);
    settle(&engine);
    assert_eq!(engine.stats().tombstones, 1, "the one that hides rows of the damaged segment");
    assert_eq!(engine.stats().segments, 2, "of good nothing is left");
    check(&engine);
    drop(engine);
    let engine = machine.open();
    assert_eq!(engine.stats().tombstones, 1, "for good");
    check(&engine);
}

#[test]
fn deletes_that_a_damaged_segment_keeps_fill_the_room_of_their_own_database_only_and_the_error_names_it() {
    let machine = Machine::new(1);
    let damaged = with_damage(&machine);
    let engine = machine.open();
    let condition = |number: usize| TagPredicate::Tag {
        key: "host".into(),
        matcher: TagMatch::NotEqual(format!("{number}{}", "x".repeat(3900)).into()),
    };
    let time = TimeRange::new(0, 10);
    let delete = |number| engine.delete("bad", &Deletion { tags: condition(number), time, ..of("m") });
    let mut taken = 0;
    let refused = loop {
        match delete(taken) {
            Ok(()) => taken += 1,
            Err(error) => break error,
        }
        if taken == 600 {
            settle(&engine);
            assert_eq!(engine.stats().tombstones, 600);
        }
    };
    assert!(taken * 4096 > TOMBSTONES_BYTES_PER_DATABASE - 65_536, "{taken} were taken");
    let text = refused.to_string();
    assert!(refused.is_temporary(), "{text}");
    for part in ["database bad", &damaged.display().to_string(), "is damaged at offset", "from a backup"] {
        assert!(text.contains(part), "{text} does not say {part}");
    }
    for number in 0..20 {
        let time = TimeRange::new(number, number + 1);
        engine.delete("good", &Deletion { time, ..of("m") }).unwrap();
    }
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().tombstones, taken as u64, "those of good were carried out");
    assert_eq!(dump_policy(&engine, "good", None), rows_of("m v=1 20"));
    engine.drop_database("bad").unwrap();
    assert_eq!(engine.stats().tombstones, 0, "what is dropped keeps nothing");
}

#[test]
fn a_delete_takes_the_place_of_those_that_it_covers() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let line = |row: i64| format!("m,host=h{} v={row} {row}\n", row % 3);
    let lines: String = (0..300).map(line).collect();
    write(&engine, "db", None, &lines);
    engine.freeze().unwrap();
    write(&engine, "db", None, &lines);
    let old = |end: i64| Deletion { time: TimeRange::new(0, end), ..of("m") };
    for end in 1..=200 {
        engine.delete("db", &old(end)).unwrap();
        engine.delete("db", &Deletion { tags: tag("host", "h1"), ..old(end) }).unwrap();
    }
    assert_eq!(engine.stats().tombstones, 2, "of each condition the last one");
    engine.delete("db", &old(100)).unwrap();
    assert_eq!(engine.stats().tombstones, 3, "it hides less, and what came since");
    write(&engine, "db", None, "m,host=h0 v=7 7");
    engine.delete("db", &Deletion { sources: Vec::new(), ..old(5) }).unwrap();
    let left = (200..300).map(line).collect::<String>() + "m,host=h0 v=7 7";
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&left));
    drop(engine);
    let engine = machine.open();
    assert_eq!(engine.stats().tombstones, 4);
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&left));
    engine.delete("db", &Deletion { sources: Vec::new(), ..old(200) }).unwrap();
    assert_eq!(engine.stats().tombstones, 1, "every measurement, and more time than any of them");
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().tombstones, 0);
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&(200..300).map(line).collect::<String>()));
}

#[test]
fn a_client_that_deletes_series_one_by_one_is_never_refused() {
    const SERIES: usize = 3000;
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let line = |host: usize| format!("m,host=h{host} v={host} {host}\n");
    for part in 0..3 {
        let hosts = (0..SERIES).filter(|host| host % 3 == part);
        write(&engine, "db", None, &hosts.map(line).collect::<String>());
        engine.freeze().unwrap();
    }
    let mut most = 0;
    for host in 0..SERIES {
        engine.delete("db", &Deletion { tags: tag("host", &format!("h{host}")), ..of("m") }).unwrap();
        if host % 100 == 99 {
            machine.clock.advance(Duration::from_secs(600));
            engine.maintain_once().unwrap();
            most = most.max(engine.stats().tombstones);
            let left: String = (host + 1..SERIES).map(line).collect();
            assert_eq!(dump_policy(&engine, "db", None), rows_of(&left));
        }
    }
    assert!(most <= 1100, "{most} deletes waited at a time");
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().tombstones, engine.stats().segments), (0, 0));
}

/// A segment of some mebibytes; gives its lines.
fn large_segment(engine: &Engine) -> Vec<String> {
    engine.create_database("db").unwrap();
    let line = |row: u64| {
        let text: String = (0..40).map(|part| format!("{:016x}", random(row * 40 + part))).collect();
        format!("m,host=h{} s=\"{text}\" {}\n", row % 10, NOW_NS + i64::try_from(row).unwrap())
    };
    let lines: Vec<String> = (0..6000).map(line).collect();
    write(engine, "db", None, &lines.concat());
    engine.freeze().unwrap();
    assert!(engine.stats().segment_bytes > RECLAIM_BYTES_SMALL);
    lines
}

fn delete_rows(engine: &Engine, rows: std::ops::Range<i64>) {
    let time = TimeRange::new(NOW_NS + rows.start, NOW_NS + rows.end);
    engine.delete("db", &Deletion { time, tags: tag("host", "h1"), ..of("m") }).unwrap();
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
}

#[test]
fn a_few_deleted_rows_of_a_large_segment_wait_half_a_day_for_their_space() {
    let machine = Machine::new(1);
    let engine = machine.open();
    let lines = large_segment(&engine);
    delete_rows(&engine, 0..30);
    assert_eq!((engine.stats().merges, engine.stats().tombstones), (0, 1), "three rows are not worth it");
    let is_left = |row: &usize| row % 10 != 1 || *row >= 30;
    let left = rows_of(&(0..6000).filter(is_left).map(|row| &*lines[row]).collect::<String>());
    assert_eq!(dump_policy(&engine, "db", None), left);
    machine.clock.advance(RECLAIM_AGE - PLAN_AGE);
    delete_rows(&engine, 10..20);
    assert_eq!((engine.stats().merges, engine.stats().tombstones), (0, 2));
    machine.clock.advance(PLAN_AGE);
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().merges, engine.stats().tombstones), (1, 0), "the first one has waited enough");
    assert_eq!((engine.stats().segment_rows, dump_policy(&engine, "db", None)), (5997, left));
}

#[test]
fn many_deleted_rows_or_those_of_an_earlier_run_are_taken_out_at_once() {
    let machine = Machine::new(1);
    let engine = machine.open();
    large_segment(&engine);
    delete_rows(&engine, 0..30);
    assert_eq!((engine.stats().merges, engine.stats().tombstones), (0, 1));
    drop(engine);
    let engine = machine.open();
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().merges, engine.stats().tombstones), (1, 0), "nobody knows how long it waits");
    for host in ["h2", "h3"] {
        engine.delete("db", &Deletion { tags: tag("host", host), ..of("m") }).unwrap();
    }
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().merges, engine.stats().segment_rows), (2, 5997 - 1200), "a fifth of the rows");
}

#[test]
fn deletes_that_concern_very_many_segments_are_judged_a_part_at_a_time() {
    const WEEKS: i64 = 48;
    const HOSTS: usize = 1000;
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let week = 7 * 24 * HOUR_NS;
    let line = |week_number: i64| format!("m,host=kept v=1 {}\n", NOW_NS - week_number * week);
    let lines: String = (0..WEEKS).map(line).collect();
    write(&engine, "db", None, &lines);
    engine.freeze().unwrap();
    for host in 0..HOSTS {
        engine.delete("db", &Deletion { tags: tag("host", &format!("h{host}")), ..of("m") }).unwrap();
    }
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().tombstones, HOSTS as u64, "two looks are not enough for so many pairs");
    const { assert!(2 * JUDGED_PAIRS_MAX < HOSTS * 48) };
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().tombstones, engine.stats().merges), (0, 0), "none of them hides anything");
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
}

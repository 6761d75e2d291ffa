//! A shard takes so many series and no more; those that it has go on.

use std::path::Path;
use std::sync::Arc;

use tsdb::{Engine, Options, RejectReason};

use crate::deletes::{of, tag};
use crate::harness::{HOUR_NS, Machine, NOW_NS, dump_policy, points, rows_of, write};

const MAX: u64 = 5;

fn open(machine: &Machine, series_max: u64) -> Arc<Engine> {
    let options = Options { series_max, ..machine.options() };
    Engine::open(Arc::new(machine.sim.clone()), Path::new("data"), options).unwrap()
}

fn hosts(count: u64, ts: i64) -> String {
    (0..count).map(|host| format!("m,dc=x,host=h{host} v={ts} {ts}\n")).collect()
}

/// An engine with as many series as it takes.
fn full(machine: &Machine) -> Arc<Engine> {
    let engine = open(machine, MAX);
    engine.create_database("db").unwrap();
    write(&engine, "db", None, &hosts(MAX, 1));
    engine
}

/// How many points of `lines` are taken; the others are rejected because of the limit.
fn taken(engine: &Engine, lines: &str) -> usize {
    let written = engine.append("db", None, points(lines)).unwrap();
    let is_limit = |reason: &RejectReason| *reason == RejectReason::SeriesLimit { max: MAX };
    assert!(written.rejected.iter().all(|rejected| is_limit(&rejected.reason)), "{:?}", written.rejected);
    written.ticket.wait().unwrap();
    written.accepted
}

/// Known series are taken, whatever order a client has for their tags; new ones are not, whatever they share with
/// known ones.
fn check_is_full(engine: &Engine, ts: i64) {
    let before = engine.stats().points_over_series_max;
    let new =
        ["m,dc=x,host=h9", "m,dc=x", "m,host=h0", "m", "n,dc=x,host=h0", "m,dc=x,host=h0,os=x", "m,dc=h0"];
    for series in new {
        assert_eq!(taken(engine, &format!("{series} v=1 {ts}")), 0, "{series}");
    }
    let mixed = format!("m,dc=x,host=h8 v=1 {ts}\nm,host=h3,dc=x v=7 {ts}\nm,dc=x,host=h8 v=2 {ts}\n");
    assert_eq!(taken(engine, &mixed), 1);
    assert_eq!(taken(engine, &hosts(MAX, ts)), 5);
    assert_eq!(engine.stats().points_over_series_max - before, new.len() as u64 + 2);
}

#[test]
fn new_series_are_refused_at_the_limit_and_known_ones_go_on() {
    let machine = Machine::new(1);
    let mut engine = full(&machine);
    check_is_full(&engine, 2);
    engine.freeze().unwrap();
    check_is_full(&engine, 3);
    drop(engine);
    engine = open(&machine, MAX);
    assert_eq!(engine.stats().generations, 2, "the head came back from the log");
    check_is_full(&engine, 4);
    engine.stop().unwrap();
    drop(engine);
    engine = open(&machine, MAX);
    check_is_full(&engine, 5);
    for ts in 6..9 {
        engine.freeze().unwrap();
        check_is_full(&engine, ts);
    }
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().merges, engine.stats().segments), (1, 1));
    check_is_full(&engine, 9);
    let lines: String = (1..10).map(|ts| hosts(MAX, ts)).collect();
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
}

#[test]
fn series_of_many_parts_that_are_together_too_many_are_refused_when_they_are_merged() {
    let machine = Machine::new(1);
    let engine = open(&machine, MAX);
    engine.create_database("db").unwrap();
    for part in 0..4 {
        let lines: String = (0..2).map(|host| format!("m,host=p{part}h{host} v=1 1\n")).collect();
        assert_eq!(taken(&engine, &lines), 2);
        engine.freeze().unwrap();
    }
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().segments, 1);
    assert_eq!(taken(&engine, "m,host=new v=1 1"), 0);
    assert_eq!(taken(&engine, "m,host=p3h1 v=2 2\nm,host=p0h0 v=2 2"), 2);
}

#[test]
fn a_write_across_the_limit_is_taken_up_to_it() {
    let machine = Machine::new(1);
    let engine = open(&machine, MAX);
    engine.create_database("db").unwrap();
    write(&engine, "db", None, &hosts(2, 1));
    let lines = hosts(3, 2) + "m,host=h0,dc=x w=1 2\n" + &hosts(9, 3);
    assert_eq!(taken(&engine, &lines), 4 + 5);
    assert_eq!(
        dump_policy(&engine, "db", None),
        rows_of(&(hosts(2, 1) + &hosts(3, 2) + "m,dc=x,host=h0 w=1 2\n" + &hosts(5, 3)))
    );
}

#[test]
fn each_shard_has_its_own_room_and_a_limit_of_none_is_none() {
    let machine = Machine::new(1);
    let engine = full(&machine);
    assert_eq!(taken(&engine, &format!("m,host=new v=1 1\nm,host=new v=1 {}", NOW_NS + 168 * HOUR_NS)), 1);
    engine.create_database("other").unwrap();
    write(&engine, "other", None, "m,host=new v=1 1");
    engine.freeze().unwrap();
    drop(engine);
    let engine = open(&machine, 0);
    write(&engine, "db", None, &hosts(100, 1));
    drop(engine);
    let engine = open(&machine, MAX);
    assert_eq!(taken(&engine, "m,host=more v=1 1"), 0, "a lower limit holds from the next start on");
    assert_eq!(taken(&engine, &hosts(100, 2)), 100);
}

#[test]
fn points_over_the_limit_leave_nothing_in_memory() {
    let engine = full(&Machine::new(1));
    engine.freeze().unwrap();
    write(&engine, "db", None, &hosts(MAX, 2));
    let before = engine.stats();
    for batch in 0..20 {
        let line = |number: i32| format!("m,dc=x,host=n{number} v{number}=1.5 1\n");
        let lines: String = (batch * 5000..(batch + 1) * 5000).map(line).collect();
        assert_eq!(taken(&engine, &lines), 0);
    }
    let after = engine.stats();
    assert_eq!(after.points_over_series_max, 100_000);
    assert_eq!((after.head_bytes, after.series), (before.head_bytes, before.series));
    assert_eq!((after.wal_bytes, after.generations), (before.wal_bytes, before.generations));
}

#[test]
fn deleted_series_make_room() {
    let machine = Machine::new(1);
    let engine = full(&machine);
    engine.delete("db", &model::Deletion { tags: tag("host", "h1"), ..of("m") }).unwrap();
    // The head still has it. The refusal makes the next write begin another one.
    assert_eq!(taken(&engine, "m,host=new v=1 1"), 0);
    assert_eq!(taken(&engine, "m,dc=x,host=h0 v=1 2"), 1);
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().segments, 1);
    assert_eq!(
        taken(&engine, "m,host=new v=1 1\nm,dc=x,host=h1 v=1 1"),
        2,
        "until a merge each part counts alone"
    );
    // In segments deletes are carried out by a merge.
    for ts in 3..6 {
        engine.freeze().unwrap();
        assert_eq!(taken(&engine, &hosts(MAX, ts)), 5);
    }
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().segments, 1);
    assert_eq!(taken(&engine, "m,host=other v=1 7"), 0);
    engine.delete("db", &of("m")).unwrap();
    write(&engine, "db", None, "m,host=new v=1 8");
    for ts in 0..4 {
        engine.freeze().unwrap();
        write(&engine, "db", None, &format!("m,host=new v=1 {}", 9 + ts));
    }
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().series, 1);
    assert_eq!(
        taken(&engine, &("m,host=new v=1 20\n".to_owned() + &hosts(MAX, 20))),
        5,
        "one series was left"
    );
}

//! Points that are past.

use std::time::Duration;

use tsdb::PolicySpec;

use crate::harness::{HOUR_NS, Machine, NOW_NS, dump_policy, points, rows_of, write};

fn two_hours() -> PolicySpec {
    PolicySpec { duration_ns: Some(2 * HOUR_NS), ..PolicySpec::default() }
}

#[test]
fn points_beyond_the_policy_are_rejected() {
    let engine = Machine::new(1).open();
    engine.create_database_with("db", &two_hours()).unwrap();
    let lines = format!(
        "m v=1 {}\nm v=2 {}\nm v=3 {}",
        NOW_NS - 2 * HOUR_NS - 1,
        NOW_NS - 2 * HOUR_NS,
        NOW_NS + HOUR_NS
    );
    let written = engine.append("db", None, points(&lines)).unwrap();
    assert_eq!((written.accepted, written.rejected_count, written.rejected[0].point), (2, 1, 0));
    assert_eq!(written.rejected[0].reason.to_string(), "points beyond retention policy");
    assert_eq!(engine.stats().points_future, 1);
}

#[test]
fn shards_that_are_past_go_with_their_files() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database_with("db", &two_hours()).unwrap();
    write(&engine, "db", None, &format!("m v=1 {}\nm v=2 {NOW_NS}", NOW_NS - HOUR_NS));
    engine.freeze().unwrap();
    write(&engine, "db", None, &format!("m v=3 {}", NOW_NS - HOUR_NS + 1));
    let held = engine.snapshot("db", None).unwrap();
    machine.clock.advance(Duration::from_secs(3599));
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().shards, 2);
    for _ in 0..61 {
        machine.clock.advance(Duration::from_secs(60));
        engine.maintain_once().unwrap();
    }
    let left = rows_of(&format!("m v=2 {NOW_NS}"));
    assert_eq!((engine.stats().shards, engine.stats().segments), (1, 1));
    assert_eq!(dump_policy(&engine, "db", None), left);
    assert_eq!(crate::harness::dump(&held).len(), 3, "a snapshot keeps what it saw");
    drop(held);
    engine.maintain_once().unwrap();
    assert_eq!(disk::Fs::list(&machine.sim, "data/segments".as_ref()).unwrap().len(), 1);
    drop(engine);
    let engine = machine.open();
    assert_eq!(
        dump_policy(&engine, "db", None),
        left,
        "rows of a dropped shard do not come back from the WAL"
    );
    assert!(engine.recovery().damage.is_empty(), "{:?}", engine.recovery());
    engine.freeze().unwrap();
    assert_eq!(dump_policy(&engine, "db", None), left);
}

#[test]
fn a_clock_that_jumps_deletes_nothing_for_an_hour() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database_with("db", &two_hours()).unwrap();
    write(&engine, "db", None, &format!("m v=1 {NOW_NS}"));
    engine.maintain_once().unwrap();
    machine.clock.jump_to(NOW_NS + 1000 * HOUR_NS);
    engine.maintain_once().unwrap();
    machine.clock.advance(Duration::from_secs(3000));
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().shards, 1);
    machine.clock.advance(Duration::from_secs(601));
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().shards, 0);
}

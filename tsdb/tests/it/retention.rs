//! Points that are past.

use std::time::Duration;

use disk::Fs;
use model::Clock;
use tsdb::{Engine, PolicySpec};

use crate::harness::{HOUR_NS, Machine, NOW_NS, dump_policy, points, rows_of, try_write, write};

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
    assert_eq!(machine.sim.list("data/segments".as_ref()).unwrap().len(), 1);
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

const YEAR_NS: i64 = 365 * 24 * HOUR_NS;

/// A store with a point of its own time in a policy of two hours, stopped cleanly.
fn stopped() -> Machine {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database_with("db", &two_hours()).unwrap();
    write(&engine, "db", None, &format!("m v=1 {NOW_NS}"));
    engine.maintain_once().unwrap();
    engine.stop().unwrap();
    machine
}

/// Upkeep once a minute.
fn minutes_pass(machine: &Machine, engine: &Engine, minutes: u64) {
    for _ in 0..minutes {
        engine.maintain_once().unwrap();
        machine.clock.advance(Duration::from_secs(60));
    }
}

fn takes(engine: &Engine, ts: i64) -> bool {
    engine.append("db", None, points(&format!("m v=2 {ts}"))).unwrap().rejected_count == 0
}

#[test]
fn a_start_with_a_clock_ten_years_ahead_loses_nothing() {
    let machine = stopped();
    machine.clock.jump_to(NOW_NS + 10 * YEAR_NS);
    let engine = machine.open();
    write(&engine, "db", None, &format!("m v=2 {}", NOW_NS + 1));
    minutes_pass(&machine, &engine, 59);
    write(&engine, "db", None, &format!("m v=3 {}", NOW_NS + 2));
    // The machine has learnt the time; that is a jump, too.
    machine.clock.jump_to(NOW_NS + HOUR_NS);
    minutes_pass(&machine, &engine, 61);
    let all = rows_of(&format!("m v=1 {NOW_NS}\nm v=2 {}\nm v=3 {}", NOW_NS + 1, NOW_NS + 2));
    assert_eq!(dump_policy(&engine, "db", None), all);
    assert!(!takes(&engine, NOW_NS - 1), "the clock is believed again");
}

#[test]
fn a_start_with_a_clock_years_behind_loses_nothing_and_writes_go_on() {
    let machine = stopped();
    machine.clock.jump_to(NOW_NS - 10 * YEAR_NS);
    let engine = machine.open();
    write(&engine, "db", None, &format!("m v=2 {}", NOW_NS + 1));
    minutes_pass(&machine, &engine, 90);
    write(&engine, "db", None, &format!("m v=3 {}", NOW_NS + 2));
    machine.clock.jump_to(NOW_NS + HOUR_NS);
    write(&engine, "db", None, &format!("m v=4 {}", NOW_NS + 3));
    minutes_pass(&machine, &engine, 61);
    assert_eq!(dump_policy(&engine, "db", None).len(), 4);
}

#[test]
fn a_server_that_was_off_for_a_month_drops_what_is_past_an_hour_later() {
    let machine = stopped();
    machine.clock.advance(Duration::from_secs(30 * 24 * 3600));
    let engine = machine.open();
    assert!(takes(&engine, NOW_NS + 1), "in doubt points are taken");
    minutes_pass(&machine, &engine, 60);
    assert_eq!(engine.stats().shards, 1);
    minutes_pass(&machine, &engine, 1);
    assert_eq!(engine.stats().shards, 0);
    assert!(!takes(&engine, NOW_NS + 2));
    engine.stop().unwrap();
    drop(engine);
    assert!(!takes(&machine.open(), NOW_NS + 2), "after a clean stop nothing is in doubt");
}

#[test]
fn a_start_after_a_crash_believes_a_clock_that_went_on() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database_with("db", &two_hours()).unwrap();
    minutes_pass(&machine, &engine, 30);
    drop(engine);
    let engine = machine.reboot().open();
    assert!(!takes(&engine, NOW_NS - 2 * HOUR_NS));
}

#[test]
fn a_store_that_knows_nothing_of_the_clock_waits_an_hour() {
    let machine = stopped();
    for damage in [None, Some(b"vigie clock 1\n17".as_slice())] {
        machine.sim.remove_file("data/CLOCK".as_ref()).unwrap();
        if let Some(bytes) = damage {
            disk::replace(&machine.sim, "data/CLOCK".as_ref(), bytes).unwrap();
        }
        let engine = machine.open();
        assert!(takes(&engine, NOW_NS - YEAR_NS));
        let shards = engine.stats().shards;
        minutes_pass(&machine, &engine, 59);
        assert!(takes(&engine, NOW_NS - YEAR_NS));
        minutes_pass(&machine, &engine, 1);
        assert_eq!(engine.stats().shards, shards);
        minutes_pass(&machine, &engine, 1);
        assert!(engine.stats().shards < shards);
        write(&engine, "db", None, &format!("m v=1 {}", machine.clock.now_ns()));
        engine.stop().unwrap();
    }
}

#[test]
fn a_clock_that_jumps_makes_no_point_too_old_from_its_first_moment_on() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database_with("db", &two_hours()).unwrap();
    machine.clock.jump_to(NOW_NS + YEAR_NS);
    assert!(takes(&engine, NOW_NS), "without any upkeep between the jump and the write");
    minutes_pass(&machine, &engine, 61);
    assert!(!takes(&engine, NOW_NS));
}

#[test]
fn a_power_cut_while_the_time_is_written_down_leaves_a_time_or_doubt() {
    let run = |machine: &Machine| -> tsdb::Result<()> {
        let engine = machine.try_open()?;
        engine.create_database_with("db", &two_hours())?;
        try_write(&engine, "db", None, &format!("m v=1 {NOW_NS}"))?;
        for _ in 0..3 {
            engine.maintain_once()?;
            machine.clock.advance(Duration::from_secs(600));
        }
        engine.stop()
    };
    let whole = Machine::new(3);
    run(&whole).unwrap();
    for cut in 0..whole.sim.operations() {
        let machine = Machine::new(3);
        machine.sim.cut_power_after(cut);
        let _ = run(&machine);
        let machine = machine.reboot();
        machine.clock.advance(Duration::from_secs(100 * 3600));
        let engine = machine.open();
        let found = engine.stats().shards;
        minutes_pass(&machine, &engine, 60);
        assert_eq!(engine.stats().shards, found, "cut {cut}: the store was off for days");
        minutes_pass(&machine, &engine, 1);
        assert_eq!(engine.stats().shards, 0, "cut {cut}");
    }
}

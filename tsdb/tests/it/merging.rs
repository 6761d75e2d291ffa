//! Merging under load and in trouble: memory stays bounded, segments stay few, and nothing is lost.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use disk::Fs;
use model::{Budget, Share};
use tsdb::{Engine, Error, Options};

use crate::harness::{
    Dice, HOUR_NS, Machine, NOW_NS, Rows, dump_policy, points, put, rows_of, try_write, write,
};

/// Freezes four segments of some series that overlap in time.
fn four_segments(engine: &Engine, db: &str) -> String {
    let mut all = String::new();
    for round in 0..4 {
        let line = |row: i64| format!("m,host=h{} v={row},w={round} {}\n", row % 7, NOW_NS + row + round);
        let lines: String = (0..500).map(line).collect();
        write(engine, db, None, &lines);
        engine.freeze().unwrap();
        all.push_str(&lines);
    }
    all
}

fn wait_until(is_done: impl Fn() -> bool) {
    let started = std::time::Instant::now();
    while !is_done() {
        assert!(started.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::yield_now();
    }
}

#[test]
fn a_backfill_over_ten_years_in_any_order_stays_in_its_memory_and_makes_progress() {
    const WEEKS: u64 = 520;
    let budget = 48 << 20;
    let machine = Machine { budget: Budget::new(budget), ..Machine::new(1) };
    let options = Options { generation_head_bytes: 512 << 10, ..machine.options() };
    let engine = Engine::open(Arc::new(machine.sim.clone()), Path::new("data"), options).unwrap();
    engine.create_database("db").unwrap();
    let mut dice = Dice::new(1);
    let mut expected = Rows::new();
    let mut most = 0;
    for batch in 0..60 {
        let mut lines = String::new();
        for _ in 0..600 {
            let ago = i64::try_from(dice.below(WEEKS * 168 * 60)).unwrap() * (HOUR_NS / 60);
            lines.push_str(&format!("m,host=h{} v={} {}\n", dice.below(3), dice.below(1000), NOW_NS - ago));
        }
        let points = points(&lines);
        put(&mut expected, &points);
        let mut tries = 0;
        while let Err(error) = engine.append("db", None, points.clone()).and_then(|done| done.ticket.wait()) {
            assert!(error.is_temporary(), "{error}");
            tries += 1;
            assert!(tries < 100, "batch {batch} does not get in: {error}");
            engine.maintain_once().unwrap();
            machine.clock.advance(Duration::from_secs(1));
        }
        if batch % 2 == 1 {
            engine.freeze().unwrap();
            engine.maintain_once().unwrap();
        }
        assert!(machine.budget.used() <= budget);
        most = most.max(engine.stats().segments / engine.stats().shards.max(1));
    }
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    let stats = engine.stats();
    assert!(stats.shards >= WEEKS && stats.merges > WEEKS, "{stats:?}");
    assert!(most <= 8, "{most} segments in a shard on average");
    assert_eq!((stats.merge_failures, stats.merge_debt_bytes, stats.shards_held), (0, 0, 0));
    assert_eq!(machine.budget.used_by(Share::Compaction), 0);
    assert_eq!(dump_policy(&engine, "db", None), expected);
}

#[test]
fn a_series_that_is_larger_than_the_memory_is_merged_in_slices() {
    let machine = Machine { budget: Budget::new(8 << 20), ..Machine::new(1) };
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut expected = Rows::new();
    for round in 0..4 {
        for part in 0..5 {
            let line =
                |row: i64| format!("m a={row},b={round}i,c=\"text {row}\" {}\n", NOW_NS + row * 4 + round);
            let points = points(&(part * 3000..(part + 1) * 3000).map(line).collect::<String>());
            put(&mut expected, &points);
            engine.append("db", None, points).unwrap().ticket.wait().unwrap();
        }
        engine.freeze().unwrap();
    }
    assert_eq!(engine.stats().segments, 4);
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().segments, engine.stats().merges), (1, 1));
    assert_eq!(dump_policy(&engine, "db", None), expected);
}

#[test]
fn a_merge_that_the_disk_has_no_room_for_waits_until_there_is() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let lines = four_segments(&engine, "db");
    let space = machine.sim.space(Path::new("data")).unwrap();
    machine.sim.set_capacity(space.total - space.available + 1000);
    engine.maintain_once().unwrap();
    let stats = engine.stats();
    assert_eq!((stats.merges, stats.merges_without_space, stats.merge_failures), (0, 1, 0));
    assert!(stats.merge_debt_bytes > 0);
    machine.sim.set_capacity(1 << 40);
    machine.clock.advance(tsdb::limits::MERGE_RETRY_BUSY);
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().merges, engine.stats().segments), (1, 1));
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
}

#[test]
fn segments_beside_a_damaged_one_are_merged() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    for number in 0..6 {
        let line =
            |row: u64| format!("m s=\"{}\" {row}\n", (row + number).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        write(&engine, "db", None, &(0..2000).map(line).collect::<String>());
        engine.freeze().unwrap();
    }
    drop(engine);
    let dir = Path::new("data/segments");
    let first = machine.sim.list(dir).unwrap().remove(0).name;
    machine.sim.flip_bit(&dir.join(first), 60, 0).unwrap();
    let engine = machine.open();
    assert!(matches!(engine.maintain_once(), Err(Error::Corrupt { .. })));
    assert_eq!((engine.stats().merges, engine.stats().segments), (1, 2), "five became one");
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().merge_failures, 1);
}

#[test]
fn a_past_day_ends_as_one_segment_once_nothing_comes_any_more() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut lines = String::new();
    for round in 0..3 {
        let line = format!("m v={round} {}\n", NOW_NS - 48 * HOUR_NS + round);
        write(&engine, "db", None, &line);
        engine.freeze().unwrap();
        lines.push_str(&line);
    }
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().segments, 3, "more may come");
    machine.clock.advance(tsdb::limits::PARTITION_REST);
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().segments, engine.stats().merges), (1, 1));
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
}

#[test]
fn large_segments_are_cut_at_days_and_hold_the_same_rows() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut dice = Dice::new(7);
    let mut expected = Rows::new();
    for _ in 0..4 {
        // Text that does not compress: a little more than a mebibyte a day.
        let mut lines = String::new();
        for row in 0..2800_i64 {
            let text: String = (0..44).map(|_| format!("{:016x}", dice.below(u64::MAX))).collect();
            let ts = NOW_NS - (row % 48) * HOUR_NS + row;
            lines.push_str(&format!("m,host=h{} s=\"{text}\",v={} {ts}\n", row % 3, dice.below(9)));
        }
        let points = points(&lines);
        put(&mut expected, &points);
        engine.append("db", None, points).unwrap().ticket.wait().unwrap();
        engine.freeze().unwrap();
    }
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().merges, engine.stats().segments), (1, 3), "one for each day");
    assert_eq!(dump_policy(&engine, "db", None), expected);
    drop(engine);
    assert_eq!(dump_policy(&machine.open(), "db", None), expected);
}

#[test]
fn a_crowded_shard_holds_its_writers_back_until_merges_catch_up() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut lines = String::new();
    for round in 0..70 {
        let line = format!("m v={round} {}\n", NOW_NS + round);
        write(&engine, "db", None, &line);
        engine.freeze().unwrap();
        lines.push_str(&line);
    }
    assert_eq!(engine.stats().segments, 70);
    // The look at what is due that comes first notices the crowd; so that it stays, the disk has no room.
    let space = machine.sim.space(Path::new("data")).unwrap();
    machine.sim.set_capacity(space.total - space.available + 1000);
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().shards_held, 0, "a merge that cannot be holds nobody back");
    machine.sim.set_capacity(1 << 40);
    machine.clock.advance(tsdb::limits::MERGE_RETRY_BUSY);
    engine.maintain_once().unwrap();
    assert!(engine.stats().segments < 24, "{:?}", engine.stats());
    try_write(&engine, "db", None, "m v=1 1").unwrap();
    lines.push_str("m v=1 1");
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
}

#[test]
fn a_merge_in_the_background_ends_at_once_when_the_engine_stops() {
    let machine = Machine { background: true, ..Machine::new(1) };
    // At a byte a second it would take for ever.
    let options = Options { merge_bytes_per_second: Some(1), ..machine.options() };
    let engine = Engine::open(Arc::new(machine.sim.clone()), Path::new("data"), options).unwrap();
    engine.create_database("db").unwrap();
    let lines = four_segments(&engine, "db");
    wait_until(|| engine.stats().merges_running == 1);
    write(&engine, "db", None, "m v=1 1");
    engine.freeze().unwrap();
    assert_eq!(engine.stats().segments, 5, "a freeze does not wait for a merge");
    engine.stop().unwrap();
    assert_eq!((engine.stats().merges, engine.stats().merges_cancelled), (0, 1));
    drop(engine);
    let names = machine.sim.list(Path::new("data/segments")).unwrap();
    assert_eq!(names.len(), 5, "nothing is left of it: {names:?}");
    let machine = Machine { background: false, ..machine };
    let engine = machine.open();
    engine.maintain_once().unwrap();
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&format!("{lines}m v=1 1")));
}

#[test]
fn a_merge_ends_at_once_when_its_shard_is_dropped() {
    let machine = Machine { background: true, ..Machine::new(1) };
    let options = Options { merge_bytes_per_second: Some(1), ..machine.options() };
    let engine = Engine::open(Arc::new(machine.sim), Path::new("data"), options).unwrap();
    engine.create_database("db").unwrap();
    engine.create_database("other").unwrap();
    four_segments(&engine, "db");
    wait_until(|| engine.stats().merges_running == 1);
    engine.drop_database("db").unwrap();
    wait_until(|| engine.stats().merges_cancelled == 1);
    write(&engine, "other", None, "m v=1 1");
    engine.stop().unwrap();
    assert_eq!(engine.stats().segments, 1);
}

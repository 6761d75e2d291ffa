//! What the engine tells of itself.

use std::time::Duration;

use tsdb::Engine;
use tsdb::limits::{CENSUS_MEASUREMENTS, CENSUS_PAUSE};

use crate::harness::{Machine, NOW_NS, write};

#[test]
fn the_age_of_the_log_is_that_of_its_oldest_frame() {
    let machine = Machine::new(1);
    let engine = machine.open();
    assert_eq!(engine.stats().wal_age, Duration::ZERO, "there is none yet");
    engine.create_database("db").unwrap();
    machine.clock.advance(Duration::from_secs(30));
    write(&engine, "db", None, "m v=1 1");
    machine.clock.advance(Duration::from_secs(12));
    assert_eq!(engine.stats().wal_age, Duration::from_secs(42));
    drop(engine);
    let engine = machine.open();
    machine.clock.advance(Duration::from_secs(5));
    assert_eq!(engine.stats().wal_age, Duration::from_secs(5), "one of an earlier run counts from the start");
    engine.freeze().unwrap();
    let stats = engine.stats();
    assert_eq!((stats.wal_age, stats.flush_debt_bytes, stats.wal_queued_bytes), (Duration::ZERO, 0, 0));
}

fn largest(engine: &Engine) -> Vec<(String, u64)> {
    let told = engine.largest_measurements();
    told.iter().map(|counts| (counts.measurement.to_string(), counts.series)).collect()
}

#[test]
fn the_largest_measurements_are_told_from_heads_and_the_newest_segments() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let lines = |name: &str, series: u32| -> String {
        (0..series).map(|number| format!("{name},host=h{number} v=1 {NOW_NS}\n")).collect()
    };
    write(&engine, "db", None, &lines("m", 3));
    engine.freeze().unwrap();
    write(&engine, "db", None, &(lines("m", 2) + &lines("n", 5)));
    let expected = [("n".to_owned(), 5), ("m".to_owned(), 3)];
    assert_eq!(largest(&engine), expected);
    (0..30).for_each(|number| write(&engine, "db", None, &lines(&format!("x{number:02}"), 10 + number)));
    assert_eq!(largest(&engine), expected, "they are counted once a minute");
    machine.clock.advance(CENSUS_PAUSE);
    let told = largest(&engine);
    assert_eq!((told.len(), &told[0]), (CENSUS_MEASUREMENTS, &("x29".to_owned(), 39)));
    engine.freeze().unwrap();
    machine.clock.advance(CENSUS_PAUSE);
    assert_eq!(largest(&engine), told);
    engine.drop_database("db").unwrap();
    engine.maintain_once().unwrap();
    machine.clock.advance(CENSUS_PAUSE);
    assert_eq!(largest(&engine), []);
}

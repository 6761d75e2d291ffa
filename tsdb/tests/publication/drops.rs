//! Retention and dropped databases beside writers and readers.

use std::time::Duration;

use model::{FieldValue, ManualClock};
use tsdb::{Engine, Error, PolicySpec};

use crate::explore::explore;
use crate::harness::{HOUR_NS, NOW_NS, dump, points};
use crate::store::{World, freeze, prepare};

const FIRST: &str = "old";

/// Writes into the database that comes and goes.
fn write(engine: &Engine) {
    for number in 0..4 {
        let lines = format!("m v={number} {}", NOW_NS + number);
        match engine.append(FIRST, None, points(&lines)) {
            Ok(written) => written.ticket.wait().unwrap(),
            Err(Error::Busy { .. } | Error::DatabaseNotFound { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn what_was_dropped_does_not_come_back_and_stays_for_who_holds_it() {
    prepare();
    explore("drops", || {
        let world = World::new();
        world.engine.create_database(FIRST).unwrap();
        let before = format!("m v=100 {NOW_NS}");
        world.engine.append(FIRST, None, points(&before)).unwrap().ticket.wait().unwrap();
        let held = world.engine.snapshot(FIRST, None).unwrap();
        let shown = dump(&held);
        let writer = world.spawn(|engine, _| write(&engine));
        let freezer = world.spawn(|engine, _| freeze(&engine, 2));
        let dropper = world.spawn(|engine, _| {
            engine.drop_database(FIRST).unwrap();
            engine.create_database(FIRST).unwrap();
            let rows = dump(&engine.snapshot(FIRST, None).unwrap());
            let old = rows
                .values()
                .flat_map(|fields| fields.values())
                .any(|value| value.0 == FieldValue::Float(100.0));
            assert!(!old, "{rows:?}");
        });
        dropper.join().unwrap();
        writer.join().unwrap();
        freezer.join().unwrap();
        assert_eq!(dump(&held), shown);
        drop(held);
        world.settle(Vec::new());
    });
}

fn pass_time(clock: &ManualClock) {
    for _ in 0..3 {
        clock.advance(Duration::from_secs(1800));
        threads::point();
    }
}

#[test]
fn a_shard_that_is_past_goes_as_a_whole_and_stays_for_who_holds_it() {
    prepare();
    explore("retention", || {
        let world = World::new();
        let spec = PolicySpec { duration_ns: Some(HOUR_NS), ..PolicySpec::default() };
        world.engine.create_database_with(FIRST, &spec).unwrap();
        let lines = format!("m v=1 {}\nm v=2 {}", NOW_NS - HOUR_NS / 2, NOW_NS - HOUR_NS / 2 + 1);
        world.engine.append(FIRST, None, points(&lines)).unwrap().ticket.wait().unwrap();
        let clock = world.machine.clock.clone();
        let time = shuttle::thread::spawn(move || pass_time(&clock));
        let freezer = world.spawn(|engine, _| freeze(&engine, 1));
        let upkeep = world.spawn(|engine, _| engine.maintain_once().unwrap());
        let reader = world.spawn(|engine, _| {
            let mut was_there = true;
            let looks = (0..3).map(|_| {
                let snapshot = engine.snapshot(FIRST, None).unwrap();
                let rows = dump(&snapshot);
                assert!(rows.is_empty() || (was_there && rows.len() == 2), "{rows:?}");
                was_there = !rows.is_empty();
                (snapshot, rows)
            });
            looks.collect::<Vec<_>>()
        });
        let held = reader.join().unwrap();
        (time.join().unwrap(), freezer.join().unwrap(), upkeep.join().unwrap());
        world.engine.maintain_once().unwrap();
        held.iter().for_each(|(snapshot, rows)| assert_eq!(dump(snapshot), *rows));
        assert!(dump(&world.engine.snapshot(FIRST, None).unwrap()).is_empty());
    });
}

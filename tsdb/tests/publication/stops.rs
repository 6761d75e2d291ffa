//! The end: a stop, or everybody who lets go, while threads are at work.

use tsdb::{Engine, Error};

use crate::explore::explore;
use crate::harness::dump;
use crate::history::History;
use crate::store::{Change, World, prepare, reopen};

/// Writes until the engine is stopped.
fn write_on(engine: &Engine, history: &History) {
    for number in 1..=4 {
        let change = if number == 2 {
            Change::delete(&history.measurement)
        } else {
            Change::write(&history.measurement, number)
        };
        match change.carry_out(engine, history) {
            Ok(()) => {}
            Err(Error::Stopped) => return,
            Err(Error::Disk(error)) if matches!(*error, disk::Error::Stopped) => return,
            Err(error) => panic!("{error}"),
        }
    }
}

fn freeze_on(engine: &Engine) {
    for _ in 0..2 {
        match engine.freeze() {
            Ok(()) => {}
            Err(Error::Stopped) => return,
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_stop_ends_all_threads_and_loses_nothing() {
    prepare();
    explore("stops", || {
        let world = World::new();
        let writers = [0, 1].map(|number| world.spawn(move |engine, all| write_on(&engine, &all[number])));
        let freezer = world.spawn(|engine, _| freeze_on(&engine));
        let stopper = world.spawn(|engine, _| engine.stop().unwrap());
        world.engine.stop().unwrap();
        stopper.join().unwrap();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        freezer.join().unwrap();
        let World { machine, engine, histories } = world;
        drop(engine);
        let engine = machine.open();
        assert!(engine.recovery().clean, "{:?}", engine.recovery());
        let rows = dump(&engine.snapshot("db", None).unwrap());
        for history in &*histories {
            history.place(&rows, history.oldest_durable(), history.youngest());
        }
    });
}

#[test]
fn the_last_one_who_lets_go_ends_all_threads() {
    prepare();
    explore("lets-go", || {
        let World { machine, engine, histories } = {
            let world = World::new();
            let writers =
                [0, 1].map(|number| world.spawn(move |engine, all| write_on(&engine, &all[number])));
            let freezer = world.spawn(|engine, _| freeze_on(&engine));
            freezer.join().unwrap();
            drop(writers);
            world
        };
        drop(engine);
        let engine = reopen(&machine);
        let rows = dump(&engine.snapshot("db", None).unwrap());
        for history in &*histories {
            history.place(&rows, history.oldest_durable(), history.youngest());
        }
    });
}

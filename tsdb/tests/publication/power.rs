//! The power goes while threads are at work: what was acknowledged as durable is there when it is back.

use shuttle::rand::{Rng, thread_rng};
use tsdb::Engine;

use crate::explore::explore;
use crate::harness::{Machine, dump};
use crate::history::History;
use crate::store::{Change, World, prepare};

/// Writes and deletes until the disk is gone.
fn write_on(engine: &Engine, history: &History) {
    for number in 1..=4 {
        let change = if thread_rng().gen_bool(0.3) {
            Change::delete(&history.measurement)
        } else {
            Change::write(&history.measurement, number)
        };
        if change.carry_out(engine, history).is_err() {
            return;
        }
    }
}

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    prepare();
    explore("power", || {
        let world = World::new();
        let writers = [0, 1].map(|number| world.spawn(move |engine, all| write_on(&engine, &all[number])));
        // It fails when the disk does.
        let freezer = world.spawn(|engine, _| drop((engine.freeze(), engine.freeze())));
        let steps = thread_rng().gen_range(0..200);
        (0..steps).for_each(|_| threads::point());
        let World { machine, engine, histories } = world;
        let oldest: Vec<_> = histories.iter().map(History::oldest_durable).collect();
        let machine: Machine = machine.reboot();
        let youngest: Vec<_> = histories.iter().map(History::youngest).collect();
        drop(engine);
        let engine = machine.open();
        assert!(engine.recovery().damage.is_empty(), "{:?}", engine.recovery());
        let rows = dump(&engine.snapshot("db", None).unwrap());
        for (number, history) in histories.iter().enumerate() {
            history.place(&rows, oldest[number], youngest[number]);
        }
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        freezer.join().unwrap();
    });
}

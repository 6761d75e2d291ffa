//! Writers beside freezes, merges and readers.

use tsdb::Engine;

use crate::explore::explore;
use crate::history::History;
use crate::store::{Change, World, freeze, prepare, read};

fn write(engine: &Engine, history: &History) {
    for number in 1..=3 {
        Change::write(&history.measurement, number).carry_out(engine, history).unwrap();
    }
}

#[test]
fn what_was_acknowledged_is_seen_exactly_once() {
    prepare();
    explore("writes", || {
        let world = World::new();
        let writers = [0, 1].map(|number| world.spawn(move |engine, all| write(&engine, &all[number])));
        let freezer = world.spawn(|engine, _| freeze(&engine, 2));
        let reader = world.spawn(|engine, all| read(&engine, &all, 3));
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        freezer.join().unwrap();
        let held = reader.join().unwrap();
        world.settle(held);
    });
}

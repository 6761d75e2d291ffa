//! Deletes beside writers, freezes, merges and readers.

use shuttle::rand::{Rng, thread_rng};
use tsdb::Engine;

use crate::explore::explore;
use crate::history::History;
use crate::store::{Change, World, freeze, prepare, read};

fn write_and_delete(engine: &Engine, history: &History) {
    for number in 1..=5 {
        let change = if number == 1 || thread_rng().gen_bool(0.4) {
            Change::delete(&history.measurement)
        } else {
            Change::write(&history.measurement, number)
        };
        change.carry_out(engine, history).unwrap();
    }
}

#[test]
fn a_delete_hides_what_came_before_it_and_nothing_that_comes_after() {
    prepare();
    explore("deletes", || {
        let world = World::new();
        let writers =
            [0, 1].map(|number| world.spawn(move |engine, all| write_and_delete(&engine, &all[number])));
        let freezer = world.spawn(|engine, _| freeze(&engine, 2));
        let reader = world.spawn(|engine, all| read(&engine, &all, 3));
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        freezer.join().unwrap();
        let held = reader.join().unwrap();
        world.settle(held);
    });
}

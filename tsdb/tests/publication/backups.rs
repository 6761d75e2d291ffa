//! A backup beside writers, freezes and merges.

use tsdb::{Engine, restore};

use crate::explore::explore;
use crate::harness::{Machine, dump};
use crate::history::History;
use crate::store::{Change, World, freeze, open_at, prepare};

fn write(engine: &Engine, history: &History) {
    for number in 1..=3 {
        let change = if number == 2 {
            Change::delete(&history.measurement)
        } else {
            Change::write(&history.measurement, number)
        };
        change.carry_out(engine, history).unwrap();
    }
}

#[test]
fn a_backup_is_the_store_at_one_moment() {
    prepare();
    explore("backups", || {
        let world = World::new();
        let writers = [0, 1].map(|number| world.spawn(move |engine, all| write(&engine, &all[number])));
        let freezer = world.spawn(|engine, _| freeze(&engine, 1));
        let copier = world.spawn(|engine, all| {
            let oldest = [0, 1].map(|number: usize| all[number].oldest());
            let backup = engine.backup(Vec::new(), None).unwrap();
            let youngest = [0, 1].map(|number: usize| all[number].youngest());
            backup.link_into("copy".as_ref()).unwrap();
            (oldest, youngest)
        });
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        freezer.join().unwrap();
        let (oldest, youngest) = copier.join().unwrap();
        let machine = Machine { background: false, ..world.machine.clone() };
        restore(&machine.sim, "copy".as_ref(), &[], "restored".as_ref(), false, |_| {}).unwrap();
        let copy = open_at(&machine, "restored", machine.options());
        let rows = dump(&copy.snapshot("db", None).unwrap());
        for number in [0, 1] {
            world.histories[number].place(&rows, oldest[number], youngest[number]);
        }
        drop(copy);
        world.settle(Vec::new());
    });
}

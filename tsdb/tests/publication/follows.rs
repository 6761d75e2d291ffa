//! Followers of the stream.

use std::sync::Arc;
use std::time::Duration;

use model::{Lsn, StreamBatch};
use tsdb::{Engine, Error, StreamRead};

use crate::explore::explore;
use crate::harness::{Rows, put};
use crate::history::History;
use crate::store::{Change, World, freeze, prepare};

fn write(engine: &Engine, history: &History) {
    for number in 1..=3 {
        Change::write(&history.measurement, number).carry_out(engine, history).unwrap();
    }
}

/// Follows until the engine is stopped: all batches, in their order, without a gap.
fn follow(engine: Arc<Engine>, from: Lsn) -> Vec<StreamBatch> {
    let mut cursor = engine.read_from(from);
    drop(engine);
    let mut batches: Vec<StreamBatch> = Vec::new();
    loop {
        match cursor.next(Duration::from_secs(1)) {
            Ok(StreamRead::Batch(batch)) => {
                let last = batches.last().map_or(Lsn(0), |last| last.lsn);
                assert!(batch.lsn > last, "{:?} after {last:?}", batch.lsn);
                batches.push(batch);
            }
            Ok(StreamRead::Idle) => {}
            Ok(StreamRead::Gap { from, to }) => panic!("a gap from {from:?} to {to:?}"),
            Err(Error::Stopped) => return batches,
            Err(error) => panic!("{error}"),
        }
    }
}

/// The rows of a measurement come out of the batches as they were written.
fn compare(batches: &[StreamBatch], histories: &[History], mut rows: Rows) {
    batches.iter().for_each(|batch| put(&mut rows, &batch.points));
    histories.iter().for_each(|history| {
        history.place(&rows, history.oldest(), history.youngest());
    });
}

#[test]
fn a_follower_gets_each_acknowledged_batch_once_and_in_order() {
    prepare();
    explore("follows", || {
        let world = World::new();
        let first = World::first_rows();
        let from = world.engine.last_lsn().next();
        let followers = [0, 1].map(|_| world.spawn(move |engine, _| follow(engine, from)));
        let writers = [0, 1].map(|number| world.spawn(move |engine, all| write(&engine, &all[number])));
        let freezer = world.spawn(|engine, _| freeze(&engine, 1));
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        freezer.join().unwrap();
        world.engine.stop().unwrap();
        for follower in followers {
            let batches = follower.join().unwrap();
            assert_eq!(batches.len(), 6);
            compare(&batches, &world.histories, first.clone());
        }
    });
}

#[test]
fn a_follower_behind_the_ring_is_told_of_every_number() {
    prepare();
    explore("follows-behind", || {
        let world = World::new();
        let from = world.engine.last_lsn().next();
        write(&world.engine, &world.histories[0]);
        let to = world.engine.last_lsn();
        let world = world.crash();
        let follower = world.spawn(move |engine, _| follow_to(&engine, from, to));
        let freezer = world.spawn(|engine, _| freeze(&engine, 1));
        let told = follower.join().unwrap();
        freezer.join().unwrap();
        assert!(told.windows(2).all(|pair| pair[0].1 == pair[1].0), "{told:?}");
        assert_eq!((told[0].0, told.last().map(|last| last.1)), (from, Some(to.next())));
        world.settle(Vec::new());
    });
}

/// What a follower is told until it has come to `to`, as ranges of numbers.
fn follow_to(engine: &Arc<Engine>, from: Lsn, to: Lsn) -> Vec<(Lsn, Lsn)> {
    let (mut cursor, mut told) = (engine.read_from(from), Vec::new());
    while cursor.position() <= to {
        match cursor.next(Duration::from_secs(1)).unwrap() {
            StreamRead::Batch(batch) => told.push((batch.lsn, batch.lsn.next())),
            StreamRead::Gap { from, to } => told.push((from, to)),
            StreamRead::Idle => {}
        }
    }
    told
}

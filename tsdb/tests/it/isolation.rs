//! Readers beside writers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::harness::{Machine, Rows, dump, dump_policy, points, put, rows_of, write};

/// What an async server moves between threads.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    fn moved<T: Send>() {}
    shared::<tsdb::Engine>();
    shared::<tsdb::Snapshot>();
    moved::<tsdb::Scan>();
    moved::<tsdb::StreamCursor>();
    moved::<tsdb::Ticket>();
};

#[test]
fn a_snapshot_does_not_change_whatever_happens() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m,host=a v=1 10\nm,host=b v=2 10");
    let before = engine.snapshot("db", None).unwrap();
    let expected = rows_of("m,host=a v=1 10\nm,host=b v=2 10");
    write(&engine, "db", None, "m,host=a v=9 10\nm,host=a v=3 20\nm,host=c v=4 10\nn w=1 10");
    assert_eq!(dump(&before), expected);
    for number in 0..6 {
        write(&engine, "db", None, &format!("m,host=d v={number} 30"));
        engine.freeze().unwrap();
    }
    engine.maintain_once().unwrap();
    assert!(engine.stats().merges > 0);
    assert_eq!(dump(&before), expected);
    engine.drop_database("db").unwrap();
    engine.maintain_once().unwrap();
    assert_eq!(dump(&before), expected);
    engine.stop().unwrap();
    assert_eq!(dump(&before), expected);
}

#[test]
fn every_snapshot_under_a_writer_is_a_prefix_of_what_was_written() {
    let mut machine = Machine::new(1);
    machine.background = true;
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let batches: Vec<String> = (0..300)
        .map(|number| {
            let hosts =
                (0..4).map(|host| format!("m,host=h{host} v={number},w{}=1 {}\n", number % 3, number % 50));
            hosts.collect()
        })
        .collect();
    let mut prefixes: Vec<Rows> = vec![Rows::new()];
    for batch in &batches {
        let mut next = prefixes.last().cloned().unwrap_or_default();
        put(&mut next, &points(batch));
        prefixes.push(next);
    }
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (engine, done, prefixes) = (engine.clone(), done.clone(), prefixes.clone());
            std::thread::spawn(move || {
                let mut at_least = 0;
                while !done.load(Ordering::SeqCst) {
                    let seen = dump_policy(&engine, "db", None);
                    let found = prefixes[at_least..].iter().position(|prefix| *prefix == seen);
                    at_least += found.expect("a snapshot shows whole writes, in their order");
                }
            })
        })
        .collect();
    for (number, batch) in batches.iter().enumerate() {
        write(&engine, "db", None, batch);
        if number % 20 == 0 {
            engine.freeze().unwrap();
        }
    }
    done.store(true, Ordering::SeqCst);
    readers.into_iter().for_each(|reader| reader.join().unwrap());
    assert_eq!(dump_policy(&engine, "db", None), prefixes[300]);
    engine.stop().unwrap();
}

#[test]
fn many_writers_share_syncs_and_lose_nothing() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let engine = engine.clone();
            std::thread::spawn(move || {
                for number in 0..50 {
                    write(&engine, "db", None, &format!("m,writer=w{writer} v={number} {number}"));
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    let stats = engine.stats();
    assert_eq!((stats.points_written, stats.wal_frames), (400, 401));
    drop(engine);
    assert_eq!(dump_policy(&machine.open(), "db", None).len(), 400);
}

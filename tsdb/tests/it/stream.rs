//! Following the accepted batches.

use std::time::Duration;

use model::Lsn;
use tsdb::{Engine, StreamCursor, StreamRead};

use crate::harness::{Machine, Rows, points, put, rows_of, write};

/// What a follower gets until nothing comes any more: numbers and rows of batches, and gaps.
fn follow(cursor: &mut StreamCursor) -> (Vec<u64>, Rows, Vec<(u64, u64)>) {
    let (mut numbers, mut rows, mut gaps) = (Vec::new(), Rows::new(), Vec::new());
    let mut idle = 0;
    while idle < 3 {
        match cursor.next(Duration::ZERO).unwrap() {
            StreamRead::Batch(batch) => {
                assert_eq!((&*batch.db, &*batch.rp), ("db", "autogen"));
                numbers.push(batch.lsn.0);
                put(&mut rows, &batch.points);
            }
            StreamRead::Gap { from, to } => gaps.push((from.0, to.0)),
            StreamRead::Idle => idle += 1,
        }
    }
    (numbers, rows, gaps)
}

fn write_some(engine: &Engine, from: u64, to: u64) -> String {
    let mut lines = String::new();
    for number in from..to {
        let line = format!("m,host=h{} v={number},s=\"t {number}\" {number}\n", number % 3);
        write(engine, "db", None, &line);
        lines.push_str(&line);
    }
    lines
}

#[test]
fn a_follower_gets_accepted_points_only_and_waits_for_more() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut cursor = engine.read_from(Lsn(0).next());
    assert!(matches!(cursor.next(Duration::from_millis(1)).unwrap(), StreamRead::Idle));
    let written = engine.append("db", None, points("m v=1i 10\nm v=2.5 20\nm v=3i 30")).unwrap();
    assert_eq!(written.rejected_count, 1);
    let (numbers, rows, gaps) = follow(&mut cursor);
    assert_eq!((numbers, rows, gaps), (vec![written.ticket.lsn.0], rows_of("m v=1i 10\nm v=3i 30"), vec![]));
    let waiting = std::thread::spawn(move || cursor.next(Duration::from_secs(60)));
    write(&engine, "db", None, "m v=4i 40");
    assert!(matches!(waiting.join().unwrap().unwrap(), StreamRead::Batch(_)));
}

#[test]
fn a_follower_behind_the_ring_reads_the_wal_and_then_the_ring() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let first = write_some(&engine, 0, 50);
    drop(engine);
    let engine = machine.open();
    let second = write_some(&engine, 50, 60);
    let expected = rows_of(&(first + &second));
    let (numbers, rows, gaps) = follow(&mut engine.read_from(Lsn(1)));
    assert_eq!((rows, gaps), (expected, vec![]));
    assert!(numbers.is_sorted_by(|a, b| a < b) && numbers.len() == 60, "{numbers:?}");
    let (numbers, rows, _) = follow(&mut engine.read_from(Lsn(40)));
    assert_eq!((numbers[0], numbers.len(), rows.len()), (40, 22, 22));
}

#[test]
fn more_than_the_ring_holds_comes_from_the_wal() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let count = tsdb::limits::STREAM_RING_BATCHES as u64 + 500;
    let mut last = None;
    for number in 0..count {
        last = Some(engine.append("db", None, points(&format!("m v={number} {number}"))).unwrap().ticket);
    }
    last.unwrap().wait().unwrap();
    let (numbers, rows, gaps) = follow(&mut engine.read_from(Lsn(1)));
    assert_eq!((numbers.len() as u64, rows.len() as u64, gaps), (count, count, vec![]));
    assert!(numbers.is_sorted_by(|a, b| a < b));
}

#[test]
fn what_is_in_segments_only_is_a_gap() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write_some(&engine, 0, 10);
    engine.freeze().unwrap();
    write_some(&engine, 10, 20);
    drop(engine);
    let engine = machine.open();
    let (numbers, rows, gaps) = follow(&mut engine.read_from(Lsn(1)));
    assert_eq!(gaps, [(1, 12)]);
    assert_eq!((numbers.len(), rows.len(), numbers[0]), (10, 10, 12));
    engine.stop().unwrap();
    assert!(engine.read_from(engine.last_lsn().next()).next(Duration::ZERO).is_err());
}

//! Damage that comes while the engine runs: the query that meets it fails, all else goes on, and it is noted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::{Fs, StdFs};
use model::{Budget, ManualClock, TimeRange};
use tsdb::{DamageMark, Engine, Error, Options, Snapshot};

use crate::harness::{Dice, HOUR_NS, Machine, NOW_NS, dump, dump_policy, request, rows_of, try_write, write};

const WEEK_NS: i64 = 7 * 24 * HOUR_NS;

fn week(number: i64) -> TimeRange {
    TimeRange::new(NOW_NS - (number + 1) * WEEK_NS, NOW_NS - number * WEEK_NS)
}

/// Lines of rows that fill some blocks.
fn lines(weeks_ago: i64) -> String {
    let start = NOW_NS - weeks_ago * WEEK_NS - HOUR_NS;
    let mut dice = Dice::new(7);
    let mut line = |row: i64| {
        format!("m,host=h{} v={row},w={} {}\n", row % 3, dice.below(u64::MAX), start + row * 1_000)
    };
    (0..3_000).map(&mut line).collect()
}

/// All rows of a snapshot, or the error that is met on the way.
fn try_dump(snapshot: &Snapshot) -> tsdb::Result<usize> {
    let mut rows = 0;
    for measurement in snapshot.measurements()? {
        snapshot.fields(&measurement)?;
        let mut scan = snapshot.scan(&request(snapshot, &measurement))?;
        while let Some(batch) = scan.next_batch()? {
            rows += batch.columns.len();
        }
    }
    Ok(rows)
}

fn segments(fs: &dyn Fs, dir: &Path) -> Vec<PathBuf> {
    let dir = dir.join("segments");
    fs.list(&dir).unwrap().into_iter().map(|entry| dir.join(entry.name)).collect()
}

#[test]
fn a_segment_that_is_cut_under_a_query_fails_it_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("data");
    let options = Options {
        background: false,
        disk_reserve: Some(0),
        ..Options::new(Arc::new(ManualClock::new(NOW_NS)), Budget::new(64 << 20))
    };
    let engine = Engine::open(Arc::new(StdFs), &dir, options).unwrap();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, &lines(3));
    engine.freeze().unwrap();
    let first = segments(&StdFs, &dir).remove(0);
    write(&engine, "db", None, &lines(0));
    engine.freeze().unwrap();
    let whole = engine.snapshot("db", None).unwrap();
    assert_eq!(try_dump(&whole).unwrap(), 6_000);
    let mut scan = whole.scan(&request(&whole, "m")).unwrap();
    scan.next_batch().unwrap().unwrap();
    // A scan is under way, and every block has been read and verified before.
    std::fs::OpenOptions::new().write(true).open(&first).unwrap().set_len(4_096).unwrap();
    let error = loop {
        match scan.next_batch() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the scan did not notice"),
            Err(error) => break error,
        }
    };
    assert!(matches!(&error, Error::Corrupt { path, .. } if *path == first), "{error}");
    assert!(matches!(try_dump(&whole).unwrap_err(), Error::Corrupt { .. }), "and fails again");
    assert_eq!(dump(&whole.within(week(0))), rows_of(&lines(0)), "other segments answer");
    write(&engine, "db", None, "m,host=h1 v=1 1704880800000000000");
    let marks = engine.damage();
    assert!(
        marks.iter().all(|mark| dir.join(&mark.file) == first && mark.first_seen_ns == NOW_NS),
        "{marks:?}"
    );
    assert!(!marks.is_empty() && engine.stats().damage_marks == marks.len() as u64);
    assert!(engine.stats().damage_met >= 2);
}

/// A store with two shards, of which the older one has a block of rotten bits.
fn rotten() -> (Machine, PathBuf) {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, &lines(3));
    engine.freeze().unwrap();
    let first = segments(&machine.sim, Path::new("data")).remove(0);
    write(&engine, "db", None, &lines(0));
    engine.stop().unwrap();
    drop(engine);
    machine.sim.flip_bit(&first, 5_000, 3).unwrap();
    (machine, first)
}

#[test]
fn damage_is_noted_once_and_the_marks_outlive_a_restart() {
    let (machine, first) = rotten();
    let engine = machine.open();
    assert_eq!(engine.damage(), [], "nobody has met it yet");
    for _ in 0..3 {
        assert!(try_dump(&engine.snapshot("db", None).unwrap()).is_err());
    }
    let marks = engine.damage();
    let [DamageMark { file, offset: 4_096, expected, first_seen_ns: NOW_NS, .. }] = &marks[..] else {
        panic!("{marks:?}")
    };
    assert!(Path::new("data").join(file) == first && expected.starts_with("block checksum"), "{marks:?}");
    engine.maintain_once().unwrap();
    drop(engine);
    let engine = machine.open();
    assert_eq!(engine.damage(), marks);
    assert_eq!(engine.stats().damage_met, 0);
    engine.drop_database("db").unwrap();
    engine.maintain_once().unwrap();
    assert_eq!(engine.damage(), [], "a mark goes with its segment");
    engine.stop().unwrap();
    drop(engine);
    assert_eq!(machine.open().damage(), []);
}

#[test]
fn a_file_that_was_brought_back_has_no_marks_after_a_start() {
    let (machine, first) = rotten();
    machine.sim.flip_bit(&first, 9_000, 3).unwrap();
    let engine = machine.open();
    let scan = |engine: &Engine| try_dump(&engine.snapshot("db", None).unwrap());
    assert!(scan(&engine).is_err());
    // The next reader comes to the other place.
    machine.sim.flip_bit(&first, 5_000, 3).unwrap();
    engine.stop().unwrap();
    drop(engine);
    let engine = machine.open();
    assert_eq!(engine.damage(), [], "the marked place is sound; of the other one nobody knows yet");
    assert!(scan(&engine).is_err());
    assert_eq!(engine.damage().len(), 1);
    engine.stop().unwrap();
    drop(engine);
    assert_eq!(machine.open().damage().len(), 1, "still damaged, still marked");
    machine.sim.flip_bit(&first, 9_000, 3).unwrap();
    let engine = machine.open();
    assert_eq!((engine.damage(), scan(&engine).unwrap()), (Vec::new(), 6_000));
    engine.maintain_once().unwrap();
    drop(engine);
    assert_eq!(machine.open().damage(), [], "the file of marks has none either");
}

#[test]
fn a_merge_that_meets_damage_notes_it_and_leaves_the_inputs() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    for _ in 0..4 {
        write(&engine, "db", None, &lines(0));
        engine.freeze().unwrap();
    }
    let before = segments(&machine.sim, Path::new("data"));
    drop(engine);
    let engine = machine.open();
    // The first page: the header is in the same block.
    machine.sim.flip_bit(&before[1], 100, 0).unwrap();
    assert!(engine.maintain_once().is_err());
    assert_eq!(engine.damage().len(), 1, "{:?}", engine.damage());
    engine.maintain_once().unwrap();
    assert_eq!(segments(&machine.sim, Path::new("data")), before);
    assert!(machine.sim.exists("data/DAMAGE".as_ref()).unwrap());
    try_write(&engine, "db", None, "m v=1 1").unwrap();
}

#[test]
fn a_file_of_marks_that_is_none_keeps_nobody_from_starting() {
    let (machine, _) = rotten();
    disk::replace(&machine.sim, "data/DAMAGE".as_ref(), b"\xff\x00 no marks").unwrap();
    let engine = machine.open();
    assert!(try_dump(&engine.snapshot("db", None).unwrap()).is_err());
    engine.maintain_once().unwrap();
    drop(engine);
    assert_eq!(machine.open().damage().len(), 1);
}

#[test]
fn a_store_of_more_segments_than_may_be_open_answers_all_the_same() {
    let machine = Machine::new(1);
    let options = Options { open_segments_max: 4, ..machine.options() };
    let open = || Engine::open(Arc::new(machine.sim.clone()), Path::new("data"), options.clone()).unwrap();
    let engine = open();
    engine.create_database("db").unwrap();
    let line = |week: i64| format!("m,host=a v={week} {}\n", NOW_NS - week * WEEK_NS);
    for week in 0..40 {
        write(&engine, "db", None, &line(week));
        engine.freeze().unwrap();
    }
    let all = rows_of(&(0..40).map(line).collect::<String>());
    assert_eq!(dump_policy(&engine, "db", None), all);
    assert!(engine.stats().segments == 40 && engine.stats().segments_open <= 4);
    let snapshot = engine.snapshot("db", None).unwrap();
    engine.drop_database("db").unwrap();
    engine.maintain_once().unwrap();
    assert_eq!(dump(&snapshot), all, "files stay for those who may read them, open or not");
    drop(snapshot);
    engine.maintain_once().unwrap();
    assert_eq!(segments(&machine.sim, Path::new("data")), [] as [PathBuf; 0]);
}

/// Ids of series follow from the order in which the log defines them. With a frame gone, what is defined behind it
/// must not be taken for something else.
#[test]
fn behind_a_hole_in_the_log_no_row_goes_to_another_series() {
    let machine = Machine::new(23);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    for line in ["m,host=a v=1 1", "m,host=b v=2 2", "m,host=c v=3 3", "m,host=d v=4 4", "m,host=c v=5 5"] {
        write(&engine, "db", None, line);
    }
    write(&engine, "db", None, "m,host=a v=6 6");
    drop(engine);
    let wal = machine.sim.list(Path::new("data/wal")).unwrap().remove(0);
    let wal = Path::new("data/wal").join(wal.name);
    let bytes = machine.sim.read(&wal).unwrap();
    let at = bytes.windows(6).position(|window| window == b"host=b").expect("the key is logged");
    machine.sim.flip_bit(&wal, at as u64, 1).unwrap();
    let engine = machine.open();
    let found = dump_policy(&engine, "db", None);
    assert_eq!(found, rows_of("m,host=a v=1 1\nm,host=a v=6 6"), "what was defined before the hole is right");
    let damage = engine.recovery().damage.join("\n");
    assert!(damage.contains("3 that are damaged, or that need what is lost before them"), "{damage}");
    assert!(damage.contains("data/wal/"), "{damage}");
}

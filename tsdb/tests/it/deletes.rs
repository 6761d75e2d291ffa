//! Deletes hide what came before them, at once, everywhere, and nothing else.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use disk::Fs;
use model::{Deletion, DeletionSource, FieldType, MeasurementMatch, TagMatch, TagPredicate, TimeRange};
use regex::Regex;
use tsdb::{Engine, Error, Options, PolicySpec, Snapshot};

use crate::harness::{HOUR_NS, Machine, NOW_NS, dump, dump_policy, points, rows_of, wanted, write};

/// Every point of a measurement.
pub(crate) fn of(measurement: &str) -> Deletion {
    let source = DeletionSource { policy: None, measurement: MeasurementMatch::Name(measurement.into()) };
    Deletion { sources: vec![source], tags: TagPredicate::All, time: TimeRange::ALL }
}

pub(crate) fn tag(key: &str, value: &str) -> TagPredicate {
    TagPredicate::Tag { key: key.into(), matcher: TagMatch::Equal(value.into()) }
}

fn hosts(snapshot: &Snapshot) -> Vec<String> {
    let values = snapshot.tag_values("host", &wanted("m", &TagPredicate::All)).unwrap();
    values.iter().map(ToString::to_string).collect()
}

/// Runs `check` on what lies in a head, in a segment, and on what comes back from the log.
fn in_head_and_segment(lines: &str, deletion: &Deletion, check: impl Fn(&Engine)) {
    for freeze_before in [false, true] {
        for freeze_after in [false, true] {
            let machine = Machine::new(1);
            let engine = machine.open();
            engine.create_database("db").unwrap();
            write(&engine, "db", None, lines);
            if freeze_before {
                engine.freeze().unwrap();
            }
            engine.delete("db", deletion).unwrap();
            check(&engine);
            if freeze_after {
                engine.freeze().unwrap();
                check(&engine);
            }
            drop(engine);
            let engine = machine.open();
            check(&engine);
            engine.freeze().unwrap();
            engine.maintain_once().unwrap();
            check(&engine);
            engine.stop().unwrap();
            drop(engine);
            check(&machine.open());
        }
    }
}

#[test]
fn a_range_of_time_of_one_series_is_deleted() {
    let lines = "m,host=a v=1 10\nm,host=a v=2 20\nm,host=a v=3 30\nm,host=b v=4 20\nn,host=a v=5 20";
    let deletion = Deletion { tags: tag("host", "a"), time: TimeRange::new(15, 30), ..of("m") };
    in_head_and_segment(lines, &deletion, |engine| {
        let rows = rows_of("m,host=a v=1 10\nm,host=a v=3 30\nm,host=b v=4 20\nn,host=a v=5 20");
        assert_eq!(dump_policy(engine, "db", None), rows);
    });
}

#[test]
fn a_measurement_that_is_deleted_is_in_no_listing() {
    let lines = "m,host=a,os=x v=1 10\nm,host=b v=2i 7000000000000000000\nn,host=c v=5 20";
    in_head_and_segment(lines, &of("m"), |engine| {
        let snapshot = engine.snapshot("db", None).unwrap();
        assert_eq!(snapshot.measurements().unwrap(), ["n".into()]);
        assert_eq!(snapshot.fields("m").unwrap(), []);
        assert_eq!(snapshot.tag_keys(&wanted("m", &TagPredicate::All)).unwrap(), [] as [Box<str>; 0]);
        assert_eq!(hosts(&snapshot), [] as [&str; 0]);
        assert!(snapshot.series(&wanted("m", &TagPredicate::All)).unwrap().is_empty());
        assert_eq!(snapshot.series(&wanted("n", &TagPredicate::All)).unwrap().len(), 1);
    });
}

#[test]
fn a_series_is_listed_as_long_as_it_has_a_point() {
    let lines = "m,host=a v=1 10\nm,host=a v=2 20\nm,host=a v=3 30\nm,host=b,os=x w=4 20";
    let inside = Deletion { time: TimeRange::new(20, 21), ..of("m") };
    in_head_and_segment(lines, &inside, |engine| {
        let snapshot = engine.snapshot("db", None).unwrap();
        assert_eq!(hosts(&snapshot), ["a"]);
        assert_eq!(snapshot.tag_keys(&wanted("m", &TagPredicate::All)).unwrap(), ["host".into()]);
    });
    // First and last point go, one in the middle stays.
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, lines);
    for freeze in [false, true] {
        engine.delete("db", &Deletion { time: TimeRange::new(0, 15), ..of("m") }).unwrap();
        engine.delete("db", &Deletion { time: TimeRange::new(25, 99), ..of("m") }).unwrap();
        assert_eq!(hosts(&engine.snapshot("db", None).unwrap()), ["a", "b"]);
        engine
            .delete("db", &Deletion { tags: tag("host", "a"), time: TimeRange::new(18, 21), ..of("m") })
            .unwrap();
        assert_eq!(hosts(&engine.snapshot("db", None).unwrap()), ["b"]);
        if freeze {
            break;
        }
        engine.freeze().unwrap();
        write(&engine, "db", None, lines);
        engine.freeze().unwrap();
    }
}

#[test]
fn a_point_written_after_a_delete_is_there() {
    in_head_and_segment("m,host=a v=1,w=1 10\nm,host=a v=2 20", &of("m"), |engine| {
        assert_eq!(dump_policy(engine, "db", None), rows_of(""));
    });
    for freezes in 0..4 {
        let machine = Machine::new(1);
        let engine = machine.open();
        engine.create_database("db").unwrap();
        write(&engine, "db", None, "m,host=a v=1,w=1 10\nm,host=a v=2 20");
        if freezes & 1 == 1 {
            engine.freeze().unwrap();
        }
        engine.delete("db", &of("m")).unwrap();
        if freezes & 2 == 2 {
            engine.freeze().unwrap();
        }
        write(&engine, "db", None, "m,host=a v=3 10");
        let expected = rows_of("m,host=a v=3 10");
        assert_eq!(dump_policy(&engine, "db", None), expected);
        assert_eq!(engine.snapshot("db", None).unwrap().fields("m").unwrap().len(), 1, "w is gone");
        drop(engine);
        let engine = machine.open();
        assert_eq!(dump_policy(&engine, "db", None), expected, "freezes {freezes}");
        engine.freeze().unwrap();
        assert_eq!(dump_policy(&engine, "db", None), expected, "freezes {freezes}");
    }
}

#[test]
fn a_delete_ahead_of_time_hides_no_later_write() {
    let engine = Machine::new(1).open();
    engine.create_database("db").unwrap();
    engine.delete("db", &Deletion { time: TimeRange::new(NOW_NS, i64::MAX), ..of("m") }).unwrap();
    let line = format!("m v=1 {}", NOW_NS + HOUR_NS);
    write(&engine, "db", None, &line);
    engine.freeze().unwrap();
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&line));
}

#[test]
fn a_snapshot_taken_before_a_delete_still_sees() {
    let engine = Machine::new(1).open();
    engine.create_database("db").unwrap();
    let lines = "m,host=a v=1 10\nm,host=b v=2 20";
    write(&engine, "db", None, "m,host=a v=1 10");
    engine.freeze().unwrap();
    write(&engine, "db", None, "m,host=b v=2 20");
    let before = engine.snapshot("db", None).unwrap();
    engine.delete("db", &of("m")).unwrap();
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!(dump(&before), rows_of(lines));
    assert_eq!(dump_policy(&engine, "db", None), rows_of(""));
}

#[test]
fn a_series_is_deleted_in_one_shard_of_several() {
    let week = 168 * HOUR_NS;
    let line = |weeks: i64, host: &str| format!("m,host={host} v={weeks} {}\n", NOW_NS - weeks * week);
    let lines: String = (0..4).flat_map(|weeks| [line(weeks, "a"), line(weeks, "b")]).collect();
    let time = TimeRange::new(NOW_NS - 2 * week, NOW_NS - 2 * week + 1);
    in_head_and_segment(&lines, &Deletion { tags: tag("host", "a"), time, ..of("m") }, |engine| {
        let left = lines.replace(&line(2, "a"), "");
        assert_eq!(dump_policy(engine, "db", None), rows_of(&left));
    });
}

#[test]
fn measurements_are_deleted_by_a_pattern_or_all_together() {
    let lines = "a v=1 1\naa v=1 1\nb v=1 1\nba v=1 1";
    let regex = |text: &str| MeasurementMatch::Regex(Regex::new(text).unwrap());
    let source = |text: &str| DeletionSource { policy: None, measurement: regex(text) };
    in_head_and_segment(lines, &Deletion { sources: vec![source("^a")], ..of("") }, |engine| {
        assert_eq!(dump_policy(engine, "db", None), rows_of("b v=1 1\nba v=1 1"));
    });
    in_head_and_segment(
        lines,
        &Deletion { sources: vec![source("^b$"), source("^aa")], ..of("") },
        |engine| {
            assert_eq!(dump_policy(engine, "db", None), rows_of("a v=1 1\nba v=1 1"));
        },
    );
    in_head_and_segment(lines, &Deletion { sources: Vec::new(), ..of("") }, |engine| {
        assert_eq!(dump_policy(engine, "db", None), rows_of(""));
    });
}

#[test]
fn every_policy_of_the_database_is_meant_unless_one_is_named() {
    let engine = Machine::new(1).open();
    engine.create_database("db").unwrap();
    engine.create_database("other").unwrap();
    let spec = PolicySpec { name: Some("rp".into()), ..PolicySpec::default() };
    engine.create_retention_policy("db", &spec, false).unwrap();
    let places = [("db", "autogen"), ("db", "rp"), ("other", "autogen")];
    let left = || places.map(|(db, rp)| dump_policy(&engine, db, Some(rp)).len());
    places.iter().for_each(|(db, rp)| write(&engine, db, Some(rp), "m v=1 1\nn v=1 1"));
    let mut deletion = of("m");
    deletion.sources[0].policy = Some("rp".into());
    engine.delete("db", &deletion).unwrap();
    assert_eq!(left(), [2, 1, 2]);
    engine.delete("db", &of("n")).unwrap();
    assert_eq!(left(), [1, 0, 2]);
    engine.freeze().unwrap();
    assert_eq!(left(), [1, 0, 2]);
    deletion.sources[0].policy = Some("no".into());
    assert_eq!(engine.delete("db", &deletion).unwrap_err().to_string(), "retention policy not found: no");
    assert_eq!(engine.delete("no", &of("m")).unwrap_err().to_string(), "database not found: no");
}

#[test]
fn a_field_of_which_nothing_is_left_may_get_another_type() {
    for freezes in 0..8 {
        let machine = Machine::new(1);
        let engine = machine.open();
        engine.create_database("db").unwrap();
        write(&engine, "db", None, "m,host=a v=1,w=1 10\nm,host=b v=2 20\nn v=1 10");
        if freezes & 1 == 1 {
            engine.freeze().unwrap();
        }
        engine.delete("db", &Deletion { tags: tag("host", "a"), ..of("m") }).unwrap();
        let refused = engine.append("db", None, points("m v=\"text\" 30")).unwrap();
        assert_eq!(refused.rejected_count, 1, "host=b still has a float");
        engine.delete("db", &of("m")).unwrap();
        if freezes & 2 == 2 {
            engine.freeze().unwrap();
        }
        write(&engine, "db", None, "m,host=a v=\"text\" 10\nm,host=b v=\"more\" 30");
        assert_eq!(engine.append("db", None, points("m,host=b v=3 40")).unwrap().rejected_count, 1);
        assert_eq!(engine.append("db", None, points("n v=3i 40")).unwrap().rejected_count, 1);
        if freezes & 4 == 4 {
            engine.freeze().unwrap();
        }
        let expected = rows_of("m,host=a v=\"text\" 10\nm,host=b v=\"more\" 30\nn v=1 10");
        let check = |engine: &Engine| {
            assert_eq!(dump_policy(engine, "db", None), expected, "freezes {freezes}");
            let fields = engine.snapshot("db", None).unwrap().fields("m").unwrap();
            assert_eq!(fields, [("v".into(), vec![FieldType::String])], "freezes {freezes}");
        };
        check(&engine);
        drop(engine);
        let engine = machine.open();
        check(&engine);
        engine.freeze().unwrap();
        check(&engine);
        // Merged with what was deleted.
        for number in 0..4 {
            write(&engine, "db", None, &format!("x v=1 {number}"));
            engine.freeze().unwrap();
            engine.delete("db", &of("x")).unwrap();
        }
        engine.maintain_once().unwrap();
        assert!(engine.stats().merges > 0);
        check(&engine);
    }
}

#[test]
fn a_tombstone_is_forgotten_when_it_hides_nothing() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m,host=a v=1 10\nn v=1 10");
    engine.delete("db", &of("m")).unwrap();
    assert_eq!((engine.stats().tombstones, engine.stats().deletes), (1, 1));
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().tombstones, 1, "rows in memory need it");
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().tombstones, 0, "the flush has carried it out");
    assert_eq!(engine.stats().segment_rows, 1);
    // One that hides rows of a segment stays until that is rewritten, for which there is no room at first.
    engine.delete("db", &of("n")).unwrap();
    engine.delete("db", &of("nothing")).unwrap();
    engine.delete("db", &Deletion { tags: tag("host", "no"), ..of("n") }).unwrap();
    engine.freeze().unwrap();
    machine.sim.set_capacity(0);
    engine.maintain_once().unwrap();
    let stats = engine.stats();
    assert_eq!((stats.tombstones, stats.merges_without_space), (1, 1), "it keeps none of the others");
    machine.sim.set_capacity(1 << 40);
    machine.clock.advance(tsdb::limits::MERGE_RETRY_BUSY);
    engine.maintain_once().unwrap();
    let stats = engine.stats();
    assert_eq!((stats.merges, stats.tombstones, stats.segments), (1, 0, 0), "the space comes back");
    assert_eq!(machine.sim.list("data/segments".as_ref()).unwrap(), []);
    drop(engine);
    assert_eq!(machine.open().stats().tombstones, 0, "for good");
}

/// The larger segment finds room only after the smaller one gave its own back.
#[test]
fn a_delete_gives_back_space_on_a_disk_that_takes_no_points() {
    let machine = Machine::new(1);
    let reserve = 1 << 20;
    let options = Options { disk_reserve: Some(reserve), ..machine.options() };
    let engine = Engine::open(Arc::new(machine.sim.clone()), Path::new("data"), options).unwrap();
    engine.create_database("db").unwrap();
    let line = |row: i64| format!("m,host=h{row} v=\"{}\" {row}\n", row * 7919);
    for rows in [0..4000, 4000..7000] {
        write(&engine, "db", None, &rows.map(line).collect::<String>());
        engine.freeze().unwrap();
    }
    let bytes = engine.stats().segment_bytes;
    engine.delete("db", &of("m")).unwrap();
    engine.freeze().unwrap();
    let space = machine.sim.space("data".as_ref()).unwrap();
    machine.sim.set_capacity(space.total - space.available + reserve / 2 + bytes * 5 / 9);
    engine.maintain_once().unwrap();
    let stats = engine.stats();
    assert_eq!((stats.segments, stats.merges, stats.merges_without_space), (1, 1, 1));
    assert!(engine.append("db", None, points("n v=1 10")).unwrap_err().is_temporary());
    machine.clock.advance(tsdb::limits::MERGE_RETRY_BUSY);
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().segments, engine.stats().merges), (0, 2));
}

#[test]
fn a_head_of_which_all_was_deleted_leaves_no_segment() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1 10");
    engine.delete("db", &of("m")).unwrap();
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().segments, engine.stats().tombstones), (0, 0));
    engine.stop().unwrap();
    drop(engine);
    let engine = machine.open();
    assert!(engine.recovery().damage.is_empty() && engine.recovery().kept_aside.is_empty());
    assert_eq!(dump_policy(&engine, "db", None), rows_of(""));
}

#[test]
fn too_many_deletes_are_refused_for_a_while() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1 10");
    let refused = (0..=tsdb::limits::TOMBSTONES_MAX).find_map(|_| engine.delete("db", &of("m")).err());
    assert!(refused.is_some_and(|error| matches!(error, Error::Busy { .. }) && error.is_temporary()));
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().tombstones, 0, "they were carried out");
    engine.delete("db", &of("m")).unwrap();
}

#[test]
fn a_database_made_anew_is_not_met_by_old_deletes() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1 10");
    engine.freeze().unwrap();
    engine.delete("db", &of("m")).unwrap();
    engine.drop_database("db").unwrap();
    engine.create_database("db").unwrap();
    assert_eq!(engine.stats().tombstones, 0);
    write(&engine, "db", None, "m v=2 10");
    drop(engine);
    let engine = machine.open();
    assert_eq!(dump_policy(&engine, "db", None), rows_of("m v=2 10"));
    assert_eq!(engine.stats().tombstones, 0);
}

/// A merge could put deleted rows beside live ones before the delete was in the MANIFEST: the type of the deleted ones
/// counted again, what had become another type was refused, and one of the two was lost by the next merge.
#[test]
fn what_a_field_became_after_a_delete_it_stays() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m,host=a f=1.5 10");
    engine.freeze().unwrap();
    for row in 0..3 {
        write(&engine, "db", None, &format!("m,host=b g=1 {row}"));
        engine.freeze().unwrap();
    }
    engine.delete("db", &Deletion { tags: tag("host", "a"), ..of("m") }).unwrap();
    let admits = |line: &str| engine.append("db", None, points(line)).unwrap().rejected.is_empty();
    let is_integer = admits("m,host=a f=1i 20");
    engine.maintain_once().unwrap();
    assert_eq!(engine.stats().segments, 1);
    // Types are looked up anew after a delete.
    engine.delete("db", &of("other")).unwrap();
    assert_eq!((admits("m,host=a f=2i 30"), admits("m,host=a f=2.5 30")), (is_integer, !is_integer));
    engine.delete("db", &Deletion { tags: tag("host", "a"), ..of("m") }).unwrap();
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    engine.delete("db", &of("other")).unwrap();
    assert!(admits("m,host=a f=3i 40"), "nothing of the type is left in any file");
}

#[test]
fn what_a_field_became_after_a_delete_it_stays_when_the_rows_before_are_frozen() {
    let machine = Machine::new(1);
    let options = Options { generation_wal_bytes: 1, ..machine.options() };
    let engine = Engine::open(Arc::new(machine.sim), Path::new("data"), options).unwrap();
    engine.create_database("db").unwrap();
    engine.freeze().unwrap();
    write(&engine, "db", None, "m,host=a f=1.5 10\nm,host=b g=1 10");
    // Seals what was written.
    write(&engine, "db", None, "n g=1 10");
    engine.delete("db", &Deletion { tags: tag("host", "a"), ..of("m") }).unwrap();
    let admits = |line: &str| engine.append("db", None, points(line)).unwrap().rejected.is_empty();
    let is_integer = admits("m,host=a f=1i 20");
    engine.freeze().unwrap();
    assert_eq!((admits("m,host=a f=2i 30"), admits("m,host=a f=2.5 30")), (is_integer, !is_integer));
}

/// Someone writes all the time, too little to fill the head.
#[test]
fn a_delete_does_not_wait_for_a_full_head() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m,host=a v=1 10\nn v=1 10");
    engine.delete("db", &of("m")).unwrap();
    machine.clock.advance(tsdb::limits::DELETE_FREEZE - Duration::from_secs(1));
    write(&engine, "db", None, "n v=2 20");
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().freezes, engine.stats().tombstones), (0, 1));
    machine.clock.advance(Duration::from_secs(1));
    engine.maintain_once().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().freezes, engine.stats().tombstones), (1, 0));
    assert_eq!(engine.stats().segment_rows, 2);
}

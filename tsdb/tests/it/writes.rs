//! Points in, points out.

use model::{FieldRef, FieldType, PointBatch, SeriesKey, ValueRef};
use tsdb::{Error, RejectReason};

use crate::harness::{HOUR_NS, Machine, NOW_NS, dump_policy, points, rows_of, write};

#[test]
fn what_was_written_is_read_back_from_head_segment_and_wal() {
    let machine = Machine::new(1);
    let lines = "cpu,host=a usage=1.5,n=3i,on=true,name=\"x y\" 1704880000000000000\n\
                 cpu,host=b usage=-0.25 1704880000000000000\n\
                 mem,host=a free=18446744073709551615u 1704880000000000001\n\
                 cpu,host=a usage=2.5 1704880010000000000";
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, lines);
    assert_eq!(dump_policy(&engine, "db", None), rows_of(lines));

    drop(engine);
    let engine = machine.open();
    assert_eq!(engine.recovery().rows, 4);
    assert_eq!(dump_policy(&engine, "db", None), rows_of(lines), "from the WAL");

    engine.freeze().unwrap();
    assert_eq!((engine.stats().segments, engine.stats().head_rows), (1, 0));
    assert_eq!(dump_policy(&engine, "db", None), rows_of(lines), "from a segment");

    let last_lsn = engine.last_lsn();
    engine.stop().unwrap();
    drop(engine);
    let engine = machine.open();
    assert!(engine.recovery().clean);
    assert_eq!(dump_policy(&engine, "db", None), rows_of(lines), "after a clean stop");
    write(&engine, "db", None, "cpu,host=a usage=9 1704880000000000000");
    assert_eq!(engine.last_lsn(), last_lsn.next(), "numbers go on");
}

#[test]
fn two_spellings_of_a_series_are_one() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m,b=2,a=1 v=1 10\nm,a=1,b=2 v=2 20\nm,b=2,a=1 v=3 30");
    let rows = dump_policy(&engine, "db", None);
    assert_eq!(rows.keys().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["m,a=1,b=2"; 3]);
}

#[test]
fn the_last_write_of_a_field_wins_wherever_the_others_are() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1,w=1 10\nm v=2 10\nm x=1 10");
    assert_eq!(dump_policy(&engine, "db", None), rows_of("m v=2,w=1,x=1 10"));
    engine.freeze().unwrap();
    assert_eq!(dump_policy(&engine, "db", None), rows_of("m v=2,w=1,x=1 10"));
    write(&engine, "db", None, "m w=3 10\nm v=4 5");
    assert_eq!(dump_policy(&engine, "db", None), rows_of("m v=2,w=3,x=1 10\nm v=4 5"));
    engine.freeze().unwrap();
    assert_eq!(dump_policy(&engine, "db", None), rows_of("m v=2,w=3,x=1 10\nm v=4 5"));
    drop(engine);
    let engine = machine.open();
    assert_eq!(dump_policy(&engine, "db", None), rows_of("m v=2,w=3,x=1 10\nm v=4 5"));
}

#[test]
fn a_field_that_comes_twice_in_a_line_has_its_later_value() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1,v=2 10\nm v=3,v=4 20");
    assert_eq!(dump_policy(&engine, "db", None), rows_of("m v=2 10\nm v=4 20"));
}

#[test]
fn a_type_conflict_rejects_the_point_alone() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1i 10");
    let check = |lines: &str, expected: &[(usize, &str)]| {
        let written = engine.append("db", None, points(lines)).unwrap();
        let rejected: Vec<_> = written.rejected.iter().map(|r| (r.point, r.reason.to_string())).collect();
        let expected: Vec<_> = expected.iter().map(|(point, text)| (*point, (*text).to_owned())).collect();
        assert_eq!(rejected, expected);
        assert_eq!(written.rejected_count, expected.len());
        written.ticket.wait().unwrap();
    };
    let text = "field type conflict: input field \"v\" on measurement \"m\" is type float, already exists as type integer";
    check("m v=2i 20\nm v=1.5,w=1 30\nm w=2 40", &[(1, text)]);
    assert_eq!(dump_policy(&engine, "db", None), rows_of("m v=1i 10\nm v=2i 20\nm w=2 40"));
    engine.freeze().unwrap();
    check("m v=1.5 50", &[(0, text)]);
    let text = "field type conflict: input field \"n\" on measurement \"m\" is type boolean, already exists as type float";
    check("m n=1 60\nm n=true 70", &[(1, text)]);
    drop(engine);
    let engine = machine.open();
    let rows = rows_of("m v=1i 10\nm v=2i 20\nm w=2 40\nm n=1 60");
    assert_eq!(dump_policy(&engine, "db", None), rows);
    let written = engine.append("db", None, points("m v=true 80")).unwrap();
    let reason = &written.rejected[0].reason;
    assert!(matches!(reason, RejectReason::FieldType { existing: FieldType::Integer, .. }), "{reason:?}");
}

#[test]
fn a_field_may_have_another_type_in_another_shard() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let week = 7 * 24 * HOUR_NS;
    write(&engine, "db", None, &format!("m v=1i {NOW_NS}\nm v=1.5 {}", NOW_NS - week));
    let snapshot = engine.snapshot("db", None).unwrap();
    assert_eq!(snapshot.fields("m").unwrap(), [("v".into(), vec![FieldType::Float, FieldType::Integer])]);
    let rows = rows_of(&format!("m v=1 {NOW_NS}\nm v=1.5 {}", NOW_NS - week));
    assert_eq!(dump_policy(&engine, "db", None), rows, "the integer is cast to the float that is asked for");
}

#[test]
fn a_thousand_shapes_in_one_series_come_back() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut lines = String::new();
    for field in 0..5000 {
        lines.push_str(&format!("m,host=a f{field}={field},g{}=1i 10\n", field % 7));
    }
    write(&engine, "db", None, &lines);
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
    engine.freeze().unwrap();
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
}

#[test]
fn writes_without_a_place_are_refused_as_a_whole() {
    let machine = Machine::new(1);
    let engine = machine.open();
    let refused = |db: &str, rp| engine.append(db, rp, points("m v=1 10")).unwrap_err().to_string();
    assert_eq!(refused("db", None), "database not found: db");
    engine.create_database("db").unwrap();
    assert_eq!(refused("db", Some("no")), "retention policy not found: no");
    engine.stop().unwrap();
    assert!(matches!(engine.append("db", None, points("m v=1 10")), Err(Error::Stopped)));
    engine.stop().unwrap();
}

#[test]
fn a_generation_that_is_full_is_sealed_and_writers_go_on() {
    let machine = Machine::new(1);
    let mut options = machine.options();
    options.generation_wal_bytes = 200;
    let open =
        || tsdb::Engine::open(std::sync::Arc::new(machine.sim.clone()), "data".as_ref(), options.clone());
    let engine = open().unwrap();
    engine.create_database("db").unwrap();
    let mut lines = String::new();
    for number in 0..200 {
        let line = format!("m,host=h{} v={number} {number}\n", number % 5);
        while let Err(error) = crate::harness::try_write(&engine, "db", None, &line) {
            assert!(matches!(error, Error::Busy { .. }) && error.is_temporary(), "{error}");
            engine.maintain_once().unwrap();
        }
        lines.push_str(&line);
        if number % 10 == 0 {
            assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
        }
    }
    assert!(engine.stats().freezes > 2 && engine.stats().merges > 0, "{:?}", engine.stats());
    drop(engine);
    let engine = open().unwrap();
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
}

#[test]
fn what_cannot_be_held_in_memory_is_refused_and_taken_later() {
    let mut machine = Machine::new(1);
    machine.budget = model::Budget::new(40_000);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut written = 0;
    let refused = (0..10_000).find_map(|number| {
        let outcome = crate::harness::try_write(&engine, "db", None, &format!("m v={number} {number}"));
        written += i64::from(outcome.is_ok());
        outcome.err()
    });
    assert!(refused.is_some_and(|error| error.is_temporary()));
    engine.maintain_once().unwrap();
    write(&engine, "db", None, "m v=1 1000000");
    assert_eq!(i64::try_from(dump_policy(&engine, "db", None).len()).unwrap(), written + 1);
}

#[test]
fn a_string_that_no_segment_takes_is_refused_and_not_kept() {
    let engine = Machine::new(1).open();
    engine.create_database("db").unwrap();
    let text = "x".repeat(model::limits::STRING_BYTES_MAX + 1);
    let mut batch = PointBatch::new();
    batch.push(&SeriesKey::from_raw("m"), 1, [FieldRef { name: "s", value: ValueRef::String(&text) }]);
    assert!(matches!(engine.append("db", None, batch), Err(Error::TooMany { .. })));
    write(&engine, "db", None, "m v=1 2");
    engine.freeze().unwrap();
    assert_eq!(dump_policy(&engine, "db", None), rows_of("m v=1 2"));
}

/// What it had admitted before its last point was met was kept: types of fields that nobody had.
#[test]
fn a_refused_write_leaves_no_types() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "n v=1 10");
    let mut refused = points("n w=1i,v=2 10\no w=\"text\" 10\nn v=7 1");
    let text = "x".repeat(model::limits::STRING_BYTES_MAX + 1);
    refused.push(&SeriesKey::from_raw("m"), 1, [FieldRef { name: "s", value: ValueRef::String(&text) }]);
    assert!(matches!(engine.append("db", None, refused), Err(Error::TooMany { .. })));
    let written = engine.append("db", None, points("n w=1.5,v=2 10\no w=true 10")).unwrap();
    assert_eq!((written.accepted, &written.rejected[..]), (2, &[][..]));
    let conflict = engine.append("db", None, points("n w=1i 10\no w=1i 10")).unwrap();
    assert_eq!((conflict.accepted, conflict.rejected_count), (0, 2), "what was logged has its types");
    let expected = rows_of("n w=1.5,v=2 10\no w=true 10");
    assert_eq!(dump_policy(&engine, "db", None), expected);
    let snapshot = engine.snapshot("db", None).unwrap();
    assert_eq!(snapshot.measurements().unwrap().len(), 2, "a refused write leaves no measurement either");
    assert_eq!(snapshot.fields("n").unwrap().len(), 2);
    drop(engine);
    assert_eq!(dump_policy(&machine.open(), "db", None), expected);
}

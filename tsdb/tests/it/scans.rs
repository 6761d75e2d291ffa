//! Orders, groups, limits and bounds of scans.

use model::{
    Budget, CancelToken, Direction, FieldRequest, FieldType, ScanOrder, ScanRequest, TagMatch, TagPredicate,
    TimeRange,
};
use tsdb::{Engine, Error, Snapshot};

use crate::harness::{Dice, Machine, Row, Rows, dump, dump_policy, request, rows_of, scan, wanted, write};

/// Some series with rows in two segments and the head, half of them overlapping.
fn filled(machine: &Machine) -> std::sync::Arc<Engine> {
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut dice = Dice::new(7);
    for part in 0..3 {
        let mut lines = String::new();
        for _ in 0..3000 {
            let (host, region) = (dice.below(5), dice.below(2));
            let ts = part * 4000 + i64::try_from(dice.below(6000)).unwrap();
            let field = ["a", "b"][usize::try_from(dice.below(2)).unwrap()];
            lines.push_str(&format!("m,host=h{host},region=r{region} {field}={} {ts}\n", dice.below(100)));
        }
        write(&engine, "db", None, &lines);
        if part < 2 {
            engine.freeze().unwrap();
        }
    }
    engine
}

/// The same rows out of a plain dump: filtered, ordered and grouped the slow way.
fn expected(snapshot: &Snapshot, request: &ScanRequest) -> Vec<Row> {
    arranged(dump(snapshot), request)
}

/// Rows of one measurement, as a scan has to give them.
pub(crate) fn arranged(rows: Rows, request: &ScanRequest) -> Vec<Row> {
    let mut rows: Vec<Row> = rows
        .into_iter()
        .map(|((key, ts), fields)| (key, ts, fields))
        .filter(|(_, ts, _)| request.time.contains(*ts))
        .map(|(key, ts, mut fields)| {
            fields.retain(|name, _| request.fields.iter().any(|field| *field.name == **name));
            (key, ts, fields)
        })
        .filter(|(key, _, fields)| {
            let key = model::SeriesKey::from_raw(key);
            !fields.is_empty() && request.tags.matches(&key.tags())
        })
        .collect();
    rows.sort_by_key(|(key, ts, _)| {
        let tags = model::SeriesKey::from_raw(key).tags();
        let group: Vec<String> =
            request.group_by.iter().map(|tag| tags.value_or_empty(tag).to_owned()).collect();
        let ts = if request.direction == Direction::Descending { -*ts } else { *ts };
        match request.order {
            ScanOrder::BySeries => (group, key.clone(), ts, String::new()),
            ScanOrder::ByTime => (group, String::new(), ts, key.clone()),
        }
    });
    rows
}

#[test]
fn every_order_direction_group_and_range_gives_the_same_rows() {
    let machine = Machine::new(1);
    let engine = filled(&machine);
    let snapshot = engine.snapshot("db", None).unwrap();
    let groups: [&[&str]; 4] = [&[], &["host"], &["region", "host"], &["no"]];
    for order in [ScanOrder::BySeries, ScanOrder::ByTime] {
        for direction in [Direction::Ascending, Direction::Descending] {
            for group_by in groups {
                for time in [TimeRange::ALL, TimeRange::new(3000, 9001), TimeRange::new(5, 5)] {
                    let request = ScanRequest {
                        order,
                        direction,
                        time,
                        group_by: group_by.iter().map(|tag| Box::from(*tag)).collect(),
                        ..request(&snapshot, "m")
                    };
                    assert_eq!(scan(&snapshot, &request), expected(&snapshot, &request), "{request:?}");
                }
            }
        }
    }
}

#[test]
fn predicates_choose_the_same_series_in_heads_and_segments() {
    let machine = Machine::new(1);
    let engine = filled(&machine);
    let snapshot = engine.snapshot("db", None).unwrap();
    let tag = |key: &str, matcher| TagPredicate::Tag { key: key.into(), matcher };
    let predicates = [
        TagPredicate::Nothing,
        tag("host", TagMatch::Equal("h1".into())),
        tag("host", TagMatch::NotEqual("h1".into())),
        tag("no", TagMatch::Equal("".into())),
        tag("host", TagMatch::Regex(regex::Regex::new("^h[13]$").unwrap())),
        tag("host", TagMatch::NotRegex(regex::Regex::new("3").unwrap())),
        TagPredicate::And(vec![
            tag("host", TagMatch::Equal("h2".into())),
            tag("region", TagMatch::Equal("r0".into())),
        ]),
        TagPredicate::Or(vec![
            tag("host", TagMatch::Equal("h2".into())),
            tag("region", TagMatch::Equal("r0".into())),
        ]),
    ];
    for tags in predicates {
        let request = ScanRequest { tags: tags.clone(), ..request(&snapshot, "m") };
        assert_eq!(scan(&snapshot, &request), expected(&snapshot, &request), "{tags:?}");
        let series = snapshot.series(&wanted("m", &tags)).unwrap();
        let all = snapshot.series(&wanted("m", &TagPredicate::All)).unwrap();
        let passing: Vec<_> = all.iter().filter(|series| tags.matches(series)).cloned().collect();
        assert_eq!(*series, passing);
    }
    assert_eq!(
        snapshot.tag_keys(&wanted("m", &TagPredicate::All)).unwrap(),
        ["host".into(), "region".into()] as [Box<str>; 2]
    );
    let values = snapshot.tag_values("region", &wanted("m", &TagPredicate::All)).unwrap();
    assert_eq!(**values, ["r0".into(), "r1".into()] as [Box<str>; 2]);
    assert_eq!(snapshot.measurements().unwrap(), ["m".into()] as [Box<str>; 1]);
}

#[test]
fn a_limit_hint_gives_at_least_the_first_rows_of_each_series() {
    let machine = Machine::new(1);
    let engine = filled(&machine);
    let snapshot = engine.snapshot("db", None).unwrap();
    for direction in [Direction::Ascending, Direction::Descending] {
        let group_by = vec!["host".into(), "region".into()];
        let request =
            ScanRequest { direction, group_by, order: ScanOrder::ByTime, ..request(&snapshot, "m") };
        let all = scan(&snapshot, &request);
        let limited = scan(&snapshot, &ScanRequest { series_rows_max: Some(3), ..request });
        assert!(limited.len() < all.len() / 2, "{} of {}", limited.len(), all.len());
        for part in all.chunk_by(|a, b| a.0 == b.0) {
            let first: Vec<_> = limited.iter().filter(|row| row.0 == part[0].0).take(3).collect();
            assert_eq!(first, part.iter().take(3).collect::<Vec<_>>());
        }
    }
}

#[test]
fn columns_come_as_the_type_that_was_asked_for() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m f=-1.75,i=-3i,u=7u,b=true,s=\"x\" 10\nm other=1 20");
    let snapshot = engine.snapshot("db", None).unwrap();
    let field = |name: &str, ty| FieldRequest { name: name.into(), ty };
    let fields = vec![
        field("f", FieldType::Integer),
        field("i", FieldType::Float),
        field("u", FieldType::Integer),
        field("b", FieldType::Float),
        field("s", FieldType::String),
        field("s", FieldType::Integer),
        field("no", FieldType::Float),
    ];
    let mut scan = snapshot.scan(&ScanRequest { fields, ..request(&snapshot, "m") }).unwrap();
    let batch = scan.next_batch().unwrap().unwrap();
    assert_eq!(batch.columns.times, [10]);
    let values: Vec<_> =
        batch.columns.columns.iter().map(|column| column.get(0).map(|v| v.to_owned())).collect();
    let expected =
        "[Some(Integer(-1)), Some(Float(-3.0)), Some(Integer(7)), None, Some(String(\"x\")), None, None]";
    assert_eq!(format!("{values:?}"), expected);
    assert!(scan.next_batch().unwrap().is_none());
}

#[test]
fn a_scan_ends_when_the_reader_gives_up_or_memory_does() {
    let machine = Machine::new(1);
    let engine = filled(&machine);
    let snapshot = engine.snapshot("db", None).unwrap();
    let cancel = CancelToken::new();
    let mut scan = snapshot.scan(&ScanRequest { cancel: cancel.clone(), ..request(&snapshot, "m") }).unwrap();
    assert!(scan.next_batch().unwrap().is_some());
    cancel.cancel();
    assert!(matches!(scan.next_batch(), Err(Error::Cancelled)));
    for bytes in [100, 1_000] {
        let budget = Budget::new(bytes);
        let scan = snapshot.scan(&ScanRequest { budget: budget.clone(), ..request(&snapshot, "m") });
        let outcome = scan.and_then(|mut scan| scan.next_batch());
        assert!(matches!(outcome, Err(Error::Budget(_))), "{bytes}: {outcome:?}");
        assert_eq!(budget.used(), 0);
    }
    let budget = Budget::new(64 << 20);
    let mut scan = snapshot.scan(&ScanRequest { budget: budget.clone(), ..request(&snapshot, "m") }).unwrap();
    while scan.next_batch().unwrap().is_some() {}
    drop(scan);
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_scan_of_very_many_series_in_the_head_misses_none() {
    let engine = Machine::new(1).open();
    engine.create_database("db").unwrap();
    let mut lines = String::new();
    for row in 0..3 {
        for number in 0..5000 {
            lines.push_str(&format!("m,host=h{} v={number},w=1i {row}\n", number * 7919 % 5000));
            if number % 10 == 0 {
                lines.push_str(&format!("m,host=h{number} other={row} {row}\n"));
            }
        }
    }
    write(&engine, "db", None, &lines);
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&lines));
}

/// A window of time that is fine for ten fields is too much for a thousand.
#[test]
fn a_wide_measurement_is_read_within_a_small_budget() {
    const FIELDS: usize = 1_000;
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    for part in 0..4_i64 {
        let mut lines = String::new();
        for row in part * 100..(part + 1) * 100 {
            lines.push_str("wide ");
            for field in 0..FIELDS {
                let comma = if field == 0 { "" } else { "," };
                lines.push_str(&format!("{comma}f{field}={row}i"));
            }
            lines.push_str(&format!(" {}\n", row * 1_000_000_000));
        }
        write(&engine, "db", None, &lines);
        if part < 2 {
            engine.freeze().unwrap();
        }
    }
    let snapshot = engine.snapshot("db", None).unwrap();
    for direction in [Direction::Ascending, Direction::Descending] {
        // All of it takes 2 * 3.2 MB.
        let request = ScanRequest { direction, budget: Budget::new(2 << 20), ..request(&snapshot, "wide") };
        let mut scan = snapshot.scan(&request).unwrap();
        let mut times = Vec::new();
        while let Some(batch) = scan.next_batch().unwrap() {
            assert_eq!(batch.columns.columns.len(), FIELDS);
            assert_eq!(batch.columns.columns[7].values.len(), batch.columns.times.len());
            times.extend(batch.columns.times);
        }
        if direction == Direction::Descending {
            times.reverse();
        }
        let expected: Vec<i64> = (0..400).map(|row| row * 1_000_000_000).collect();
        assert_eq!(times, expected);
    }
    let request = ScanRequest { budget: Budget::new(1 << 10), ..request(&snapshot, "wide") };
    let refused = snapshot.scan(&request).and_then(|mut scan| scan.next_batch());
    assert!(matches!(refused, Err(Error::Budget(_))), "{refused:?}");
}

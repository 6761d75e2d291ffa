//! Tag keys, tag values and counts of series: what dictionaries answer is what a list of the series gives.

use std::collections::BTreeSet;

use model::{Deletion, SeriesRequest, TagMatch, TagPredicate, TimeRange};
use tsdb::{Engine, Error, Snapshot};

use crate::harness::{HOUR_NS, Machine, NOW_NS, wanted, write};

fn lines(containers: std::ops::Range<u32>, ts: i64) -> String {
    let host =
        |number: u32| if number.is_multiple_of(5) { String::new() } else { format!(",host=h{}", number % 7) };
    containers.map(|number| format!("req,c=c{number}{} v=1 {ts}\n", host(number))).collect()
}

fn tag(key: &str, matcher: TagMatch) -> TagPredicate {
    TagPredicate::Tag { key: key.into(), matcher }
}

/// Checks every answer against the list of the series; says how many series pass each predicate.
fn check(engine: &Engine) -> Vec<usize> {
    let snapshot = engine.snapshot("db", None).unwrap();
    let regex = regex::Regex::new("c1.*").unwrap();
    let predicates = [
        TagPredicate::All,
        TagPredicate::Nothing,
        tag("host", TagMatch::Equal("h3".into())),
        tag("host", TagMatch::Equal("".into())),
        tag("host", TagMatch::NotEqual("h3".into())),
        tag("c", TagMatch::Regex(regex)),
        TagPredicate::And(vec![
            tag("c", TagMatch::Equal("c3".into())),
            tag("host", TagMatch::Equal("h3".into())),
        ]),
    ];
    let mut counts = Vec::new();
    for predicate in &predicates {
        let series = snapshot.series(&wanted("req", predicate)).unwrap();
        for key in ["c", "host", "ho=st", "absent"] {
            let expected: BTreeSet<&str> = series.iter().filter_map(|tags| tags.get(key)).collect();
            let found = snapshot.tag_values(key, &wanted("req", predicate)).unwrap();
            assert_eq!(
                *found,
                expected.into_iter().map(Box::from).collect::<Vec<Box<str>>>(),
                "{key} {predicate:?}"
            );
        }
        assert_eq!(
            snapshot.series_count(&wanted("req", predicate)).unwrap(),
            series.len() as u64,
            "{predicate:?}"
        );
        counts.push(series.len());
    }
    let keys: BTreeSet<String> = snapshot
        .series(&wanted("req", &TagPredicate::All))
        .unwrap()
        .iter()
        .flat_map(|tags| tags.iter().map(|(key, _)| key.to_owned()).collect::<Vec<_>>())
        .collect();
    let found: Vec<String> = snapshot
        .tag_keys(&wanted("req", &TagPredicate::All))
        .unwrap()
        .into_iter()
        .map(String::from)
        .collect();
    assert_eq!(found, keys.into_iter().collect::<Vec<_>>());
    counts
}

#[test]
fn dictionaries_answer_as_the_list_of_series_does() {
    let machine = Machine::new(7);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, &lines(0..40, NOW_NS));
    let in_head = check(&engine);
    assert_eq!((in_head[0], in_head[2], in_head[6]), (40, 5, 1));
    engine.freeze().unwrap();
    assert_eq!(check(&engine), in_head, "in a segment");
    write(&engine, "db", None, &lines(20..60, NOW_NS));
    write(&engine, "db", None, &lines(0..30, NOW_NS - 1000 * HOUR_NS));
    assert_eq!(check(&engine)[0], 60, "in a segment and two heads");
    engine.freeze().unwrap();
    assert_eq!(check(&engine)[0], 60, "in three segments");
}

#[test]
fn a_deleted_series_is_in_no_dictionary() {
    let machine = Machine::new(8);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, &lines(0..40, NOW_NS));
    engine.freeze().unwrap();
    write(&engine, "db", None, &lines(30..50, NOW_NS));
    let deletion =
        Deletion { sources: Vec::new(), tags: tag("c", TagMatch::Equal("c3".into())), time: TimeRange::ALL };
    engine.delete("db", &deletion).unwrap();
    let counts = check(&engine);
    assert_eq!((counts[0], counts[6]), (49, 0));
    let values =
        engine.snapshot("db", None).unwrap().tag_values("c", &wanted("req", &TagPredicate::All)).unwrap();
    assert_eq!(values.len(), 49);
}

/// A list says what has rows in the segments and heads of the time that is asked for; a delete outside of that time counts.
#[test]
fn a_deleted_series_is_not_listed_whatever_the_time_that_is_asked_for() {
    let machine = Machine::new(14);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let late = NOW_NS + 1_000_000;
    let second = "odd,c=c9 v=1\n";
    write(&engine, "db", None, &format!("{second}req,c=gone,old=x v=1 {NOW_NS}\nreq,c=kept v=1 {late}\n"));
    let time = TimeRange::new(NOW_NS - 10, NOW_NS + 10);
    let deletion = Deletion { time, ..crate::deletes::of("req") };
    let answers = |time: TimeRange| {
        let request = SeriesRequest { time, ..wanted("req", &TagPredicate::All) };
        let snapshot = engine.snapshot("db", None).unwrap();
        let values = snapshot.tag_values("c", &request).unwrap().join(" ");
        let keys = snapshot.tag_keys(&request).unwrap().join(" ");
        let series = snapshot.series(&request).unwrap().len();
        (values, keys, series, snapshot.series_count(&request).unwrap())
    };
    let since = TimeRange::new(late - 10, late + 10);
    assert_eq!(answers(since), ("gone kept".into(), "c old".into(), 2, 2), "they lie in one head");
    engine.delete("db", &deletion).unwrap();
    let kept = ("kept".into(), "c".into(), 1, 1);
    assert_eq!(answers(since), kept, "in a head");
    engine.freeze().unwrap();
    assert_eq!(answers(since), kept, "when it is frozen");
    write(&engine, "db", None, &format!("req,c=gone,old=x v=1 {NOW_NS}\nreq,c=kept v=1 {late}\n"));
    engine.freeze().unwrap();
    assert_eq!(answers(since), ("gone kept".into(), "c old".into(), 2, 2), "in a segment");
    engine.delete("db", &deletion).unwrap();
    assert_eq!(answers(since), kept, "as long as the delete waits");
    for _ in 0..4 {
        engine.freeze().unwrap();
        engine.maintain_once().unwrap();
    }
    assert_eq!(answers(since), kept, "when it was carried out");
    assert_eq!(
        answers(TimeRange::new(late + 10, late + 20)),
        (String::new(), String::new(), 0, 0),
        "of nobody"
    );
}

#[test]
fn a_list_that_the_budget_has_no_room_for_is_refused() {
    let machine = Machine::new(9);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, &lines(0..2000, NOW_NS));
    engine.freeze().unwrap();
    let free = machine.budget.limit() - machine.budget.used();
    let held = machine.budget.lease(model::Share::Body, free).unwrap();
    let snapshot = engine.snapshot("db", None).unwrap();
    let request = SeriesRequest::all("req", &machine.budget);
    assert!(matches!(snapshot.series(&request), Err(Error::Budget(_))));
    assert!(matches!(snapshot.tag_values("c", &request), Err(Error::Budget(_))));
    drop(held);
    drop(snapshot.tag_values("c", &request).unwrap());
    let used = machine.budget.used();
    let values = snapshot.tag_values("c", &request).unwrap();
    assert_eq!(values.len(), 2000);
    assert!(machine.budget.used() >= used + 2000 * 16, "a list is leased for as long as it is there");
    drop(values);
    assert_eq!(machine.budget.used(), used);
}

/// So many series that heads are asked by their index.
#[test]
fn a_large_head_answers_as_the_list_of_its_series_does() {
    let machine = Machine::new(12);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    engine.create_database("other").unwrap();
    write(&engine, "other", None, &lines(5000..6000, NOW_NS));
    write(&engine, "db", None, &lines(0..1500, NOW_NS));
    assert_eq!(check(&engine)[..2], [1500, 0]);
    let early = engine.snapshot("db", None).unwrap();
    write(&engine, "db", None, &lines(1400..4000, NOW_NS));
    write(&engine, "other", None, "req,zone=z v=1\n");
    let odd = r"req,c=c\,\ \=,ho\=st=h3,host=h\ 3";
    write(&engine, "db", None, &format!("{odd} v=1 {NOW_NS}\n"));
    assert_eq!(check(&engine)[0], 4001);
    let odd = tag("c", TagMatch::Equal("c, =".into()));
    assert_eq!(engine.snapshot("db", None).unwrap().series(&wanted("req", &odd)).unwrap().len(), 1);
    engine.delete("db", &Deletion { sources: Vec::new(), tags: odd, time: TimeRange::ALL }).unwrap();
    let counts = check(&engine);
    let absent = (0..4000).filter(|number| number % 5 == 0).count();
    let third = (0..4000).filter(|number| number % 5 != 0 && number % 7 == 3).count();
    assert_eq!(counts, [4000, 0, third, absent, 4000 - third, 1111, 1]);
    for (predicate, expected) in [
        (TagPredicate::All, 1500),
        (tag("c", TagMatch::Equal("c1600".into())), 0),
        (tag("c", TagMatch::Equal("c1400".into())), 1),
        (tag("c", TagMatch::NotRegex(regex::Regex::new("c[2-9]?.*00$").unwrap())), 1486),
    ] {
        let found = early.series_count(&wanted("req", &predicate)).unwrap();
        assert_eq!(found, expected, "an old snapshot sees no newer series: {predicate:?}");
    }
    let deletion = Deletion {
        sources: Vec::new(),
        tags: tag("host", TagMatch::Equal("h3".into())),
        time: TimeRange::ALL,
    };
    engine.delete("db", &deletion).unwrap();
    assert_eq!(check(&engine)[0], 4000 - third, "after a delete");
    engine.freeze().unwrap();
    assert_eq!(check(&engine)[0], 4000 - third, "in a segment");
}

/// The index takes its memory from the budget, goes when writers need it, and is never needed.
#[test]
fn the_index_of_a_head_holds_a_bounded_part_of_the_budget() {
    let machine = Machine { budget: model::Budget::new(16 << 20), ..Machine::new(13) };
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, &lines(0..6000, NOW_NS));
    let before = machine.budget.used();
    let held = || machine.budget.used() - before;
    let of = |key: &str, value: &str| {
        let tags = tag(key, TagMatch::Equal(value.into()));
        engine.snapshot("db", None).unwrap().series_count(&wanted("req", &tags)).unwrap()
    };
    let (mut most, mut refused) = (0, 0);
    for number in 0..100 {
        assert_eq!(of(&format!("absent{number}"), ""), 6000);
        assert!(held() >= most, "what has no room takes none from what is there");
        refused += usize::from(held() == most);
        most = held();
    }
    assert!(refused > 10, "{most} bytes");
    assert!(most > 0 && most <= (16 << 20) / tsdb::limits::INDEX_BUDGET_DIVISOR, "{most} bytes");
    assert_eq!(of("c", "c777"), 1);
    assert!(held() > 0);
    let free = machine.budget.limit() - machine.budget.used();
    let others = machine.budget.lease(model::Share::Body, free).unwrap();
    write(&engine, "db", None, "req,c=c777 v=1\n");
    assert_eq!(of("c", "c777"), 2, "without an index, and with the series that is new");
    drop(others);
    assert_eq!(of("c", "c777"), 2);
}

/// What a reader that gave up is answered, whatever it asked.
fn is_refused_to_one_who_left(engine: &Engine) -> bool {
    let request = wanted("req", &TagPredicate::All);
    request.cancel.cancel();
    let snapshot = engine.snapshot("db", None).unwrap();
    let answers = [
        snapshot.series(&request).map(drop),
        snapshot.tag_keys(&request).map(drop),
        snapshot.tag_values("c", &request).map(drop),
        Snapshot::count_series(&[(snapshot.clone(), &request), (snapshot, &request)]).map(drop),
    ];
    answers.iter().all(|answer| matches!(answer, Err(Error::Cancelled)))
}

#[test]
fn a_reader_that_gave_up_is_not_listed_anything() {
    let machine = Machine::new(10);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, &lines(0..200, NOW_NS));
    assert!(is_refused_to_one_who_left(&engine), "in a head");
    engine.freeze().unwrap();
    assert!(is_refused_to_one_who_left(&engine), "in a segment");
    let tags = tag("c", TagMatch::Equal("c3".into()));
    engine.delete("db", &Deletion { sources: Vec::new(), tags, time: TimeRange::ALL }).unwrap();
    assert!(is_refused_to_one_who_left(&engine), "with a delete");
}

#[test]
fn series_of_two_policies_are_counted_once() {
    let machine = Machine::new(11);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let policy = tsdb::PolicySpec { name: Some("other".into()), ..Default::default() };
    engine.create_retention_policy("db", &policy, false).unwrap();
    write(&engine, "db", None, &lines(0..40, NOW_NS));
    write(&engine, "db", Some("other"), &lines(30..60, NOW_NS));
    engine.freeze().unwrap();
    write(&engine, "db", Some("other"), &lines(50..70, NOW_NS));
    let request = wanted("req", &TagPredicate::All);
    let of = |policy: &str| (engine.snapshot("db", Some(policy)).unwrap(), &request);
    assert_eq!(Snapshot::count_series(&[of("autogen"), of("other")]).unwrap(), 70);
    assert_eq!(Snapshot::count_series(&[of("other")]).unwrap(), 40);
}

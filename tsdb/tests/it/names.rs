//! Tag keys, tag values and counts of series: what dictionaries answer is what a list of the series gives.

use std::collections::BTreeSet;

use model::{Deletion, TagMatch, TagPredicate, TimeRange};
use tsdb::Engine;

use crate::harness::{HOUR_NS, Machine, NOW_NS, write};

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
        let series = snapshot.series("req", predicate).unwrap();
        for key in ["c", "host", "absent"] {
            let expected: BTreeSet<&str> = series.iter().filter_map(|tags| tags.get(key)).collect();
            let found = snapshot.tag_values("req", key, predicate).unwrap();
            assert_eq!(
                found,
                expected.into_iter().map(Box::from).collect::<Vec<Box<str>>>(),
                "{key} {predicate:?}"
            );
        }
        assert_eq!(snapshot.series_count("req", predicate).unwrap(), series.len() as u64, "{predicate:?}");
        counts.push(series.len());
    }
    let keys: BTreeSet<String> = snapshot
        .series("req", &TagPredicate::All)
        .unwrap()
        .iter()
        .flat_map(|tags| tags.iter().map(|(key, _)| key.to_owned()).collect::<Vec<_>>())
        .collect();
    let found: Vec<String> = snapshot.tag_keys("req").unwrap().into_iter().map(String::from).collect();
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
    let values = engine.snapshot("db", None).unwrap().tag_values("req", "c", &TagPredicate::All).unwrap();
    assert_eq!(values.len(), 49);
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
    assert!(matches!(snapshot.series("req", &TagPredicate::All), Err(tsdb::Error::Budget(_))));
    assert!(matches!(snapshot.tag_values("req", "c", &TagPredicate::All), Err(tsdb::Error::Budget(_))));
    drop(held);
    assert_eq!(snapshot.tag_values("req", "c", &TagPredicate::All).unwrap().len(), 2000);
}

//! What covers hide, and what a record of a tombstone gives back.

use model::{Deletion, DeletionSource, MeasurementMatch, TagMatch, Tags};
use proptest::prelude::*;
use regex::Regex;

use super::hidden::Cover;
use super::*;
use crate::decode::Decoder;

fn cover(start: i64, end: i64, below: u32) -> Cover {
    Cover { time: TimeRange::new(start, end), below }
}

#[test]
fn no_covers_hide_nothing() {
    assert_eq!(Hidden::new(Vec::new()), None);
    assert_eq!(Hidden::new(vec![cover(1, 5, 0), cover(3, 3, 9)]), None);
}

proptest! {
    #[test]
    fn covers_together_hide_what_one_of_them_hides(
        covers in prop::collection::vec((0_i64..20, 0_i64..20, 0_u32..4), 0..12),
        start in 0_i64..20,
        len in 0_i64..20,
    ) {
        let covers: Vec<Cover> = covers.into_iter().map(|(start, end, below)| cover(start, end, below)).collect();
        let hides = |ts: i64, row: u32| covers.iter().any(|cover| cover.time.contains(ts) && row < cover.below);
        let hidden = Hidden::new(covers.clone());
        for (ts, row) in (-1..21).flat_map(|ts| (0..4).map(move |row| (ts, row))) {
            prop_assert_eq!(hidden.as_ref().is_some_and(|hidden| hidden.hides(ts, row)), hides(ts, row));
        }
        let time = TimeRange::new(start, start + len);
        for rows in 1..4 {
            let live: Vec<i64> = (start..start + len).filter(|ts| !hides(*ts, rows - 1)).collect();
            let Some(hidden) = &hidden else { continue };
            prop_assert_eq!(hidden.hides_all(&time, rows), live.is_empty());
            let range = hidden.live(&time, rows);
            if let (Some(first), Some(last)) = (live.first(), live.last()) {
                prop_assert_eq!(range, TimeRange::new(*first, last + 1));
            }
        }
    }
}

fn tag(key: &str, matcher: TagMatch) -> TagPredicate {
    TagPredicate::Tag { key: key.into(), matcher }
}

#[test]
fn a_record_gives_the_tombstone_back() {
    let regex = |text: &str| Regex::new(text).unwrap();
    let predicate = TagPredicate::And(vec![
        TagPredicate::Or(vec![
            tag("host", TagMatch::Equal("a".into())),
            tag("host", TagMatch::Regex(regex("^w[0-9]+$"))),
        ]),
        tag("os", TagMatch::NotEqual("".into())),
        tag("os", TagMatch::NotRegex(regex("bsd"))),
        TagPredicate::All,
    ]);
    let deletion = Deletion {
        sources: vec![
            DeletionSource { policy: None, measurement: MeasurementMatch::Name("cpu".into()) },
            DeletionSource { policy: Some("rp".into()), measurement: MeasurementMatch::Regex(regex("^m")) },
        ],
        tags: predicate,
        time: TimeRange::new(-5, 12),
    };
    let policy = crate::PolicySpec { name: Some("rp".into()), ..Default::default() }.policy(4).unwrap();
    let database = crate::catalog::Database {
        id: 3,
        name: "db".into(),
        policies: vec![std::sync::Arc::new(policy)],
        default_policy: "rp".into(),
    };
    let tombstone = Tombstone::of(&deletion, &database, Lsn(7)).unwrap();
    let mut record = Vec::new();
    tombstone.encode(&mut record);
    let mut input = Decoder::new(&record);
    let read = Tombstone::decode(&mut input).unwrap();
    assert!(input.is_empty());
    assert_eq!((read.lsn, read.database, read.time), (Lsn(7), 3, TimeRange::new(-5, 12)));
    for (policy, measurement, expected) in
        [(4, "cpu", true), (9, "cpu", true), (4, "mem", true), (9, "mem", false), (4, "disk", false)]
    {
        assert_eq!(read.concerns(policy, measurement), expected, "{policy} {measurement}");
    }
    for (tags, expected) in [
        (vec![("host", "a"), ("os", "linux")], true),
        (vec![("host", "w12"), ("os", "linux")], true),
        (vec![("host", "w12"), ("os", "freebsd")], false),
        (vec![("host", "a")], false),
        (vec![("host", "b"), ("os", "linux")], false),
    ] {
        let tags = Tags::new(tags.clone());
        assert_eq!(read.tags.matches(&tags), expected, "{tags:?}");
    }
    for len in 0..record.len() {
        assert!(Tombstone::decode(&mut Decoder::new(&record[..len])).is_none(), "{len} bytes are no record");
    }
    let elsewhere = crate::catalog::Database { policies: Vec::new(), ..database };
    assert!(Tombstone::of(&deletion, &elsewhere, Lsn(7)).is_err(), "the policy is not there");
}

#[test]
fn a_condition_is_bounded_in_size_and_depth() {
    let database = crate::catalog::Database {
        id: 3,
        name: "db".into(),
        policies: Vec::new(),
        default_policy: "".into(),
    };
    let deletion = |tags: TagPredicate| {
        Tombstone::of(&Deletion { sources: Vec::new(), tags, time: TimeRange::ALL }, &database, Lsn(1))
    };
    let equal = || tag("host", TagMatch::Equal("a".into()));
    let mut chain = equal();
    for _ in 0..200 {
        chain = TagPredicate::Or(vec![chain, equal()]);
    }
    deletion(chain).unwrap();
    let mut deep = equal();
    for level in 0..100 {
        let parts = vec![deep, equal()];
        deep = if level % 2 == 0 { TagPredicate::Or(parts) } else { TagPredicate::And(parts) };
    }
    deletion(deep).unwrap_err();
    deletion(tag("host", TagMatch::Equal("x".repeat(5000).into()))).unwrap_err();
}

/// By a tag or not: a series meets the same tombstones.
#[test]
fn a_veil_hides_of_a_series_what_the_predicates_say() {
    let equal = |key: &str, value: &str| tag(key, TagMatch::Equal(value.into()));
    let any = |key: &str| tag(key, TagMatch::NotEqual("".into()));
    let predicates = [
        equal("host", "a"),
        equal("os", ""),
        TagPredicate::And(vec![any("host"), equal("os", "x")]),
        TagPredicate::Or(vec![equal("host", "a"), equal("os", "x")]),
        TagPredicate::Or(vec![equal("host", "b"), any("os")]),
        TagPredicate::And(vec![
            equal("host", "a"),
            TagPredicate::Or(vec![equal("os", "x"), equal("os", "y")]),
        ]),
        TagPredicate::Or(Vec::new()),
        TagPredicate::And(Vec::new()),
        TagPredicate::Nothing,
        TagPredicate::All,
    ];
    let placed: Vec<Placed> = (0_u32..)
        .zip(&predicates)
        .map(|(number, predicate)| {
            let time = TimeRange::new(i64::from(number) * 10, i64::from(number) * 10 + 5);
            let lsn = Lsn(u64::from(number) + 1);
            let tombstone = Tombstone::new(lsn, 1, Vec::new(), predicate.clone(), time);
            Placed::settled(std::sync::Arc::new(tombstone))
        })
        .collect();
    let touching: Vec<&Placed> = placed.iter().collect();
    let veil = Veil::of_segment(&touching, Lsn(0), &TimeRange::ALL);
    for tags in [
        vec![],
        vec![("host", "a")],
        vec![("host", "b")],
        vec![("host", "a"), ("os", "x")],
        vec![("host", "c"), ("os", "x")],
        vec![("host", "a"), ("os", "y")],
        vec![("os", "z")],
    ] {
        let tags = Tags::new(tags);
        let hidden = veil.hidden(&tags);
        for (at, predicate) in (0_i64..).zip(&predicates) {
            let hides = hidden.as_ref().is_some_and(|hidden| hidden.hides(at * 10, 0));
            assert_eq!(hides, predicate.matches(&tags), "{predicate:?} {tags:?}");
        }
    }
}

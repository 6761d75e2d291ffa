//! Postings give what trying every series would.

use super::fixture::{Noise, START, Series, group, integers, key, segment};
use model::{SeriesKey, TagMatch, TagPredicate};
use regex::Regex;

fn hosts() -> Series {
    let mut noise = Noise(11);
    let mut series = Series::new();
    for index in 0..500 {
        let host = format!("web{index:03}");
        let region = format!("r{}", noise.below(4));
        let rack = format!("{}", noise.below(40));
        let mut tags = vec![("host", &*host)];
        if noise.below(3) > 0 {
            tags.push(("region", &*region));
        }
        if noise.below(10) > 0 {
            tags.push(("rack", &*rack));
        }
        let measurement = if index % 7 == 0 { "mem" } else { "cpu" };
        series.insert(key(measurement, &tags), vec![group(vec![START], vec![("v", integers([index]))])]);
    }
    series.insert(key("cpu", &[]), vec![group(vec![START], vec![("v", integers([0]))])]);
    series
}

fn tag(key: &str, matcher: TagMatch) -> TagPredicate {
    TagPredicate::Tag { key: key.into(), matcher }
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern")
}

fn each_matcher(value: &str, pattern: &str) -> [TagMatch; 4] {
    [
        TagMatch::Equal(value.into()),
        TagMatch::NotEqual(value.into()),
        TagMatch::Regex(regex(pattern)),
        TagMatch::NotRegex(regex(pattern)),
    ]
}

fn leaves() -> Vec<TagPredicate> {
    let cases = [
        ("host", "web007", "web.*[05]$"),
        ("host", "", "^$"),
        ("host", "web0070", "nothing"),
        ("region", "r1", "r[12]"),
        ("region", "", "^$|r3"),
        ("rack", "7", "^1"),
        ("rack", "none", ""),
        ("missing", "x", "x"),
        ("missing", "", ".*"),
    ];
    cases
        .iter()
        .flat_map(|(key, value, pattern)| each_matcher(value, pattern).map(|matcher| tag(key, matcher)))
        .chain([TagPredicate::All, TagPredicate::Nothing])
        .collect()
}

#[test]
fn every_predicate_gives_what_trying_each_series_gives() {
    let series = hosts();
    let (_fs, reader) = segment(&series);
    let check = |predicate: &TagPredicate| {
        for measurement in ["cpu", "mem", "none"] {
            let passes =
                |key: &&SeriesKey| key.measurement() == measurement && predicate.matches(&key.tags());
            let expected: Vec<&SeriesKey> = series.keys().filter(passes).collect();
            let found = reader.series(measurement, predicate).expect("its series");
            assert_eq!(found.iter().map(|found| &found.key).collect::<Vec<_>>(), expected, "{predicate:?}");
            assert!(found.iter().all(|found| *found.tags == found.key.tags()));
        }
    };
    let leaves = leaves();
    leaves.iter().for_each(check);
    for seed in 1..=60 {
        check(&random_tree(&mut Noise(seed), &leaves, 3));
    }
}

#[test]
fn a_series_is_found_by_its_key() {
    let mut series = hosts();
    for (measurement, value) in [("cpu!x", "a"), ("cpu", "a b,c"), ("cpu,d", "a"), ("cp", "a")] {
        series
            .insert(key(measurement, &[("t", value)]), vec![group(vec![START], vec![("v", integers([0]))])]);
    }
    let (_fs, reader) = segment(&series);
    let has = |key: &SeriesKey| reader.has_series(key.borrowed()).expect("a sound segment");
    assert!(series.keys().all(has));
    let strangers = [
        key("mem", &[]),
        key("none", &[]),
        key("cpu", &[("host", "web001")]),
        key("cpu", &[("t", "a")]),
        key("cpu!x", &[("t", "a"), ("host", "web001")]),
        key("mem", &[("rack", "7"), ("region", "r1")]),
        key("cp", &[("u", "a")]),
    ];
    for stranger in strangers {
        assert_eq!(has(&stranger), series.contains_key(&stranger), "{stranger}");
    }
}

fn random_tree(noise: &mut Noise, leaves: &[TagPredicate], depth: u32) -> TagPredicate {
    let kind = if depth == 0 { 2 } else { noise.below(4) };
    if kind >= 2 {
        return leaves[noise.pick(leaves.len())].clone();
    }
    let parts = (0..noise.below(4)).map(|_| random_tree(noise, leaves, depth - 1)).collect();
    if kind == 0 { TagPredicate::And(parts) } else { TagPredicate::Or(parts) }
}

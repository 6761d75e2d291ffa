//! The engine against a map: random writes, deletes, freezes, merges and restarts.

use model::{Deletion, DeletionSource, MeasurementMatch, SeriesKey, TagMatch, TagPredicate, TimeRange};
use regex::Regex;

use crate::harness::{Dice, HOUR_NS, Machine, NOW_NS, Rows, dump_policy, points, put, wanted};

const VALUES: [&str; 8] = ["1.5", "-0.25", "1e300", "0", "-7.125", "3", "2.5e-300", "100"];

/// A batch of random lines: few series, instants and fields, so that everything collides.
fn lines(dice: &mut Dice) -> String {
    let mut lines = String::new();
    for _ in 0..=dice.below(30) {
        let measurement = ["cpu", "m\\ x", "z"][usize::try_from(dice.below(3)).unwrap()];
        let tags = ["", ",host=a", ",host=b", ",host=b,cpu=0", ",cpu=0,host=b"]
            [usize::try_from(dice.below(5)).unwrap()];
        let mut fields = Vec::new();
        for _ in 0..=dice.below(3) {
            let float = VALUES[usize::try_from(dice.below(8)).unwrap()];
            fields.push(match dice.below(6) {
                0 => format!("f={float}"),
                1 => format!("g={float}"),
                2 => format!("i={}i", dice.below(1000)),
                3 => format!("u={}u", u64::MAX - dice.below(10)),
                4 => format!("b={}", dice.below(2) == 0),
                _ => format!("s=\"text {}\"", dice.below(100)),
            });
        }
        let weeks = i64::try_from(dice.below(3)).unwrap();
        let ts = NOW_NS - weeks * 170 * HOUR_NS + i64::try_from(dice.below(40)).unwrap() * 1_000_000;
        lines.push_str(&format!("{measurement}{tags} {} {ts}\n", fields.join(",")));
    }
    lines
}

/// A random delete that meets some of them.
fn deletion(dice: &mut Dice) -> Deletion {
    let regex = |text: &str| Regex::new(text).unwrap();
    let measurement = match dice.below(4) {
        0 => MeasurementMatch::Name("cpu".into()),
        1 => MeasurementMatch::Name("m x".into()),
        2 => MeasurementMatch::Regex(regex("^[mz]")),
        _ => MeasurementMatch::Regex(regex("")),
    };
    let tag = |key: &str, matcher: TagMatch| TagPredicate::Tag { key: key.into(), matcher };
    let tags = match dice.below(6) {
        0 => tag("host", TagMatch::Equal("a".into())),
        1 => tag("host", TagMatch::NotEqual("b".into())),
        2 => tag("cpu", TagMatch::Regex(regex("^0|^$"))),
        3 => TagPredicate::And(vec![
            tag("host", TagMatch::NotRegex(regex("a"))),
            tag("cpu", TagMatch::Equal("".into())),
        ]),
        _ => TagPredicate::All,
    };
    let time = match dice.below(4) {
        0 => TimeRange::ALL,
        1 => TimeRange::new(NOW_NS - 170 * HOUR_NS, i64::MAX),
        _ => {
            let start = NOW_NS + i64::try_from(dice.below(40)).unwrap() * 1_000_000;
            TimeRange::new(start, start + i64::try_from(dice.below(20)).unwrap() * 1_000_000)
        }
    };
    Deletion { sources: vec![DeletionSource { policy: None, measurement }], tags, time }
}

fn is_deleted(deletion: &Deletion, series: &str, ts: i64) -> bool {
    let key = SeriesKey::from_raw(series);
    let named = deletion.sources.iter().any(|source| match &source.measurement {
        MeasurementMatch::Name(name) => **name == *key.measurement(),
        MeasurementMatch::Regex(regex) => regex.is_match(&key.measurement()),
    });
    named && deletion.tags.matches(&key.tags()) && deletion.time.contains(ts)
}

/// The series that each measurement lists are those with a row.
fn check_listed(engine: &tsdb::Engine, expected: &Rows, context: &str) {
    let snapshot = engine.snapshot("db", None).unwrap();
    let mut listed = Vec::new();
    for measurement in snapshot.measurements().unwrap() {
        assert!(
            !snapshot.fields(&measurement).unwrap().is_empty(),
            "{context}: {measurement} without a field"
        );
        let series = snapshot.series(&wanted(&measurement, &TagPredicate::All)).unwrap();
        listed.extend(series.iter().map(|tags| SeriesKey::new(&measurement, tags).as_str().to_owned()));
    }
    listed.sort_unstable();
    let mut there: Vec<String> = expected.keys().map(|(series, _)| series.clone()).collect();
    there.dedup();
    assert_eq!(listed, there, "{context}");
}

fn run(seed: u64) {
    let mut dice = Dice::new(seed);
    let machine = Machine::new(seed);
    let mut engine = machine.open();
    let mut expected = Rows::new();
    engine.create_database("db").unwrap();
    for step in 0..60 {
        match dice.below(14) {
            0 | 1 => engine.freeze().unwrap(),
            2 => engine.maintain_once().unwrap(),
            3 => {
                drop(engine);
                engine = machine.open();
            }
            4 => {
                engine.stop().unwrap();
                drop(engine);
                engine = machine.open();
                assert!(engine.recovery().clean);
            }
            5 | 6 => {
                let deletion = deletion(&mut dice);
                expected.retain(|(series, ts), _| !is_deleted(&deletion, series, *ts));
                engine.delete("db", &deletion).unwrap();
            }
            _ => {
                let points = points(&lines(&mut dice));
                put(&mut expected, &points);
                let written = engine.append("db", None, points).unwrap();
                assert_eq!(written.rejected, []);
                written.ticket.wait().unwrap();
            }
        }
        assert!(engine.recovery().damage.is_empty(), "seed {seed}: {:?}", engine.recovery());
        assert_eq!(dump_policy(&engine, "db", None), expected, "seed {seed}, step {step}");
        check_listed(&engine, &expected, &format!("seed {seed}, step {step}"));
    }
}

#[test]
fn the_engine_answers_as_a_map_would() {
    (0..25).for_each(run);
}

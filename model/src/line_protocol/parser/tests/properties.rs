//! What holds for every body.

use super::*;
use crate::line_protocol::{push_line, push_point};
use crate::{FieldRef, FieldValue, MAX_TIME, MIN_TIME, SeriesKey, Tags};
use proptest::collection::vec;
use proptest::prelude::*;

/// Names with many delimiters, without what line protocol cannot say (see `escape`).
fn name() -> impl Strategy<Value = String> {
    r#"([a-zé=, "\\]{0,6}[a-z,=" ]|[a-z]{1,8})"#
}

fn value() -> impl Strategy<Value = FieldValue> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |v| v.is_finite()).prop_map(FieldValue::Float),
        (-1_000_000i32..1_000_000).prop_map(|v| FieldValue::Float(f64::from(v) / 100.0)),
        any::<i64>().prop_map(FieldValue::Integer),
        any::<u64>().prop_map(FieldValue::Unsigned),
        any::<bool>().prop_map(FieldValue::Boolean),
        "(?s).{0,12}".prop_map(|text| FieldValue::String(text.into())),
        r#"["\\\n ,=a]{0,8}"#.prop_map(|text| FieldValue::String(text.into())),
    ]
}

type Point = (String, Vec<(String, String)>, Vec<(String, FieldValue)>, i64);

fn point() -> impl Strategy<Value = Point> {
    let fields = vec((name().prop_filter("reserved", |name| name != "time"), value()), 1..5);
    (name(), vec((name(), name()), 0..4), fields, MIN_TIME..=MAX_TIME)
}

fn write(points: &[Point]) -> String {
    let mut out = String::new();
    for (measurement, tags, fields, ts) in points {
        let fields = fields.iter().map(|(name, value)| FieldRef { name, value: value.as_ref() });
        push_line(&mut out, &SeriesKey::new(measurement, &Tags::new(tags.clone())), fields, *ts);
    }
    out
}

/// A good line, a damaged one, or any text at all.
fn line() -> impl Strategy<Value = String> {
    let damaged =
        (point(), any::<prop::sample::Index>(), "[ ,=\"\\\\a1#]{0,2}").prop_map(|(point, at, text)| {
            let line = write(&[point]);
            let at = line.floor_char_boundary(at.index(line.len()));
            format!("{}{text}{}", &line[..at], &line[at..].chars().skip(1).collect::<String>())
        });
    prop_oneof![point().prop_map(|point| write(&[point])), damaged, ".{0,30}"]
}

proptest! {
    #[test]
    fn what_is_written_reads_back(points in vec(point(), 1..6)) {
        let parsed = parse_text(write(&points));
        prop_assert_eq!(&parsed.refused, &[]);
        prop_assert_eq!(parsed.points.len(), points.len());
        for (found, (measurement, tags, fields, ts)) in parsed.points.iter().zip(&points) {
            prop_assert_eq!(found.series_key(), SeriesKey::new(measurement, &Tags::new(tags.clone())));
            let key = found.series_key();
            prop_assert_eq!(&*key.measurement(), measurement);
            prop_assert_eq!(key.tags(), Tags::new(tags.clone()));
            prop_assert_eq!(found.ts(), *ts);
            let found: Vec<_> = found.fields().map(|field| (field.name.to_owned(), field.value.to_owned())).collect();
            prop_assert_eq!(&found, fields);
        }
    }

    #[test]
    fn writing_what_was_read_reads_back_the_same(lines in vec(line(), 0..6)) {
        let first = parse_text(lines.join("\n")).points;
        let mut text = String::new();
        first.iter().for_each(|point| push_point(&mut text, point));
        let second = parse_text(&text);
        prop_assert_eq!(&second.refused, &[]);
        let shown = |batch: &PointBatch| batch.iter().map(show).collect::<Vec<_>>();
        prop_assert_eq!(shown(&first), shown(&second.points));
    }

    #[test]
    fn any_bytes_are_parsed_without_panic(body in vec(any::<u8>(), 0..200)) {
        check_counts(&parse_text(&body));
    }

    #[test]
    fn any_likely_bytes_are_parsed_without_panic(body in "[mtf=, \"\\\\\n\r#0-9.eiuN\t\0é-]{0,60}") {
        check_counts(&parse_text(&body));
    }

    #[test]
    fn damaged_bodies_are_parsed_without_panic(
        points in vec(point(), 1..4),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut body = write(&points).into_bytes();
        for (at, byte) in damage {
            let at = at.index(body.len());
            body[at] = byte;
        }
        check_counts(&parse_text(&body));
    }

    #[test]
    fn good_lines_come_through_whatever_stands_between_them(
        points in vec(point(), 1..6),
        bad in prop::sample::select(vec!["bad", "m v=", "m v=1 x", ",", "m,a=1,a=2 v=1", "m s=\"x\"y\"z\" b", "m v=\"a\\\"\" \\ "]),
    ) {
        let lines: Vec<String> = points.iter().map(|point| write(std::slice::from_ref(point))).collect();
        let parsed = parse_text(format!("{bad}\n{}{bad}", lines.join(&format!("{bad}\n"))));
        prop_assert_eq!(parsed.refused_count, points.len() + 1);
        let alone = parse_text(write(&points));
        prop_assert!(parsed.points.iter().map(show).eq(alone.points.iter().map(show)));
    }

    #[test]
    fn a_body_is_the_sum_of_its_halves(first in vec(point(), 0..4), second in vec(point(), 0..4)) {
        let whole = parse_text(write(&first) + &write(&second));
        let (a, b) = (parse_text(write(&first)), parse_text(write(&second)));
        prop_assert!(whole.points.iter().map(show).eq(a.points.iter().chain(b.points.iter()).map(show)));
    }

    #[test]
    fn floats_are_rounded_correctly(whole in 0u64..1_000_000_000_000, decimals in "[0-9]{0,12}", negative: bool) {
        let text = format!("{}{whole}.{decimals}", if negative { "-" } else { "" });
        let expected: f64 = text.parse().unwrap();
        let parsed = parse_text(format!("m v={text}"));
        prop_assert_eq!(parsed.points.get(0).fields().next().unwrap().value, ValueRef::Float(expected));
    }
}

fn check_counts(parsed: &Parsed) {
    assert!(parsed.refused_count >= parsed.refused.len() && parsed.refused_count >= parsed.dropped_count);
    for point in parsed.points.iter() {
        assert!(point.fields().len() > 0);
        assert!(!show(point).is_empty());
        assert!((MIN_TIME..=MAX_TIME).contains(&point.ts()));
    }
    for refused in &parsed.refused {
        assert!(refused.line > 0 && refused.column > 0 && !refused.to_string().is_empty());
    }
}

//! Expressions through their texts.

use super::{Arithmetic, Condition, Operand, SeriesVerdict, View};
use model::line_protocol::{ParseOptions, parse};
use model::{PointBatch, Tags};

fn points(line: &str) -> PointBatch {
    parse(line.as_bytes().to_vec(), &ParseOptions::default()).points
}

fn with_view<T>(line: &str, value: f64, look: impl FnOnce(&View<'_>) -> T) -> T {
    let batch = points(line);
    let tags = batch.get(0).series_key().tags();
    look(&View { tags: &tags, point: Some(batch.get(0)), value: Operand::Number(value) })
}

fn computed(text: &str, line: &str) -> Option<f64> {
    let expression = Arithmetic::parse(text).unwrap();
    with_view(line, 0.0, |view| match expression.evaluate(view) {
        Operand::Number(number) => Some(number),
        _ => None,
    })
}

#[test]
fn numbers_of_every_type_are_computed_as_floats() {
    for (text, line, expected) in [
        ("usage_idle", "cpu usage_idle=12.5 1", Some(12.5)),
        ("100 - usage_idle", "cpu usage_idle=12.5 1", Some(87.5)),
        ("used / total * 100", "mem used=1i,total=4i 1", Some(25.0)),
        ("abs(a - b)", "m a=1u,b=4i 1", Some(3.0)),
        ("a", "m,a=tag a=7 1", Some(7.0)),
        ("a", "m a=1,a=2 1", Some(2.0)),
        ("a / b", "m a=1,b=0 1", None),
        ("a + b", "m a=1 1", None),
        ("a + b", "m a=1,b=\"x\" 1", None),
    ] {
        assert_eq!(computed(text, line), expected, "{text} over {line}");
    }
}

#[test]
fn conditions_hold_as_in_influxql() {
    for (text, line, expected) in [
        ("cpu = 'cpu-total'", "cpu,cpu=cpu-total v=1 1", true),
        ("cpu != 'cpu-total'", "cpu,cpu=cpu0 v=1 1", true),
        ("cpu != 'cpu-total'", "cpu v=1 1", true),
        ("host =~ /^web/ AND v > 0", "cpu,host=web1 v=1 1", true),
        ("host =~ /^web/ AND v > 1", "cpu,host=web1 v=1 1", false),
        ("host !~ /^web/ OR v >= 1", "cpu,host=web1 v=1 1", true),
        ("up = true", "m up=true 1", true),
        ("absent > 1", "m v=1 1", false),
        ("absent::field != 'a'", "m v=1 1", false),
        ("(a + b) * 2 < 7", "m a=1,b=2i 1", true),
        ("state = 'down'", "m state=\"down\" 1", true),
    ] {
        let condition = Condition::parse(text).unwrap();
        assert_eq!(with_view(line, 0.0, |view| condition.holds(view)), expected, "{text} over {line}");
    }
}

#[test]
fn a_threshold_begins_with_its_operator_or_names_the_value() {
    for (text, value, expected) in [
        ("> 90", 90.5, true),
        ("> 90", 90.0, false),
        (">= 90", 90.0, true),
        ("< -5", -5.5, true),
        ("== 3", 3.0, true),
        ("!= 3", 3.0, false),
        ("> 90 AND cores > 2", 95.0, true),
        ("> 90 AND cores > 8", 95.0, false),
        ("value < 10 OR value > 90", 95.0, true),
    ] {
        let condition = Condition::parse_threshold(text).unwrap();
        assert_eq!(with_view("m cores=4i 1", value, |view| condition.holds(view)), expected, "{text}");
    }
}

#[test]
fn what_only_looks_at_tags_is_settled_once_per_series() {
    let tags = Tags::new([("host", "a"), ("cpu", "cpu-total")]);
    for (text, expected) in [
        ("cpu = 'cpu-total'", SeriesVerdict::Holds),
        ("cpu = 'cpu0' AND host = 'a'", SeriesVerdict::Fails),
        ("absent::tag = ''", SeriesVerdict::Holds),
        ("cpu = 'cpu0' AND used > 5", SeriesVerdict::Depends),
        ("host::field = 'a'", SeriesVerdict::Depends),
    ] {
        assert_eq!(Condition::parse(text).unwrap().verdict(&tags), expected, "{text}");
    }
}

#[test]
fn a_mistake_is_told_with_its_place() {
    for (text, expected) in [
        ("100 -", "found EOF"),
        ("a, b", "found ,"),
        ("a AS b", "found AS"),
        ("a; DROP DATABASE y", "expected nothing but an expression"),
        ("a GROUP BY b", "expected nothing but an expression"),
        ("mean(a)", "a rule cannot call mean(); it can call abs, ceil, exp"),
        ("abs(a, b)", "abs() takes one argument, found 2"),
        ("'text'", "expected a field or an expression over fields"),
        ("a > 1", "expected a field or an expression over fields"),
        ("a & 1", "a rule cannot compute &"),
        ("*", "found *"),
        ("", "found EOF"),
    ] {
        let error = Arithmetic::parse(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
    for (text, expected) in [
        ("a >", "at char 4"),
        ("a", "expected a condition"),
        ("a = 1 GROUP BY b", "expected nothing but an expression"),
        ("a = 1 OR b", "expected a condition beside OR, found b"),
        ("time > now()", "a rule cannot"),
        ("a + 'x' = 1", "expected a number beside +, found 'x'"),
    ] {
        let error = Condition::parse(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let error = Condition::parse_threshold("> 90 AND").unwrap_err();
    assert!(error.ends_with("at char 10"), "the place is in what was written: {error}");
    assert!(Condition::parse(&"a = 1 OR ".repeat(1_000)).is_err());
}

#[test]
fn names_of_fields_are_known() {
    assert_eq!(Arithmetic::parse("used / total * 100").unwrap().fields(), ["used", "total"]);
    assert!(Condition::parse_threshold("> 1 AND value < 9").unwrap().is_about_value_only());
    assert!(!Condition::parse_threshold("> 1 AND x < 9").unwrap().is_about_value_only());
}

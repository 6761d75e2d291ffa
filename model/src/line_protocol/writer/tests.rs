//! How points are spelled.

use super::*;
use crate::line_protocol::{ParseOptions, parse};
use crate::{FieldValue, Tags};

fn line(measurement: &str, tags: &[(&str, &str)], fields: &[(&str, FieldValue)], ts: i64) -> String {
    let series = SeriesKey::new(measurement, &Tags::new(tags.iter().copied()));
    let fields = fields.iter().map(|(name, value)| FieldRef { name, value: value.as_ref() });
    let mut out = String::new();
    push_line(&mut out, &series, fields, ts);
    out
}

fn value(value: FieldValue) -> String {
    line("m", &[], &[("v", value)], 1)
}

#[test]
fn floats_have_no_exponent() {
    for (number, text) in [
        (1.0, "1"),
        (-0.0, "-0"),
        (0.1, "0.1"),
        (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"),
        (98.765_432_109_876_54, "98.76543210987654"),
        (f64::from(u32::MAX) + 0.5, "4294967295.5"),
    ] {
        assert_eq!(value(FieldValue::Float(number)), format!("m v={text} 1\n"));
    }
}

#[test]
fn every_type_has_its_mark() {
    assert_eq!(value(FieldValue::Integer(i64::MIN)), "m v=-9223372036854775808i 1\n");
    assert_eq!(value(FieldValue::Unsigned(u64::MAX)), "m v=18446744073709551615u 1\n");
    assert_eq!(value(FieldValue::Boolean(true)), "m v=true 1\n");
    assert_eq!(value(FieldValue::String("a \"b\" \\ \n".into())), "m v=\"a \\\"b\\\" \\\\ \n\" 1\n");
    assert_eq!(value(FieldValue::String("".into())), "m v=\"\" 1\n");
}

#[test]
fn what_is_not_a_number_is_left_out() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(value(FieldValue::Float(number)), "");
        let fields = [("a", FieldValue::Float(number)), ("b", FieldValue::Integer(1))];
        assert_eq!(line("m", &[], &fields, 1), "m b=1i 1\n");
    }
    assert_eq!(line("m", &[], &[], 1), "");
}

#[test]
fn names_are_escaped() {
    assert_eq!(
        line("a b,c=d", &[("k=,", "v ")], &[("f \"x\"", FieldValue::Integer(1))], -1),
        "a\\ b\\,c=d,k\\=\\,=v\\  f\\ \\\"x\\\"=1i -1\n"
    );
}

#[test]
fn names_that_cannot_be_written_do_not_break_the_line() {
    let fields = [
        ("f\\", FieldValue::Integer(1)),
        ("\\", FieldValue::Integer(2)),
        ("a\nb", FieldValue::Integer(3)),
        ("\0\tx", FieldValue::Integer(4)),
    ];
    let text = line("\tm\\", &[("k", "C:\\"), ("x", "\\\\"), ("n", "1\n2")], &fields, 1);
    assert_eq!(text, "m,k=C:,n=1\\n2 f=1i,a\\nb=3i,x=4i 1\n");
    assert_eq!(line("\\", &[("k", "v")], &fields, 1), "");
}

#[test]
fn a_point_is_spelled_as_it_came() {
    let text = "m,z=1,a=2 v=1.5,s=\"x\\\"y\",f\\ k=t 5\n";
    let points = parse(text.into(), &ParseOptions::default()).points;
    let mut out = String::new();
    push_point(&mut out, points.get(0));
    assert_eq!(out, text.replace("=t ", "=true "));
}

//! One value as JSON or as a CSV cell.

use crate::csv::push_text;
use model::{Precision, ValueRef};
use query::text::{push_json_float, push_rfc3339, push_rfc3339_in};
use std::fmt::Write as _;

/// Appends a value as JSON has it; nothing is `null`.
pub(super) fn push_json(out: &mut String, value: Option<ValueRef<'_>>) {
    match value {
        None => out.push_str("null"),
        Some(ValueRef::Float(v)) => push_json_float(out, v),
        Some(ValueRef::Integer(v)) => push_number(out, v),
        Some(ValueRef::Unsigned(v)) => push_number(out, v),
        Some(ValueRef::Boolean(v)) => out.push_str(if v { "true" } else { "false" }),
        Some(ValueRef::String(v)) => push_json_text(out, v),
    }
}

/// Appends an instant: an integer in `epoch`'s unit, or quoted RFC 3339.
pub(super) fn push_json_time(
    out: &mut String,
    ts: i64,
    epoch: Option<Precision>,
    zone: Option<&jiff::tz::TimeZone>,
) {
    match (epoch, zone) {
        (Some(precision), _) => push_number(out, ts / precision.nanoseconds()),
        (None, zone) => {
            out.push('"');
            match zone {
                Some(zone) => push_rfc3339_in(out, ts, zone),
                None => push_rfc3339(out, ts),
            }
            out.push('"');
        }
    }
}

/// Appends a JSON string, escaped as Go's encoder does: also `<`, `>`, `&` and the line separators.
pub(super) fn push_json_text(out: &mut String, text: &str) {
    out.push('"');
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let escape = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '<' => "\\u003c",
            '>' => "\\u003e",
            '&' => "\\u0026",
            '\u{2028}' => "\\u2028",
            '\u{2029}' => "\\u2029",
            '\0'..='\u{1f}' => "",
            _ => continue,
        };
        out.push_str(&text[start..at]);
        match escape {
            "" => push_control(out, c),
            escape => out.push_str(escape),
        }
        start = at + c.len_utf8();
    }
    out.push_str(&text[start..]);
    out.push('"');
}

fn push_control(out: &mut String, c: char) {
    write!(out, "\\u{:04x}", u32::from(c)).expect("a String takes everything");
}

/// Appends an integer.
pub(super) fn push_number(out: &mut String, number: impl std::fmt::Display) {
    write!(out, "{number}").expect("a String takes everything");
}

/// Appends a CSV cell, quoted where it must be; nothing is an empty cell, and a float has no exponent.
pub(super) fn push_csv(out: &mut String, value: Option<ValueRef<'_>>) {
    match value {
        None => {}
        Some(ValueRef::String(text)) => push_text(out, text),
        Some(ValueRef::Float(v)) if v.is_nan() => {}
        Some(ValueRef::Float(v)) => push_number(out, v),
        other => push_json(out, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        let mut out = String::new();
        push_json_text(&mut out, text);
        out
    }

    #[test]
    fn text_is_escaped_as_go_does() {
        assert_eq!(json("a\"b\\c\n"), r#""a\"b\\c\n""#);
        assert_eq!(json("<é&>\u{1}\u{2028}"), "\"\\u003cé\\u0026\\u003e\\u0001\\u2028\"");
    }

    #[test]
    fn csv_cells_are_quoted_only_where_they_must_be() {
        let mut out = String::new();
        push_text(&mut out, "plain");
        push_text(&mut out, "a,\"b\"");
        assert_eq!(out, "plain\"a,\"\"b\"\"\"");
    }

    #[test]
    fn csv_floats_have_no_exponent() {
        let mut out = String::new();
        for value in [1e21, -2.5e-9, f64::NAN] {
            push_csv(&mut out, Some(ValueRef::Float(value)));
            out.push(';');
        }
        assert_eq!(out, "1000000000000000000000;-0.0000000025;;");
    }
}

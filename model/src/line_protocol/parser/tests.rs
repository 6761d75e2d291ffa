//! What the parser takes and what it refuses, construct by construct.

mod accepted;
mod limits;
mod lines;
mod properties;
mod refused;

use super::*;
use crate::{PointRef, ValueRef};

/// Noon of some day, in ns.
const NOW: i64 = 1_710_072_000_123_456_789;

fn parse_text(text: impl AsRef<[u8]>) -> Parsed {
    parse(text.as_ref().to_vec(), &ParseOptions::new(Precision::Nanosecond, NOW))
}

/// A point as one readable line: its series without escapes, each field with its type, its time.
fn show(point: PointRef<'_>) -> String {
    let key = point.series_key();
    let mut out = key.measurement().into_owned();
    for (tag, value) in key.tags().iter() {
        out += &format!("|{tag}:{value}");
    }
    for field in point.fields() {
        out += &format!(" {}={}", field.name, show_value(field.value));
    }
    format!("{out} {}", if point.ts() == NOW { "now".to_owned() } else { point.ts().to_string() })
}

fn show_value(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Float(v) => format!("f{v:?}"),
        ValueRef::Integer(v) => format!("i{v}"),
        ValueRef::Unsigned(v) => format!("u{v}"),
        ValueRef::Boolean(v) => format!("{v}"),
        ValueRef::String(v) => format!("{v:?}"),
    }
}

/// The points of a body that has no bad line.
fn points(text: impl AsRef<[u8]>) -> Vec<String> {
    let parsed = parse_text(text.as_ref());
    assert_eq!((&parsed.refused[..], parsed.refused_count), (&[][..], 0));
    parsed.points.iter().map(show).collect()
}

fn accepts(line: &str, expected: &str) {
    assert_eq!(points(line), [expected], "{line}");
}

/// Checks that a line alone, and the same line between two good ones, is refused for `reason`.
fn refuses(line: &str, reason: &str) {
    let parsed = parse_text(line);
    assert!(parsed.points.is_empty(), "{line}");
    assert_eq!(parsed.refused_count, 1, "{line}");
    assert_eq!(parsed.refused[0].reason.to_string(), reason, "{line}");
    assert_eq!(parsed.refused[0].to_string(), format!("unable to parse '{line}': {reason}"));
}

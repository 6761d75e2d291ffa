//! From points to lines.

use super::escape;
use crate::{FieldRef, PointRef, SeriesKey, ValueRef};
use std::fmt::Write;

/// Appends a line with its newline. Floats are written in their shortest form without an exponent, as
/// Go's `'f', -1` does; NaN and infinite floats have no form and are left out, and so is a line that has
/// no field left or whose measurement is empty. A newline in a field's key becomes the two characters
/// `\n`; backslashes at its end go, and so do tabs and NULs at its beginning.
pub fn push_line<'a>(
    out: &mut String,
    series: &SeriesKey,
    fields: impl IntoIterator<Item = FieldRef<'a>>,
    ts: i64,
) {
    push_text(out, series.as_str(), fields, ts);
}

/// Appends a point of a batch as [`push_line`] does, its series spelled as it came.
pub fn push_point(out: &mut String, point: PointRef<'_>) {
    push_text(out, point.series_text(), point.fields(), point.ts());
}

fn push_text<'a>(out: &mut String, series: &str, fields: impl IntoIterator<Item = FieldRef<'a>>, ts: i64) {
    if series.is_empty() || series.starts_with(',') {
        return;
    }
    let start = out.len();
    out.push_str(series);
    let mut separator = ' ';
    for field in fields {
        if push_field(out, separator, field) {
            separator = ',';
        }
    }
    if separator == ' ' {
        out.truncate(start);
    } else {
        push_display(out, format_args!(" {ts}\n"));
    }
}

/// Appends a field; one that cannot be written is left out.
fn push_field(out: &mut String, separator: char, field: FieldRef<'_>) -> bool {
    let unwritable = matches!(field.value, ValueRef::Float(v) if !v.is_finite());
    if unwritable || escape::writable_field_key(field.name).is_empty() {
        return false;
    }
    out.push(separator);
    escape::push_field_key(out, field.name);
    out.push('=');
    push_value(out, field.value);
    true
}

fn push_value(out: &mut String, value: ValueRef<'_>) {
    match value {
        ValueRef::Float(v) => push_display(out, format_args!("{v}")),
        ValueRef::Integer(v) => push_display(out, format_args!("{v}i")),
        ValueRef::Unsigned(v) => push_display(out, format_args!("{v}u")),
        ValueRef::Boolean(v) => out.push_str(if v { "true" } else { "false" }),
        ValueRef::String(v) => push_string(out, v),
    }
}

fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for piece in text.split_inclusive(['"', '\\']) {
        match piece.as_bytes().split_last() {
            Some((last @ (b'"' | b'\\'), before)) => {
                out.push_str(&piece[..before.len()]);
                out.push('\\');
                out.push(char::from(*last));
            }
            _ => out.push_str(piece),
        }
    }
    out.push('"');
}

fn push_display(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a String takes every text");
}

#[cfg(test)]
mod tests;

//! Backslashes: which characters need one, and how to read names that have them.
//!
//! One rule for all names: a delimiter right behind a backslash is part of the name, and that backslash
//! is not. A backslash elsewhere is itself. So a name that ends in a backslash cannot be written (it
//! would swallow the delimiter); writing drops it, as Telegraf does. Nor can a newline without a
//! backslash before it, which becomes the two characters `\n`, nor tabs and NULs where a measurement or a
//! field's key begins.

use crate::Tags;
use std::borrow::Cow;

/// The characters that a backslash protects in measurements.
pub(crate) const MEASUREMENT_SPECIAL: &[u8] = b", ";

/// The characters that a backslash protects in tags.
pub(crate) const TAG_SPECIAL: &[u8] = b",= ";

/// The characters that a backslash protects in field keys.
pub(crate) const FIELD_SPECIAL: &[u8] = b",= \"";

/// Appends a measurement.
pub(crate) fn push_measurement(out: &mut String, name: &str) {
    push_escaped(out, without_blanks(name), MEASUREMENT_SPECIAL);
}

/// Appends a tag's key or value.
pub(crate) fn push_tag(out: &mut String, name: &str) {
    push_escaped(out, name, TAG_SPECIAL);
}

/// Appends a field's key.
pub(crate) fn push_field_key(out: &mut String, name: &str) {
    push_escaped(out, without_blanks(name), FIELD_SPECIAL);
}

/// A measurement or a field's key as it comes back: readers skip tabs and NULs before these.
fn without_blanks(name: &str) -> &str {
    name.trim_start_matches(['\t', '\0'])
}

/// The part of a field's key that can be written.
pub(crate) fn writable_field_key(name: &str) -> &str {
    writable(without_blanks(name))
}

/// The part of a name that can be written.
pub(crate) fn writable(name: &str) -> &str {
    name.trim_end_matches('\\')
}

fn push_escaped(out: &mut String, name: &str, special: &[u8]) {
    let mut before = ' ';
    for c in writable(name).chars() {
        match c {
            '\n' if before != '\\' => out.push_str("\\n"),
            c => {
                if u8::try_from(c).is_ok_and(|byte| special.contains(&byte)) {
                    out.push('\\');
                }
                out.push(c);
            }
        }
        before = c;
    }
}

/// Takes away the backslashes that stand before a character of `special`; others are themselves.
pub(crate) fn unescape<'a>(raw: &'a str, special: &[u8]) -> Cow<'a, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let escapes = c == '\\'
            && chars.peek().is_some_and(|next| u8::try_from(*next).is_ok_and(|b| special.contains(&b)));
        out.push(if escapes { chars.next().unwrap_or(c) } else { c });
    }
    Cow::Owned(out)
}

/// The measurement without escapes, and the raw tags behind it (without the comma).
pub(crate) fn split_measurement(raw: &str) -> (Cow<'_, str>, &str) {
    match find_unescaped(raw, b',') {
        Some(comma) => (unescape(&raw[..comma], MEASUREMENT_SPECIAL), &raw[comma + 1..]),
        None => (unescape(raw, MEASUREMENT_SPECIAL), ""),
    }
}

/// The measurement and the tags of a checked series text.
pub(crate) fn split_series(raw: &str) -> (Cow<'_, str>, Tags) {
    let (measurement, tags) = split_measurement(raw);
    (measurement, Tags::new(split_tags(tags)))
}

/// Key and value of each of the raw tags.
pub(crate) fn split_tags(mut rest: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = find_unescaped(rest, b',').unwrap_or(rest.len());
            let tag = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or("");
            if let Some(equal) = find_unescaped(tag, b'=') {
                return Some((
                    unescape(&tag[..equal], TAG_SPECIAL),
                    unescape(&tag[equal + 1..], TAG_SPECIAL),
                ));
            }
        }
        None
    })
}

/// Where `wanted` stands without a backslash right before it.
fn find_unescaped(text: &str, wanted: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(wanted, bytes).find(|at| *at == 0 || bytes[at - 1] != b'\\')
}

#[cfg(test)]
mod tests;

//! The fields of a line.

use super::line::{Dropped, LineReader, skip_blanks};
use super::{number, series, string};
use crate::limits::{FIELDS_MAX, SERIES_BYTES_MAX, STRING_BYTES_MAX};
use crate::line_protocol::error::{Fault, Reason};
use crate::line_protocol::escape;
use crate::points::{FieldSpan, Span, SpanValue, narrow};

/// What [`read`] found behind the series.
pub(super) struct FieldsRead {
    /// Where the fields end, counted from the line's first byte.
    pub(super) end: usize,
    /// Why the point is not taken although the fields are well-formed.
    pub(super) dropped: Option<Dropped>,
}

/// InfluxDB keeps a field under its series, this many bytes, and its key; all that has one limit.
const KEY_SEPARATOR_BYTES: usize = 4;

/// Reads the fields of the line from `start` to `end`, whose series has `series_len` bytes.
pub(super) fn read(
    reader: &mut LineReader<'_>,
    start: usize,
    end: usize,
    series_len: usize,
) -> Result<FieldsRead, Fault> {
    let text = reader.text;
    let line = &text.as_bytes()[start..end];
    let first = reader.fields.len();
    let (mut at, mut longest_key, mut dropped) = (skip_blanks(line, series_len, line.len()), 0, None);
    loop {
        let equal = scan_key(line, at)?;
        longest_key = longest_key.max(equal - at);
        let (value, value_end) = read_value(reader, start, line, equal + 1)?;
        if &line[at..equal] != b"time" {
            if let (SpanValue::String(span), None) = (value, dropped) {
                dropped = long_string(span, (start + at, start + equal));
            }
            let name = keep_name(reader, start + at, start + equal);
            reader.fields.push(FieldSpan { name, value });
            check_count(reader.fields.len() - first, at)?;
        }
        at = value_end;
        if line.get(at) != Some(&b',') {
            break;
        }
        at += 1;
    }
    check_key(series_len + KEY_SEPARATOR_BYTES + longest_key, series_len)?;
    if reader.fields.len() == first {
        dropped = Some(Dropped::TimeField);
    }
    Ok(FieldsRead { end: at, dropped })
}

/// Where the key that begins at `start` meets its equal sign.
fn scan_key(line: &[u8], start: usize) -> Result<usize, Fault> {
    if line.get(start) == Some(&b'=') {
        return Err(Reason::MissingFieldKey.at(start));
    }
    match series::find(line, start, |byte| matches!(byte, b'=' | b',' | b' ')) {
        Some(equal) if line[equal] == b'=' => Ok(equal),
        other => Err(Reason::InvalidFieldFormat.at(other.unwrap_or(line.len()))),
    }
}

/// The value that begins at `at`, and where it ends: at a comma, a space or the end of the line.
fn read_value(
    reader: &mut LineReader<'_>,
    start: usize,
    line: &[u8],
    at: usize,
) -> Result<(SpanValue, usize), Fault> {
    match line.get(at) {
        None | Some(b',' | b' ') => Err(Reason::MissingFieldValue.at(at)),
        Some(b'0'..=b'9' | b'.' | b'-' | b'N' | b'n') => number::read(line, at, reader.unsigned),
        Some(b'"') => {
            let found = string::scan(line, at)?;
            let (from, to) = (start + at + 1, start + found.close);
            let span = if found.escaped {
                reader.keep(&string::unescape(&reader.text[from..to]))
            } else {
                Span { start: narrow(from), end: narrow(to) }
            };
            Ok((SpanValue::String(span), found.end))
        }
        Some(_) => read_boolean(line, at),
    }
}

fn read_boolean(line: &[u8], start: usize) -> Result<(SpanValue, usize), Fault> {
    let end = number::token_end(line, start);
    let value = match &line[start..end] {
        b"t" | b"T" | b"true" | b"True" | b"TRUE" => true,
        b"f" | b"F" | b"false" | b"False" | b"FALSE" => false,
        _ => return Err(Reason::InvalidBoolean.at(start)),
    };
    Ok((SpanValue::Boolean(value), end))
}

/// The span of a key without its backslashes.
fn keep_name(reader: &mut LineReader<'_>, start: usize, end: usize) -> Span {
    let raw = &reader.text[start..end];
    if raw.as_bytes().contains(&b'\\') {
        return reader.keep(&escape::unescape(raw, escape::FIELD_SPECIAL));
    }
    Span { start: narrow(start), end: narrow(end) }
}

fn long_string(span: Span, key: (usize, usize)) -> Option<Dropped> {
    let bytes = (span.end - span.start) as usize;
    (bytes > STRING_BYTES_MAX).then_some(Dropped::LongString { key, bytes })
}

fn check_count(count: usize, at: usize) -> Result<(), Fault> {
    if count > FIELDS_MAX {
        return Err(Reason::LimitExceeded { what: "too many fields", count, max: FIELDS_MAX }.at(at));
    }
    Ok(())
}

fn check_key(bytes: usize, at: usize) -> Result<(), Fault> {
    if bytes > SERIES_BYTES_MAX { Err(Reason::KeyTooLong { bytes }.at(at)) } else { Ok(()) }
}

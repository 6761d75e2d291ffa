//! One line: where it ends, and reading it into a row.

use super::timestamp::Timestamps;
use super::{ParseOptions, cut, fields, series, string};
use crate::limits::{LINE_BYTES_MAX, REFUSED_TEXT_BYTES_MAX, SERIES_BYTES_MAX};
use crate::line_protocol::error::{Fault, Reason, ReservedTime};
use crate::line_protocol::escape;
use crate::points::{FieldSpan, Row, Span, narrow};

/// The first newline from `start` on, or the end of the body.
pub(super) fn first_end(body: &[u8], start: usize) -> usize {
    memchr::memchr(b'\n', &body[start..]).map_or(body.len(), |length| start + length)
}

/// The first byte that is no blank; InfluxDB takes space, tab and NUL for one.
pub(super) fn skip_blanks(bytes: &[u8], start: usize, end: usize) -> usize {
    let blanks = bytes[start..end].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 0)).count();
    start + blanks
}

/// Whether a newline behind these bytes can have been part of a string or a name.
pub(super) fn may_go_on(line: &[u8]) -> bool {
    memchr::memchr2(b'"', b'\\', line).is_some()
}

/// Where the line that begins at `start` ends when newlines in strings, and newlines behind a backslash,
/// are part of it. A quote begins a string only behind the equal sign of a field.
pub(super) fn true_end(body: &[u8], start: usize) -> usize {
    let (mut in_fields, mut equals, mut commas) = (false, 0_usize, 0_usize);
    let (mut at, mut before) = (start, b' ');
    while let Some(byte) = body.get(at) {
        match byte {
            b'"' if equals > commas => at = string::find_quote(body, at + 1).unwrap_or(body.len()),
            _ if before == b'\\' => {}
            b'\n' => return at,
            b' ' => in_fields = true,
            b'=' => equals += usize::from(in_fields),
            b',' => commas += usize::from(in_fields),
            _ => {}
        }
        before = *byte;
        at += 1;
    }
    body.len()
}

/// Where the line that `text` begins with ends: the place of its newline, by the rule that [`super::parse`] has.
/// Newlines in strings and behind a backslash are part of a line; a comment ends at the first one. Nothing when
/// `text` does not hold the end. For those who cut a stream of lines into bodies.
#[must_use]
pub fn line_end(text: &[u8]) -> Option<usize> {
    let end = memchr::memchr(b'\n', text)?;
    let begin = skip_blanks(text, 0, end);
    if text[begin] == b'#' || !may_go_on(&text[begin..end]) {
        return Some(end);
    }
    Some(true_end(text, begin)).filter(|end| *end < text.len())
}

/// Reads lines one by one and keeps their rows.
pub(super) struct LineReader<'a> {
    pub(super) text: &'a str,
    pub(super) unsigned: bool,
    pub(super) fields: Vec<FieldSpan>,
    rows: Vec<Row>,
    /// Names and strings without their backslashes; it will stand behind the body.
    tail: String,
    /// How long `tail` was when the current line began.
    tail_start: usize,
    timestamps: Timestamps,
    tag_keys: series::TagKeys,
}

impl<'a> LineReader<'a> {
    pub(super) fn new(text: &'a str, options: &ParseOptions) -> Self {
        Self {
            text,
            unsigned: options.unsigned,
            // Guesses that agents' lines come close to; both grow where they are wrong.
            fields: Vec::with_capacity(text.len() / 24),
            rows: Vec::with_capacity(text.len() / 192),
            tail: String::new(),
            tail_start: 0,
            timestamps: Timestamps::new(options.precision, options.default_time_ns),
            tag_keys: series::TagKeys::default(),
        }
    }

    /// Reads the line from `start` to `end`; a bad one leaves nothing behind.
    pub(super) fn read(&mut self, start: usize, end: usize) -> Result<(), Fault> {
        let fields_start = self.fields.len();
        self.tail_start = self.tail.len();
        let row = self.read_row(start, end);
        match row {
            Ok(row) => {
                self.rows.push(row);
                Ok(())
            }
            Err(fault) => {
                self.fields.truncate(fields_start);
                self.tail.truncate(self.tail_start);
                Err(fault)
            }
        }
    }

    /// Takes back the line that was just read.
    pub(super) fn take_back(&mut self) {
        if let Some(row) = self.rows.pop() {
            self.fields.truncate(row.fields_start as usize);
            self.tail.truncate(self.tail_start);
        }
    }

    /// The rows, the fields and the text that belongs behind the body.
    pub(super) fn finish(self) -> (Vec<Row>, Vec<FieldSpan>, String) {
        (self.rows, self.fields, self.tail)
    }

    fn read_row(&mut self, start: usize, end: usize) -> Result<Row, Fault> {
        let line = &self.text.as_bytes()[start..end];
        if line.len() > LINE_BYTES_MAX {
            let (count, max) = (line.len(), LINE_BYTES_MAX);
            return Err(Reason::LimitExceeded { what: "line too long", count, max }.at(0));
        }
        let fields_start = self.fields.len();
        let series = series::scan(line, &mut self.tag_keys)?;
        if series.len > SERIES_BYTES_MAX {
            return Err(Reason::KeyTooLong { bytes: series.len }.at(0));
        }
        let fields = fields::read(self, start, end, series.len)?;
        let ts = self.timestamps.read(line, fields.end)?;
        let dropped = if series.has_time { Some(Dropped::TimeTag) } else { fields.dropped };
        if let Some(dropped) = dropped {
            return Err(self.refuse_point(dropped, &self.text[start..start + series.len]));
        }
        Ok(Row {
            series: Span { start: narrow(start), end: narrow(start + series.len) },
            ts,
            fields_start: narrow(fields_start),
            fields_end: narrow(self.fields.len()),
        })
    }

    fn refuse_point(&self, dropped: Dropped, series: &str) -> Fault {
        let repeated = |name: &str| cut(name, REFUSED_TEXT_BYTES_MAX).into();
        let measurement = repeated(&escape::split_measurement(series).0);
        match dropped {
            Dropped::TimeTag => Reason::ReservedTime(ReservedTime::Tag(measurement)).at(0),
            Dropped::TimeField => Reason::ReservedTime(ReservedTime::Field(measurement)).at(series.len() + 1),
            Dropped::LongString { key, bytes } => {
                let field = repeated(&escape::unescape(&self.text[key.0..key.1], escape::FIELD_SPECIAL));
                Reason::StringTooLong { measurement, field, bytes }.at(series.len() + 1)
            }
        }
    }

    /// Keeps text that does not stand in the body as it is.
    pub(super) fn keep(&mut self, text: &str) -> Span {
        let start = self.text.len() + self.tail.len();
        self.tail.push_str(text);
        Span { start: narrow(start), end: narrow(start + text.len()) }
    }
}

/// Why the point of a well-formed line is not taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Dropped {
    TimeTag,
    TimeField,
    LongString { key: (usize, usize), bytes: usize },
}

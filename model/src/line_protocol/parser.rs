//! From a body to points.
//!
//! The body itself becomes the text of the batch, so a line costs a row, its fields and nothing else;
//! only names and strings with backslashes are copied, without them, behind the body. Every line is
//! read to its first newline; if that fails and the line holds a quote or a backslash, the newline
//! may have been part of it, and it is read once more to where it truly ends.
//!
//! Where InfluxDB's own passes over a line disagree with each other, this parser follows one rule: in
//! names a delimiter counts unless a backslash stands right before it. A comment ends with its line.

mod body;
mod fields;
mod line;
mod number;
mod series;
mod string;
mod timestamp;

use super::error::{Fault, Reason, Refused};
use crate::limits::{BATCH_BYTES_MAX, REFUSED_LINES_MAX, REFUSED_TEXT_BYTES_MAX};
use crate::{PointBatch, Precision};
use body::Body;
use line::LineReader;
pub use line::line_end;

/// How a body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseOptions {
    /// The unit of the timestamps.
    pub precision: Precision,
    /// The time of lines without one, in ns; rounded down to the precision.
    pub default_time_ns: i64,
    /// Whether `1u` is a number. InfluxDB 1.x refuses it unless it was built otherwise.
    pub unsigned: bool,
}

impl ParseOptions {
    /// Options that take unsigned integers.
    #[must_use]
    pub const fn new(precision: Precision, default_time_ns: i64) -> Self {
        Self { precision, default_time_ns, unsigned: true }
    }
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self::new(Precision::Nanosecond, 0)
    }
}

/// What became of a body.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// The points of the good lines, in their order.
    pub points: PointBatch,
    /// The first [`REFUSED_LINES_MAX`] bad lines, in their order.
    pub refused: Vec<Refused>,
    /// How many lines were bad.
    pub refused_count: usize,
    /// How many of these were well-formed; see [`Reason::drops_point`].
    pub dropped_count: usize,
}

/// Reads a body of lines. Any bytes may come; bad lines are refused one by one.
#[must_use]
pub fn parse(body: Vec<u8>, options: &ParseOptions) -> Parsed {
    let mut parsed = Parsed::default();
    if body.len() > BATCH_BYTES_MAX / 2 {
        refuse_body(&mut parsed, body.len());
        return parsed;
    }
    let body = Body::new(body);
    let mut reader = LineReader::new(body.text(), options);
    read_lines(&body, &mut reader, &mut parsed);
    let (rows, fields, tail) = reader.finish();
    let mut text = body.into_text();
    text.push_str(&tail);
    parsed.points = PointBatch { text, rows, fields };
    parsed
}

/// Unescaped names go behind the body, so a body may be half as long as a batch.
fn refuse_body(parsed: &mut Parsed, bytes: usize) {
    let reason = Reason::LimitExceeded { what: "body too long", count: bytes, max: BATCH_BYTES_MAX / 2 };
    parsed.refused.push(Refused { line: 1, column: 1, text: Box::default(), reason });
    parsed.refused_count = 1;
}

fn read_lines(body: &Body, reader: &mut LineReader<'_>, parsed: &mut Parsed) {
    let (mut start, mut number) = (0, 1);
    while start < body.text().len() {
        let line = read_line(body, reader, start);
        if let Err(fault) = line.outcome {
            parsed.refuse(number, &body.text()[line.begin..line.end], fault);
        }
        start = line.end + 1;
        number += line.newlines;
    }
}

/// A line that was read, from its first byte that is no blank to its last one.
struct LineRead {
    begin: usize,
    end: usize,
    newlines: usize,
    outcome: Result<(), Fault>,
}

fn read_line(body: &Body, reader: &mut LineReader<'_>, start: usize) -> LineRead {
    let bytes = body.text().as_bytes();
    let end = line::first_end(bytes, start);
    let begin = line::skip_blanks(bytes, start, end);
    let mut line = LineRead { begin, end, newlines: 1, outcome: Ok(()) };
    if begin == end || bytes[begin] == b'#' {
        return line;
    }
    line.outcome = reader.read(begin, end);
    if line.outcome.is_err() && line::may_go_on(&bytes[begin..end]) {
        line.end = line::true_end(bytes, begin);
        line.newlines += memchr::memchr_iter(b'\n', &bytes[end..line.end]).count();
        line.outcome = if line.end == end { line.outcome } else { reader.read(begin, line.end) };
    }
    if let Some(at) = body.first_invalid(begin, line.end) {
        if line.outcome.is_ok() {
            reader.take_back();
        }
        line.outcome = Err(Reason::InvalidUtf8.at(at - begin));
    }
    line
}

impl Parsed {
    fn refuse(&mut self, line: usize, text: &str, fault: Fault) {
        self.refused_count += 1;
        self.dropped_count += usize::from(fault.reason.drops_point());
        if self.refused.len() < REFUSED_LINES_MAX {
            let text = cut(text, REFUSED_TEXT_BYTES_MAX).into();
            self.refused.push(Refused { line, column: fault.at + 1, text, reason: fault.reason });
        }
    }
}

/// The beginning of `text`, at most `bytes_max` long.
fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

#[cfg(test)]
mod tests;

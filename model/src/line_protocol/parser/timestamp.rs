//! The end of a line: when.

use super::line::skip_blanks;
use crate::line_protocol::error::{Fault, Reason};
use crate::{MAX_TIME, MIN_TIME, Precision};

/// How many bytes of a bad timestamp an error repeats.
const REPEATED_BYTES_MAX: usize = 64;

/// Reads timestamps of one precision.
pub(super) struct Timestamps {
    unit_ns: i64,
    default_ns: i64,
}

impl Timestamps {
    /// Lines without a timestamp get `default_ns`, rounded down to the precision.
    pub(super) fn new(precision: Precision, default_ns: i64) -> Self {
        let unit_ns = precision.nanoseconds();
        let rounded = default_ns.saturating_sub(default_ns.rem_euclid(unit_ns));
        Self { unit_ns, default_ns: rounded.clamp(MIN_TIME, MAX_TIME) }
    }

    /// The time that stands in the line behind `at`, in ns.
    pub(super) fn read(&self, line: &[u8], at: usize) -> Result<i64, Fault> {
        let start = skip_blanks(line, at, line.len());
        let end = scan(line, start)?;
        if start == end {
            return Ok(self.default_ns);
        }
        let count = parse(&line[start..end]).map_err(|reason| reason.at(start))?;
        let ts = count.checked_mul(self.unit_ns).filter(|ts| (MIN_TIME..=MAX_TIME).contains(ts));
        let ts = ts.ok_or_else(|| Reason::TimeOutsideRange.at(start))?;
        match line[end..].iter().position(|byte| *byte != b' ') {
            Some(offset) => Err(Reason::TextAfterTimestamp.at(end + offset)),
            None => Ok(ts),
        }
    }
}

/// Where the digits that begin at `start` end; a minus sign may come first.
fn scan(line: &[u8], start: usize) -> Result<usize, Fault> {
    let first = start + usize::from(line.get(start) == Some(&b'-'));
    let digits = line[first..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = first + digits;
    if matches!(line.get(end), None | Some(b' ')) { Ok(end) } else { Err(Reason::BadTimestamp.at(end)) }
}

fn parse(token: &[u8]) -> Result<i64, Reason> {
    let text = str::from_utf8(token).unwrap_or_default();
    let digits = || super::cut(text, REPEATED_BYTES_MAX).into();
    text.parse().map_err(|_| Reason::TimestampNumber { digits: digits() })
}

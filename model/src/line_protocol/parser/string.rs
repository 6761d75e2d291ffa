//! Strings: quoted, with `\"` and `\\`, newlines and all.

use crate::line_protocol::error::{Fault, Reason};
use std::borrow::Cow;

/// A string in a line.
pub(super) struct StringScan {
    /// Where its text ends; it began behind the opening quote.
    pub(super) close: usize,
    /// Where the value ends: at a comma, a space or the end of the line.
    pub(super) end: usize,
    /// Whether its text holds a backslash.
    pub(super) escaped: bool,
}

/// Finds the end of the string whose opening quote is at `open`.
pub(super) fn scan(line: &[u8], open: usize) -> Result<StringScan, Fault> {
    let close = find_quote(line, open + 1).ok_or_else(|| Reason::UnbalancedQuotes.at(open))?;
    let (close, end) = match line.get(close + 1) {
        None | Some(b',' | b' ') => (close, close + 1),
        Some(_) => scan_text_after(line, close + 1)?,
    };
    let escaped = memchr::memchr(b'\\', &line[open..close]).is_some();
    Ok(StringScan { close, end, escaped })
}

/// InfluxDB takes `"a"b`, and everything between the first and the last character for the text.
fn scan_text_after(line: &[u8], start: usize) -> Result<(usize, usize), Fault> {
    let mut at = start;
    while let Some(byte) = line.get(at) {
        match byte {
            b',' | b' ' => break,
            b'=' => return Err(Reason::InvalidFieldFormat.at(at)),
            b'"' => at = find_quote(line, at + 1).ok_or_else(|| Reason::UnbalancedQuotes.at(at))?,
            b'\\' => at += 1,
            _ => {}
        }
        at += 1;
    }
    let end = at.min(line.len());
    let last = (start..end).rev().find(|at| line[*at] & 0xC0 != 0x80);
    Ok((last.unwrap_or(start), end))
}

/// The first quote from `start` on that no backslash protects.
pub(super) fn find_quote(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// The text without the backslashes that protect a quote or a backslash; others are themselves.
pub(super) fn unescape(raw: &str) -> Cow<'_, str> {
    crate::line_protocol::escape::unescape(raw, b"\"\\")
}

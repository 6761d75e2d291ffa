//! Lines out of a stream: cut where line protocol ends them, so that a newline inside a string stays inside.

use super::limits::READ_BYTES;
use model::limits::LINE_BYTES_MAX;
use model::line_protocol::line_end;
use std::io::{self, ErrorKind, Read};

/// Cuts a stream into lines. Memory is bounded by the longest line that line protocol knows.
pub(super) struct Lines<R> {
    reader: R,
    buf: Vec<u8>,
    /// Where the next line begins in `buf`.
    start: usize,
    is_over: bool,
    position: Position,
}

/// A place between two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Position {
    /// Bytes before it, after inflating.
    pub(super) offset: u64,
    /// Newlines before it.
    pub(super) newlines: u64,
}

/// A line without its end (newline, or carriage return and newline).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) text: &'a [u8],
    /// Its number, counted from 1.
    pub(super) number: u64,
    /// Whether it begins a string or a name that no line ends; it would swallow those behind it.
    pub(super) is_torn: bool,
}

impl<R: Read> Lines<R> {
    /// The lines from `position` on: what lies before it is read and left out.
    ///
    /// # Errors
    /// When the stream cannot be read, or ends before that.
    pub(super) fn new(mut reader: R, position: Position) -> io::Result<Self> {
        let skipped = io::copy(&mut reader.by_ref().take(position.offset), &mut io::sink())?;
        if skipped < position.offset {
            return Err(io::Error::from(ErrorKind::UnexpectedEof));
        }
        Ok(Self { reader, buf: Vec::new(), start: 0, is_over: false, position })
    }

    /// The place behind the line that was given last.
    pub(super) const fn position(&self) -> Position {
        self.position
    }

    /// The next line.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        let (len, is_torn) = loop {
            if let Some(end) = line_end(&self.buf[self.start..]) {
                break (end, false);
            }
            let rest = self.buf.len() - self.start;
            if self.is_over && rest == 0 {
                return Ok(None);
            }
            if self.is_over || rest > LINE_BYTES_MAX {
                break self.without_an_end();
            }
            self.fill()?;
        };
        let number = self.position.newlines + 1;
        let begin = self.start;
        let end = begin + len;
        // The last line of a stream may lack its newline.
        self.start = (end + 1).min(self.buf.len());
        let taken = &self.buf[begin..self.start];
        self.position.offset += taken.len() as u64;
        self.position.newlines += newlines(taken);
        let text = &self.buf[begin..end];
        Ok(Some(Line { text: text.strip_suffix(b"\r").unwrap_or(text), number, is_torn }))
    }

    /// The length of a line that line protocol does not end: up to the first newline, or all there is.
    fn without_an_end(&self) -> (usize, bool) {
        let rest = &self.buf[self.start..];
        match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => (end, true),
            None => (rest.len(), false),
        }
    }

    /// Reads more: as much as there is already, so that a long line is looked through only a few times.
    fn fill(&mut self) -> io::Result<()> {
        self.buf.drain(..self.start);
        self.start = 0;
        let wanted = self.buf.len().max(READ_BYTES);
        let count = self.reader.by_ref().take(wanted as u64).read_to_end(&mut self.buf)?;
        self.is_over = count < wanted;
        Ok(())
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8], position: Position) -> Vec<(String, u64, bool)> {
        let mut lines = Lines::new(text, position).unwrap();
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push((String::from_utf8_lossy(line.text).into_owned(), line.number, line.is_torn));
        }
        assert_eq!(lines.position().offset, text.len() as u64);
        found
    }

    #[test]
    fn a_newline_in_a_string_is_part_of_the_line() {
        let found = lines(b"# it's\nm s=\"a\nb\" 1\r\nm v=2 2", Position::default());
        assert_eq!(
            found,
            [("# it's".into(), 1, false), ("m s=\"a\nb\" 1".into(), 2, false), ("m v=2 2".into(), 4, false)]
        );
    }

    #[test]
    fn a_string_that_never_ends_does_not_swallow_the_rest() {
        let found = lines(b"m s=\"open 1\nm v=2 2\nm v=3 3\n", Position::default());
        assert_eq!(
            found,
            [("m s=\"open 1".into(), 1, true), ("m v=2 2".into(), 2, false), ("m v=3 3".into(), 3, false)]
        );
    }

    #[test]
    fn reading_goes_on_from_a_position() {
        let text = b"m v=1 1\nm s=\"a\nb\" 1\nm v=2 2\n";
        let mut first = Lines::new(&text[..], Position::default()).unwrap();
        first.next().unwrap();
        first.next().unwrap();
        assert_eq!(lines(text, first.position()), [("m v=2 2".into(), 4, false)]);
        assert!(Lines::new(&text[..], Position { offset: 1_000, newlines: 3 }).is_err());
    }

    #[test]
    fn lines_longer_than_the_buffer_come_whole() {
        let long = format!("m s=\"{}\n\" 1", "x".repeat(3 * READ_BYTES));
        let found = lines(format!("{long}\n{long}\n").as_bytes(), Position::default());
        assert_eq!(found, [(long.clone(), 1, false), (long, 3, false)]);
    }
}

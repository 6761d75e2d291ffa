//! Lines that are written together.

use super::limits::BATCH_BYTES_MAX;
use super::script::Target;
use bytes::Bytes;
use std::ops::Range;

/// Lines for one target, in their order.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) target: Target,
    text: Vec<u8>,
    /// Where each line ends in `text`, its newline included, and its number.
    lines: Vec<(usize, u64)>,
}

/// A batch that will not change any more.
#[derive(Debug)]
pub(super) struct SealedBatch {
    pub(super) target: Target,
    text: Bytes,
    lines: Vec<(usize, u64)>,
}

impl Batch {
    pub(super) fn new(target: Target) -> Self {
        Self { target, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether `more` bytes of a line still belong into it.
    pub(super) fn has_room(&self, more: usize, lines_max: usize) -> bool {
        self.is_empty() || (self.lines.len() < lines_max && self.text.len() + more < BATCH_BYTES_MAX)
    }

    /// Adds a line without its end.
    pub(super) fn push(&mut self, line: &[u8], number: u64) {
        self.text.extend_from_slice(line);
        self.text.push(b'\n');
        self.lines.push((self.text.len(), number));
    }

    pub(super) fn seal(self) -> SealedBatch {
        SealedBatch { target: self.target, text: self.text.into(), lines: self.lines }
    }
}

impl SealedBatch {
    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The number of a line.
    pub(super) fn number(&self, line: usize) -> u64 {
        self.lines[line].1
    }

    /// All lines.
    pub(super) fn text(&self) -> Bytes {
        self.text.clone()
    }

    /// Some of the lines.
    pub(super) fn part(&self, lines: &Range<usize>) -> Bytes {
        let end_of = |line: usize| line.checked_sub(1).map_or(0, |before| self.lines[before].0);
        self.text.slice(end_of(lines.start)..end_of(lines.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_whole_lines() {
        let mut batch = Batch::new(Target::default());
        for (number, line) in [(3, "a v=1"), (4, "b s=\"x\ny\""), (6, "c v=3")] {
            batch.push(line.as_bytes(), number);
        }
        let batch = batch.seal();
        assert_eq!(&batch.part(&(1..3))[..], b"b s=\"x\ny\"\nc v=3\n");
        assert_eq!(&batch.part(&(0..1))[..], b"a v=1\n");
        assert_eq!(batch.part(&(0..3)), batch.text());
        assert_eq!((batch.len(), batch.number(2)), (3, 6));
    }

    #[test]
    fn a_batch_takes_one_line_however_long_and_then_stays_small() {
        let mut batch = Batch::new(Target::default());
        assert!(batch.has_room(BATCH_BYTES_MAX * 2, 1));
        batch.push(b"a v=1", 1);
        assert!(!batch.has_room(1, 1));
        assert!(batch.has_room(1, 2));
        assert!(!batch.has_room(BATCH_BYTES_MAX, 2));
    }
}

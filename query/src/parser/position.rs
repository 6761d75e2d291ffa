//! Where in a text something is.

use std::fmt;

/// A place in a text, both numbers from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// The line. `\n`, `\r\n` and a lone `\r` end one.
    pub line: usize,
    /// The character within its line.
    pub column: usize,
}

impl Position {
    /// The very beginning, where InfluxDB also puts what has no place of its own.
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// The place of the character that begins at this offset in bytes.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let mut place = Self::START;
        let mut chars = text[..offset].chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\r' if chars.peek() == Some(&'\n') => {}
                '\r' if chars.peek().is_none() && text[offset..].starts_with('\n') => {}
                '\r' | '\n' => place = Self { line: place.line + 1, column: 1 },
                _ => place.column += 1,
            }
        }
        place
    }

    /// The place of the character before the one at this offset; the beginning, if there is none.
    pub(super) fn before(text: &str, offset: usize) -> Self {
        let last = text[..offset].char_indices().next_back();
        Self::of(text, last.map_or(0, |(start, _)| start))
    }

    /// The next character's place.
    pub(super) const fn next(self) -> Self {
        Self { line: self.line, column: self.column + 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, char {}", self.line, self.column)
    }
}

//! The bytes that a client sent, made text.
//!
//! UTF-8 is checked once for the whole body. Only when that fails is it asked which lines are to blame:
//! every byte that belongs to no character becomes a `?` (so that nothing moves) and is remembered.

use crate::Bitmap;

/// A body as text.
pub(super) struct Body {
    text: String,
    /// A set bit per byte that was not part of a character; none when all were.
    invalid: Option<Bitmap>,
}

impl Body {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self { text, invalid: None },
            Err(error) => Self::repaired(error.as_bytes()),
        }
    }

    fn repaired(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(bytes.len());
        let mut invalid = Bitmap::filled(bytes.len(), false);
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            for _ in chunk.invalid() {
                invalid.set(text.len(), true);
                text.push('?');
            }
        }
        Self { text, invalid: Some(invalid) }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The first byte from `start` up to `end` that was not part of a character.
    pub(super) fn first_invalid(&self, start: usize, end: usize) -> Option<usize> {
        let invalid = self.invalid.as_ref()?;
        (start..end).find(|at| invalid.get(*at))
    }
}

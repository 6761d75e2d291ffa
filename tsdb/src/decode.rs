//! Reading our own records: numbers and texts off the front of a slice, each checked.
//!
//! Nothing is believed: a count is bounded by the bytes that remain, so that damaged input cannot make
//! anyone allocate more than it holds.

use disk::varint;

/// What is left of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decoder<'a> {
    rest: &'a [u8],
}

impl<'a> Decoder<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether everything was read.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        varint::read_u64(&mut self.rest)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        u32::try_from(self.u64()?).ok()
    }

    pub(crate) fn i64(&mut self) -> Option<i64> {
        varint::read_i64(&mut self.rest)
    }

    /// Eight bytes, little endian.
    pub(crate) fn fixed_u64(&mut self) -> Option<u64> {
        let (bytes, rest) = self.rest.split_first_chunk::<8>()?;
        self.rest = rest;
        Some(u64::from_le_bytes(*bytes))
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        varint::read_bytes(&mut self.rest)
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// A number of things of which each takes at least one byte.
    pub(crate) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.u64()?).ok()?;
        (count <= self.rest.len()).then_some(count)
    }

    /// So many things, each read by `read`.
    pub(crate) fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.count()?;
        let mut list = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            list.push(read(self)?);
        }
        Some(list)
    }
}

/// Appends a text with its length.
pub(crate) fn write_text(buf: &mut Vec<u8>, text: &str) {
    varint::write_bytes(buf, text.as_bytes());
}

/// Appends a count of things.
pub(crate) fn write_count(buf: &mut Vec<u8>, count: usize) {
    varint::write_u64(buf, count as u64);
}

//! Codecs: the values of one page to bytes and back, without losing a bit.
//!
//! Every encoded column begins with the number of its [`Kind`] and delimits itself given the count of its values,
//! so that one codec can nest another: decimal floats are integers with an exponent, a dictionary's ids are
//! integers. The encoder picks the kind whose estimated size is smallest for the page at hand.
//!
//! Decoders take bytes from the disk: they check every count against a bound that the caller knows, and answer
//! [`Malformed`] instead of panicking. They do not find damage by themselves; the block checksums of the segment do.

pub(crate) mod bits;
pub(crate) mod booleans;
mod coded;
mod decimals;
pub(crate) mod floats;
pub(crate) mod integers;
pub(crate) mod limits;
mod prefix_code;
pub(crate) mod strings;

use disk::varint;
use model::{FieldType, Values};
use std::ops::Range;

/// Bytes that no encoder wrote, with what should have stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// What a decoder answers.
pub(crate) type Decoded<T> = Result<T, Malformed>;

/// How a column is encoded. The number is the one on disk; a number is never used again for something else.
///
/// 10 to 15 stay free for integers, 19 to 31 for floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Integers: a start and a constant step.
    Linear = 1,
    /// Integers: offsets from the smallest of each block, bit-packed.
    Packed = 2,
    /// Integers: the first, then the differences as [`Kind::Packed`].
    Deltas = 3,
    /// Integers: the first, the first difference, then the differences of differences as [`Kind::Packed`].
    SecondDeltas = 4,
    /// Integers: the first and a common divisor, then the quotients as integers.
    Scaled = 5,
    /// Integers: values and lengths of runs, each as integers.
    Runs = 6,
    /// Integers: the values as coded numbers.
    CodedValues = 7,
    /// Integers: like [`Kind::Deltas`], the differences as coded numbers.
    CodedDeltas = 8,
    /// Integers: like [`Kind::SecondDeltas`], the differences of differences as coded numbers.
    CodedSecondDeltas = 9,
    /// Floats: their bit patterns as integers.
    FloatBits = 16,
    /// Floats: a decimal exponent, the mantissas as integers, and the values that are no such decimals.
    Decimals = 17,
    /// Floats: a stand-alone `pco` file with its length before it.
    Pco = 18,
    /// Booleans: one bit each.
    Bits = 32,
    /// Booleans: the first, then the lengths of the runs as integers.
    BitRuns = 33,
    /// Strings: lengths as integers, then the text.
    Texts = 48,
    /// Strings: lengths as integers, then the text compressed by `zstd` with its compressed length before it.
    ZstdTexts = 49,
    /// Strings: the distinct ones as strings, then an id per row as integers.
    Dictionary = 50,
}

impl Kind {
    /// Every kind there is.
    pub(crate) const ALL: [Self; 17] = [
        Self::Linear,
        Self::Packed,
        Self::Deltas,
        Self::SecondDeltas,
        Self::Scaled,
        Self::Runs,
        Self::CodedValues,
        Self::CodedDeltas,
        Self::CodedSecondDeltas,
        Self::FloatBits,
        Self::Decimals,
        Self::Pco,
        Self::Bits,
        Self::BitRuns,
        Self::Texts,
        Self::ZstdTexts,
        Self::Dictionary,
    ];

    fn write(self, out: &mut Vec<u8>) {
        out.push(self as u8);
    }

    /// What it is called, as in `docs/format/segment.md`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Packed => "packed",
            Self::Deltas => "deltas",
            Self::SecondDeltas => "second deltas",
            Self::Scaled => "scaled",
            Self::Runs => "runs",
            Self::CodedValues => "coded values",
            Self::CodedDeltas => "coded deltas",
            Self::CodedSecondDeltas => "coded second deltas",
            Self::FloatBits => "float bits",
            Self::Decimals => "decimals",
            Self::Pco => "pco",
            Self::Bits => "bits",
            Self::BitRuns => "bit runs",
            Self::Texts => "texts",
            Self::ZstdTexts => "zstd texts",
            Self::Dictionary => "dictionary",
        }
    }

    /// Takes the number of a kind off the front of `input`.
    pub(crate) fn read(input: &mut &[u8]) -> Decoded<Self> {
        let number = read_byte(input)?;
        Self::ALL.into_iter().find(|kind| *kind as u8 == number).ok_or(Malformed("the number of a codec"))
    }
}

/// Appends the rows `rows` of `values`.
pub(crate) fn encode(values: &Values, rows: Range<usize>, out: &mut Vec<u8>) {
    match values {
        Values::Float(floats) => floats::encode(&floats[rows], out),
        Values::Integer(integers) => integers::encode(&integers[rows], out),
        Values::Unsigned(numbers) => integers::encode(&signed(&numbers[rows]), out),
        Values::Boolean(bools) => booleans::encode(&bools[rows], out),
        Values::String(texts) => strings::encode(&rows.map(|row| texts.get(row)).collect::<Vec<_>>(), out),
    }
}

/// Takes `count` values of the type that `values` has off the front of `input` and appends them.
pub(crate) fn decode(input: &mut &[u8], count: usize, values: &mut Values) -> Decoded<()> {
    match values {
        Values::Float(floats) => floats::decode(input, count, floats),
        Values::Integer(integers) => integers::decode(input, count, integers),
        Values::Unsigned(numbers) => {
            let mut integers = Vec::new();
            integers::decode(input, count, &mut integers)?;
            numbers.extend(integers.iter().map(|value| value.cast_unsigned()));
            Ok(())
        }
        Values::Boolean(bools) => booleans::decode(input, count, bools),
        Values::String(texts) => strings::decode(input, count, texts),
    }
}

/// Takes `count` values of type `ty` off the front of `input`.
pub(crate) fn decode_new(input: &mut &[u8], count: usize, ty: FieldType) -> Decoded<Values> {
    let mut values = Values::empty(ty);
    decode(input, count, &mut values)?;
    Ok(values)
}

fn signed(numbers: &[u64]) -> Vec<i64> {
    numbers.iter().map(|number| number.cast_signed()).collect()
}

/// Takes a byte off the front of `input`.
pub(crate) fn read_byte(input: &mut &[u8]) -> Decoded<u8> {
    let (&byte, rest) = input.split_first().ok_or(Malformed("one more byte"))?;
    *input = rest;
    Ok(byte)
}

/// Takes `len` bytes off the front of `input`.
pub(crate) fn read_slice<'a>(input: &mut &'a [u8], len: usize) -> Decoded<&'a [u8]> {
    let (bytes, rest) = input.split_at_checked(len).ok_or(Malformed("more bytes"))?;
    *input = rest;
    Ok(bytes)
}

/// Takes an unsigned number off the front of `input`.
pub(crate) fn read_u64(input: &mut &[u8]) -> Decoded<u64> {
    varint::read_u64(input).ok_or(Malformed("a number"))
}

/// Takes a signed number off the front of `input`.
pub(crate) fn read_i64(input: &mut &[u8]) -> Decoded<i64> {
    varint::read_i64(input).ok_or(Malformed("a signed number"))
}

/// Takes a count off the front of `input` that must not pass `max`.
pub(crate) fn read_count(input: &mut &[u8], max: usize) -> Decoded<usize> {
    let count = usize::try_from(read_u64(input)?).map_err(|_| Malformed("a count that fits memory"))?;
    if count > max { Err(Malformed("a count within its bound")) } else { Ok(count) }
}

/// Appends a count or length.
pub(crate) fn write_count(out: &mut Vec<u8>, count: usize) {
    varint::write_u64(out, count as u64);
}

#[cfg(test)]
mod tests;

//! LEB128: integers in seven-bit groups, least significant first, the high bit saying "more follows".
//!
//! Small numbers take one byte, the largest `u64` ten. Signed numbers go through the zigzag map first
//! (0, -1, 1, -2 become 0, 1, 2, 3), so that small negative ones stay short. Reading takes the bytes off the
//! front of a slice and gives `None` on a number that is cut off or wider than 64 bits.

/// Most bytes that one number takes.
pub const VARINT_BYTES_MAX: usize = 10;

/// Appends `value` to `buf`.
pub fn write_u64(buf: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        buf.push(low_byte(value) | 0x80);
        value >>= 7;
    }
    buf.push(low_byte(value));
}

/// Appends `value` to `buf` by way of zigzag.
pub fn write_i64(buf: &mut Vec<u8>, value: i64) {
    write_u64(buf, zigzag(value));
}

/// Appends the length of `bytes`, then `bytes`.
pub fn write_bytes(buf: &mut Vec<u8>, bytes: &[u8]) {
    write_u64(buf, crate::width::offset(bytes.len()));
    buf.extend_from_slice(bytes);
}

/// Takes one number off the front of `input`; `None`, with `input` untouched, if it holds no whole one.
pub fn read_u64(input: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for (index, &byte) in input.iter().take(VARINT_BYTES_MAX).enumerate() {
        let bits = u64::from(byte & 0x7f);
        if index == VARINT_BYTES_MAX - 1 && bits > 1 {
            return None;
        }
        value |= bits << (7 * index);
        if byte < 0x80 {
            *input = &input[index + 1..];
            return Some(value);
        }
    }
    None
}

/// Takes one signed number off the front of `input`.
pub fn read_i64(input: &mut &[u8]) -> Option<i64> {
    read_u64(input).map(unzigzag)
}

/// Takes a length and that many bytes off the front of `input`; `None`, with `input` untouched, if cut off.
pub fn read_bytes<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let mut rest = *input;
    let len = usize::try_from(read_u64(&mut rest)?).ok()?;
    let (bytes, rest) = rest.split_at_checked(len)?;
    *input = rest;
    Some(bytes)
}

/// Maps signed numbers to unsigned ones by magnitude.
#[must_use]
pub fn zigzag(value: i64) -> u64 {
    (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned()
}

/// The inverse of [`zigzag`].
#[must_use]
pub fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

fn low_byte(value: u64) -> u8 {
    value.to_le_bytes()[0] & 0x7f
}

#[cfg(test)]
mod tests;

//! Bit packing: blocks of 256 numbers in as many bits each as the largest needs.
//!
//! ```text
//! full block   4 lanes of 64 rows; number 4r + l is row r of lane l. A lane is a little-endian stream of
//!              64 × width bits; word k of all four lanes stands together (l0 l1 l2 l3), 8 bytes each.
//! short block  the last one, of fewer numbers: one little-endian stream of bits, padded to a byte.
//! ```
//!
//! The four lanes share every shift, so that plain loops over them become vector instructions.

use super::{Decoded, Malformed, read_slice};

/// Numbers in a full block.
pub(crate) const BLOCK: usize = 256;

const LANES: usize = 4;
const ROWS: usize = BLOCK / LANES;

/// How many bits `number` needs.
pub(crate) const fn width(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

/// Bytes of `count` numbers, a full block or a short one, at `width` bits.
pub(crate) const fn packed_len(count: usize, width: u32) -> usize {
    (count * width as usize).div_ceil(8)
}

/// Appends up to [`BLOCK`] numbers, none wider than `width` bits.
pub(crate) fn pack(numbers: &[u64], width: u32, out: &mut Vec<u8>) {
    debug_assert!(numbers.len() <= BLOCK && numbers.iter().all(|number| self::width(*number) <= width));
    match numbers.as_chunks::<LANES>() {
        _ if width == 0 => {}
        (rows, []) if rows.len() == ROWS => pack_block(rows, width, out),
        _ => pack_short(numbers, width, out),
    }
}

/// Takes `count` numbers of `width` bits off the front of `input` into the front of `numbers`.
pub(crate) fn unpack(input: &mut &[u8], count: usize, width: u32, numbers: &mut [u64; BLOCK]) -> Decoded<()> {
    if width > u64::BITS || count > BLOCK {
        return Err(Malformed("a bit width up to 64"));
    }
    let bytes = read_slice(input, packed_len(count, width))?;
    match count {
        _ if width == 0 => numbers.fill(0),
        BLOCK => unpack_block(bytes, width, numbers),
        _ => unpack_short(bytes, width, &mut numbers[..count]),
    }
    Ok(())
}

fn pack_block(rows: &[[u64; LANES]], width: u32, out: &mut Vec<u8>) {
    let mut words = [[0_u64; LANES]; ROWS + 1];
    for (row, numbers) in rows.iter().enumerate() {
        let bit = row * width as usize;
        let (word, shift) = (bit / 64, bit % 64);
        for (lane, number) in numbers.iter().enumerate() {
            words[word][lane] |= number << shift;
        }
        if shift + width as usize > 64 {
            for (lane, number) in numbers.iter().enumerate() {
                words[word + 1][lane] |= number >> (64 - shift);
            }
        }
    }
    out.extend(words[..width as usize].iter().flatten().flat_map(|word| word.to_le_bytes()));
}

fn unpack_block(bytes: &[u8], width: u32, numbers: &mut [u64; BLOCK]) {
    let mut words = [[0_u64; LANES]; ROWS + 1];
    for (word, eight) in words.as_flattened_mut().iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*eight);
    }
    let mask = u64::MAX >> (64 - width);
    for (row, four) in numbers.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let bit = row * width as usize;
        let (word, shift) = (bit / 64, bit % 64);
        let (low, high) = (&words[word], &words[word + 1]);
        // Two shifts, since a shift by 64 is none: for `shift` 0 nothing may come from the next word.
        for lane in 0..LANES {
            four[lane] = (low[lane] >> shift | high[lane] << 1 << (63 - shift)) & mask;
        }
    }
}

fn pack_short(numbers: &[u64], width: u32, out: &mut Vec<u8>) {
    let (mut pending, mut filled) = (0_u128, 0);
    for number in numbers {
        pending |= u128::from(*number) << filled;
        filled += width;
        while filled >= 8 {
            out.push(pending.to_le_bytes()[0]);
            pending >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        out.push(pending.to_le_bytes()[0]);
    }
}

fn unpack_short(bytes: &[u8], width: u32, numbers: &mut [u64]) {
    let mask = u64::MAX >> (64 - width);
    let (mut pending, mut filled) = (0_u128, 0);
    let mut bytes = bytes.iter();
    for number in numbers {
        while filled < width {
            pending |= u128::from(bytes.next().copied().unwrap_or(0)) << filled;
            filled += 8;
        }
        *number = low_word(pending) & mask;
        pending >>= width;
        filled -= width;
    }
}

fn low_word(wide: u128) -> u64 {
    let bytes = wide.to_le_bytes();
    u64::from_le_bytes(*bytes.first_chunk().expect("16 bytes hold 8"))
}

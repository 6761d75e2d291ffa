//! Coded numbers: small ones as symbols of a prefix code, larger ones as a symbol for their magnitude and raw bits.
//!
//! Differences of measurements crowd around one number; a code spends little on the crowd where packing gives all
//! the width of the outlier. Numbers go into four streams of bits, a quarter of the page each, which a processor
//! decodes side by side: in one stream every symbol would wait for the one before it.
//!
//! ```text
//! shift zigzag · folded (0 or 1) · prefix code · length of streams 0 to 2, varints · length of all, varint · streams
//! ```
//!
//! A number n stands for itself as `n - shift`, or folded as the zigzag of that.

use super::prefix_code::{PrefixCode, TABLE_LEN};
use super::{Decoded, Malformed, bits, read_byte, read_count, read_i64, read_slice, write_count};
use disk::varint;

/// On fewer numbers the code does not pay for itself.
pub(crate) const COUNT_MIN: usize = 128;

/// Numbers below this are symbols of their own.
const DIRECT: u64 = DIRECT_SYMBOLS as u64;
const DIRECT_SYMBOLS: usize = 1 << DIRECT_BITS;
const DIRECT_BITS: u32 = 4;

/// Bits behind the highest one that are part of the symbol; the rest is raw.
const LEADING_BITS: u32 = 1;

/// Widest number: with its code it fits into the 57 bits that one load is sure to hold.
const WIDTH_MAX: u32 = 40;

/// Symbols of all numbers up to [`WIDTH_MAX`] bits.
const SYMBOLS: usize = DIRECT_SYMBOLS + ((WIDTH_MAX - DIRECT_BITS) << LEADING_BITS) as usize;

const STREAMS: usize = 4;

/// A code of whole bits takes about so much more than the entropy.
const CODE_LOSS: f64 = 1.02;

/// About what stands before the streams, without the lengths of the codes.
const HEADER_BYTES: usize = 24;

/// Numbers that are looked at to find their middle.
const SAMPLE: usize = 32;

/// How the numbers of a page are mapped to symbols, and what that costs.
#[derive(Debug, Clone)]
pub(crate) struct Coding {
    shift: i64,
    folded: bool,
    counts: [u32; SYMBOLS],
    raw_bits: usize,
}

impl Coding {
    /// The cheaper mapping; nothing for few numbers or a wide range.
    pub(crate) fn of(numbers: &[i64]) -> Option<Self> {
        let (min, max) = (*numbers.iter().min()?, *numbers.iter().max()?);
        let width = bits::width(max.wrapping_sub(min).cast_unsigned());
        if numbers.len() < COUNT_MIN || width >= WIDTH_MAX {
            return None;
        }
        let plain = Self::count(numbers, min, false);
        if width <= DIRECT_BITS {
            return Some(plain);
        }
        let folded = Self::count(numbers, middle(numbers), true);
        Some(if folded.bytes() < plain.bytes() { folded } else { plain })
    }

    fn count(numbers: &[i64], shift: i64, folded: bool) -> Self {
        let mut coding = Self { shift, folded, counts: [0; SYMBOLS], raw_bits: 0 };
        for number in numbers {
            let (symbol, raw) = symbol(coding.map(*number));
            coding.counts[symbol] += 1;
            coding.raw_bits += raw as usize;
        }
        coding
    }

    fn map(&self, number: i64) -> u64 {
        let offset = number.wrapping_sub(self.shift);
        if self.folded { varint::zigzag(offset) } else { offset.cast_unsigned() }
    }

    /// About how many bytes [`Coding::encode`] will take.
    pub(crate) fn bytes(&self) -> usize {
        let total: u32 = self.counts.iter().sum();
        let present = self.counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count));
        let symbol_bits: f64 = present.clone().map(|count| count * (f64::from(total) / count).log2()).sum();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "bits of at most 2,048 symbols"
        )]
        let symbol_bits = (symbol_bits * CODE_LOSS) as usize;
        HEADER_BYTES + present.count() / 2 + (symbol_bits + self.raw_bits) / 8
    }

    /// Appends the numbers.
    pub(crate) fn encode(&self, numbers: &[i64], out: &mut Vec<u8>) {
        let code = PrefixCode::of(&self.counts);
        varint::write_i64(out, self.shift);
        out.push(u8::from(self.folded));
        code.write(out);
        let codes = code.codes();
        let (mut streams, mut lens) = (Vec::with_capacity(numbers.len()), Vec::with_capacity(STREAMS));
        for quarter in numbers.chunks(numbers.len().div_ceil(STREAMS)) {
            let start = streams.len();
            self.encode_stream(quarter, &code, &codes, &mut streams);
            lens.push(streams.len() - start);
        }
        lens.resize(STREAMS, 0);
        lens[..STREAMS - 1].iter().for_each(|len| write_count(out, *len));
        varint::write_bytes(out, &streams);
    }

    fn encode_stream(&self, numbers: &[i64], code: &PrefixCode, codes: &[u32], out: &mut Vec<u8>) {
        let (mut pending, mut filled) = (0_u64, 0);
        for number in numbers {
            let number = self.map(*number);
            let (symbol, raw) = symbol(number);
            let length = code.length(symbol);
            let raw_value = number & ((1 << raw) - 1);
            pending |= (u64::from(codes[symbol]) | raw_value << length) << filled;
            filled += length + raw;
            // Fewer than 8 bits stay, so that a code and its raw bits always fit.
            let whole = filled as usize / 8;
            out.extend_from_slice(&pending.to_le_bytes()[..whole]);
            pending >>= 8 * (filled / 8);
            filled %= 8;
        }
        if filled > 0 {
            out.push(pending.to_le_bytes()[0]);
        }
    }
}

/// The middle of a sample.
fn middle(numbers: &[i64]) -> i64 {
    let mut sample: Vec<i64> = numbers.iter().step_by(numbers.len().div_ceil(SAMPLE)).copied().collect();
    sample.sort_unstable();
    sample[sample.len() / 2]
}

/// The symbol of a number and how many raw bits follow its code.
fn symbol(number: u64) -> (usize, u32) {
    if number < DIRECT {
        return (number.to_le_bytes()[0].into(), 0);
    }
    let exponent = bits::width(number) - 1;
    let raw = exponent - LEADING_BITS;
    let leading = (number >> raw).to_le_bytes()[0] & ((1 << LEADING_BITS) - 1);
    let class = ((exponent - DIRECT_BITS) << LEADING_BITS) as usize;
    (DIRECT_SYMBOLS + class + usize::from(leading), raw)
}

/// The smallest number of each symbol and a mask for its raw bits.
const BASES: [(u64, u64); SYMBOLS] = bases();

const fn bases() -> [(u64, u64); SYMBOLS] {
    let mut bases = [(0, 0); SYMBOLS];
    let mut symbol = 0;
    while symbol < SYMBOLS {
        let number = symbol as u64;
        bases[symbol] = (number, 0);
        if number >= DIRECT {
            let raw = ((number - DIRECT) >> LEADING_BITS) + (DIRECT_BITS - LEADING_BITS) as u64;
            let leading = (number - DIRECT) & ((1 << LEADING_BITS) - 1);
            bases[symbol] = ((1 << LEADING_BITS | leading) << raw, (1 << raw) - 1);
        }
        symbol += 1;
    }
    bases
}

/// What each pattern of bits begins with: `symbol << 16 | bits of its code << 8 | bits with its raw ones`.
type Table = [u32; TABLE_LEN];

fn table(code: &PrefixCode) -> Table {
    code.table(|symbol, length| {
        let raw = BASES[symbol].1.count_ones();
        u32::from(symbol.to_le_bytes()[0]) << 16 | length << 8 | (length + raw)
    })
}

/// Takes `count` numbers off the front of `input` and hands them to `take`, as offsets from the first argument.
pub(crate) fn decode(input: &mut &[u8], count: usize, take: impl FnOnce(i64, &[u64])) -> Decoded<()> {
    if count < COUNT_MIN {
        return Err(Malformed("more numbers for a code"));
    }
    let shift = read_i64(input)?;
    let folded = read_byte(input)? == 1;
    let code = PrefixCode::read(input, SYMBOLS)?;
    let table = table(&code);
    let mut lens = [0; STREAMS];
    for len in &mut lens[..STREAMS - 1] {
        *len = read_count(input, input.len())?;
    }
    let all = read_count(input, input.len())?;
    let before: usize = lens.iter().sum();
    lens[STREAMS - 1] = all.checked_sub(before).ok_or(Malformed("four streams"))?;
    let streams = read_slice(input, all)?;
    let has_raw = code.symbols().next_back().is_some_and(|symbol| symbol >= DIRECT_SYMBOLS);
    let mut numbers = match has_raw {
        true => decode_streams::<true>(streams, lens, count, &table)?,
        false => decode_streams::<false>(streams, lens, count, &table)?,
    };
    if folded {
        numbers.iter_mut().for_each(|number| *number = varint::unzigzag(*number).cast_unsigned());
    }
    take(shift, &numbers);
    Ok(())
}

/// Where one stream is read.
#[derive(Debug, Clone, Copy)]
struct Stream {
    bit: usize,
}

impl Stream {
    /// The next number. Beyond the end it is some number; whether the stream ended where it should is checked once.
    /// `RAW` is false for a table without raw bits, whose symbols are the numbers.
    fn next<const RAW: bool>(&mut self, bytes: &[u8], table: &Table) -> u64 {
        let at = self.bit / 8;
        let word =
            bytes.get(at..at + 8).and_then(<[u8]>::first_chunk).map_or(0, |word| u64::from_le_bytes(*word));
        let word = word >> (self.bit % 8);
        let [first, second, ..] = word.to_le_bytes();
        let entry = table[usize::from(u16::from_le_bytes([first, second])) % TABLE_LEN];
        self.bit += (entry & 0xff) as usize;
        if !RAW {
            return u64::from(entry >> 16);
        }
        let (base, mask) = BASES[(entry >> 16) as usize];
        base + (word >> (entry >> 8 & 0xff) & mask)
    }
}

fn decode_streams<const RAW: bool>(
    bytes: &[u8],
    lens: [usize; STREAMS],
    count: usize,
    table: &Table,
) -> Decoded<Vec<u64>> {
    // Room behind the end lets every load take eight bytes.
    let padded = [bytes, &[0; 8]].concat();
    let quarter = count.div_ceil(STREAMS);
    let mut numbers = vec![0; quarter * STREAMS];
    let mut start = 0;
    let mut streams = lens.map(|len| {
        start += len;
        Stream { bit: 8 * (start - len) }
    });
    let (low, high) = numbers.split_at_mut(2 * quarter);
    let ((a, b), (c, d)) = (low.split_at_mut(quarter), high.split_at_mut(quarter));
    // The last quarter may be shorter.
    let rest = count.saturating_sub(3 * quarter);
    let [stream_a, stream_b, stream_c, stream_d] = &mut streams;
    for row in 0..rest {
        a[row] = stream_a.next::<RAW>(&padded, table);
        b[row] = stream_b.next::<RAW>(&padded, table);
        c[row] = stream_c.next::<RAW>(&padded, table);
        d[row] = stream_d.next::<RAW>(&padded, table);
    }
    for (numbers, stream) in [(a, stream_a), (b, stream_b), (c, stream_c)] {
        numbers[rest..].iter_mut().for_each(|number| *number = stream.next::<RAW>(&padded, table));
    }
    let mut end = 0;
    let sound = streams.iter().zip(lens).all(|(stream, len)| {
        end += len;
        stream.bit.div_ceil(8) == end
    });
    numbers.truncate(count);
    if sound { Ok(numbers) } else { Err(Malformed("streams that end with the page")) }
}

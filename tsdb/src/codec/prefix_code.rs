//! Prefix codes: Huffman codes of at most 10 bits for small alphabets, one per page.
//!
//! A page of 2,048 rows pays some ten bytes for its code, so that no table has to be shared between pages. Codes are
//! canonical: their lengths alone define them. They are complete, so that every pattern of bits is a symbol and the
//! decoder needs no error path per value.

use super::{Decoded, Malformed, read_byte, read_slice};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The longest code. Its table of 1,024 entries is quick to fill and stays in the nearest cache.
pub(crate) const CODE_BITS_MAX: u32 = 10;

/// Lengths that a code can have, 0 for no code among them.
const CODE_LENGTHS: usize = CODE_BITS_MAX as usize + 1;

/// Entries of a decoding table.
pub(crate) const TABLE_LEN: usize = 1 << CODE_BITS_MAX;

/// The length of each symbol's code; 0 for symbols that do not occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PrefixCode {
    lengths: Vec<u8>,
}

impl PrefixCode {
    /// The code for symbols that occur this often. There are at most 255, and one or more occur.
    pub(crate) fn of(counts: &[u32]) -> Self {
        let mut lengths = vec![0; counts.len().max(2)];
        let present: Vec<usize> = (0..counts.len()).filter(|symbol| counts[*symbol] > 0).collect();
        if let [only] = present[..] {
            // A code needs two symbols to be complete.
            lengths[only] = 1;
            lengths[usize::from(only == 0)] = 1;
            return Self { lengths };
        }
        for (symbol, depth) in present.iter().zip(depths(&present, counts)) {
            lengths[*symbol] = u8::try_from(depth.min(CODE_BITS_MAX)).expect("at most 10");
        }
        complete(&mut lengths, counts);
        Self { lengths }
    }

    /// The length of the code of `symbol`.
    pub(crate) fn length(&self, symbol: usize) -> u32 {
        u32::from(self.lengths[symbol])
    }

    /// The code of each symbol, its first bit lowest: codes of one length count up in the order of their symbols.
    pub(crate) fn codes(&self) -> Vec<u32> {
        let mut counts = [0; CODE_LENGTHS];
        self.lengths.iter().for_each(|length| counts[usize::from(*length)] += 1);
        counts[0] = 0;
        let mut next = [0_u32; CODE_LENGTHS];
        for length in 1..CODE_LENGTHS {
            next[length] = (next[length - 1] + counts[length - 1]) << 1;
        }
        let code = |length: &u8| {
            let next = &mut next[usize::from(*length)];
            *next += 1;
            (*next - 1).reverse_bits().checked_shr(u32::BITS - u32::from(*length)).unwrap_or(0)
        };
        self.lengths.iter().map(code).collect()
    }

    /// What every pattern of [`CODE_BITS_MAX`] bits begins with, as `entry` says it of a symbol and the length of its code.
    pub(crate) fn table(&self, entry: impl Fn(usize, u32) -> u32) -> [u32; TABLE_LEN] {
        let codes = self.codes();
        let mut by_length: Vec<usize> = self.symbols().collect();
        by_length.sort_by_key(|symbol| self.lengths[*symbol]);
        let mut symbols = by_length.into_iter().peekable();
        let mut table = [0; TABLE_LEN];
        // A pattern with one bit more begins with the same symbol, unless a code of just that length says otherwise.
        for length in 1..=CODE_BITS_MAX {
            let half = 1 << (length - 1);
            table.copy_within(..half, half);
            while let Some(symbol) = symbols.next_if(|symbol| self.length(*symbol) == length) {
                table[codes[symbol] as usize] = entry(symbol, length);
            }
        }
        table
    }

    /// The symbols that occur.
    pub(crate) fn symbols(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        (0..self.lengths.len()).filter(|symbol| self.lengths[*symbol] > 0)
    }

    /// Appends the first symbol, the count of symbols from there on, and their lengths in four bits each.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let first = self.symbols().next().unwrap_or(0);
        let last = self.symbols().next_back().unwrap_or(0);
        let small = |number: usize| u8::try_from(number).expect("at most 255 symbols");
        out.extend([small(first), small(last - first + 1)]);
        let pairs = self.lengths[first..=last].chunks(2);
        out.extend(pairs.map(|pair| pair[0] | pair.get(1).copied().unwrap_or(0) << 4));
    }

    /// Takes a code for at most `symbols` symbols off the front of `input`.
    pub(crate) fn read(input: &mut &[u8], symbols: usize) -> Decoded<Self> {
        let (first, count) = (usize::from(read_byte(input)?), usize::from(read_byte(input)?));
        if first + count > symbols {
            return Err(Malformed("a code of known symbols"));
        }
        let nibbles = read_slice(input, count.div_ceil(2))?;
        let mut lengths = vec![0; first + count];
        for (index, length) in lengths[first..].iter_mut().enumerate() {
            *length = nibbles[index / 2] >> (4 * (index % 2)) & 15;
        }
        let short = lengths.iter().all(|length| u32::from(*length) <= CODE_BITS_MAX);
        if short && weight(&lengths) == TABLE_LEN {
            Ok(Self { lengths })
        } else {
            Err(Malformed("a complete code"))
        }
    }
}

/// The depth of each present symbol in the Huffman tree.
fn depths(present: &[usize], counts: &[u32]) -> Vec<u32> {
    let mut heap: BinaryHeap<Reverse<(u64, usize)>> = present
        .iter()
        .enumerate()
        .map(|(leaf, symbol)| Reverse((u64::from(counts[*symbol]), leaf)))
        .collect();
    let mut parents = vec![0; present.len()];
    while let (Some(Reverse((a, left))), Some(Reverse((b, right)))) = (heap.pop(), heap.pop()) {
        let node = parents.len();
        (parents[left], parents[right]) = (node, node);
        parents.push(node);
        heap.push(Reverse((a + b, node)));
        if heap.len() == 1 {
            break;
        }
    }
    // A parent stands behind its children, so that going backwards meets it first.
    let mut depths = vec![0; parents.len()];
    for node in (0..parents.len().saturating_sub(1)).rev() {
        depths[node] = depths[parents[node]] + 1;
    }
    depths.truncate(present.len());
    depths
}

/// How much of all patterns the codes take.
fn weight(lengths: &[u8]) -> usize {
    lengths.iter().filter(|length| **length > 0).map(|length| TABLE_LEN >> length).sum()
}

/// Makes clamped lengths a complete code: the rarest symbols give way, then what is left is given back.
fn complete(lengths: &mut [u8], counts: &[u32]) {
    let longest = u8::try_from(CODE_BITS_MAX).expect("a small constant");
    let rarity = |symbol: &usize| Reverse(counts.get(*symbol).copied().unwrap_or(0));
    while weight(lengths) > TABLE_LEN {
        let candidates = (0..lengths.len()).filter(|symbol| (1..longest).contains(&lengths[*symbol]));
        let symbol = candidates.max_by_key(|symbol| (lengths[*symbol], rarity(symbol)));
        lengths[symbol.expect("fewer symbols than patterns")] += 1;
    }
    while weight(lengths) < TABLE_LEN {
        let symbol = (0..lengths.len()).max_by_key(|symbol| (lengths[*symbol], Reverse(rarity(symbol))));
        lengths[symbol.expect("two symbols or more")] -= 1;
    }
}

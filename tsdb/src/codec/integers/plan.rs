//! The plan of a page of integers: one pass measures it for every packed kind at once, and the smallest kind wins.

use super::{DEPTH_MAX, residuals};
use crate::codec::Kind;
use crate::codec::bits::{self, BLOCK};
use crate::codec::coded::{self, Coding};
use disk::varint;

/// Below this many values neither runs nor a divisor pay for their header.
const NESTING_COUNT_MIN: usize = 8;

/// On fewer values a code is not tried: two of them have no difference of differences.
const COUNT_MIN: usize = coded::COUNT_MIN + 2;

/// Most bytes that stand before packed or coded numbers.
const HEADS_BYTES_MAX: usize = 1 + 2 * varint::VARINT_BYTES_MAX;

/// The choice for one page.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(super) kind: Kind,
    /// For [`Kind::Scaled`]: the divisor of all differences.
    pub(super) divisor: u64,
    /// For the coded kinds: what they code, and how.
    pub(super) coded: Option<Box<(Vec<i64>, Coding)>>,
    /// About how many bytes the page will take.
    pub(crate) bytes: usize,
}

impl Plan {
    /// The smallest kind for `values`.
    pub(crate) fn of(values: &[i64]) -> Self {
        Self::nested(values, DEPTH_MAX)
    }

    pub(super) fn nested(values: &[i64], depth: u8) -> Self {
        let survey = Survey::of(values);
        if survey.is_linear() {
            return Self::plain(Kind::Linear, HEADS_BYTES_MAX);
        }
        let mut best = survey.best_packed();
        if values.len() < NESTING_COUNT_MIN {
            return best;
        }
        if depth >= 1 {
            let coded = best.coded(values);
            best = best.or(coded).or(survey.runs());
        }
        if depth >= 2 && best.kind != Kind::Runs {
            let scaled = survey.scaled(values, best.bytes);
            best = best.or(scaled);
        }
        best
    }

    const fn plain(kind: Kind, bytes: usize) -> Self {
        Self { kind, divisor: 1, coded: None, bytes }
    }

    /// Whether the page is a start and a step, so that nothing can be smaller.
    pub(crate) fn is_linear(&self) -> bool {
        self.kind == Kind::Linear
    }

    /// The same numbers coded instead of packed.
    fn coded(&self, values: &[i64]) -> Self {
        let kind = match self.kind {
            Kind::Packed => Kind::CodedValues,
            Kind::Deltas => Kind::CodedDeltas,
            _ => Kind::CodedSecondDeltas,
        };
        if values.len() < COUNT_MIN || self.bytes <= HEADS_BYTES_MAX {
            return Self::plain(kind, usize::MAX);
        }
        let residuals = residuals(kind, values);
        let Some(coding) = Coding::of(&residuals) else { return Self::plain(kind, usize::MAX) };
        let bytes = HEADS_BYTES_MAX + coding.bytes();
        // Packed numbers decode three times as fast: a few percent are not worth it.
        Self { kind, divisor: 1, coded: Some(Box::new((residuals, coding))), bytes: bytes + bytes / 32 }
    }

    fn or(self, other: Self) -> Self {
        if other.bytes < self.bytes { other } else { self }
    }
}

/// The smallest and the largest of some numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) min: i64,
    max: i64,
}

impl Span {
    pub(super) const EMPTY: Self = Self { min: i64::MAX, max: i64::MIN };

    pub(super) fn add(&mut self, value: i64) {
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Bits of an offset from the smallest.
    pub(super) fn width(self) -> u32 {
        if self.min > self.max { 0 } else { bits::width(self.max.wrapping_sub(self.min).cast_unsigned()) }
    }

    fn packed_len(self, count: usize) -> usize {
        let header = 1 + varint_len(varint::zigzag(self.min));
        header + bits::packed_len(count, self.width())
    }
}

fn varint_len(number: u64) -> usize {
    (bits::width(number).max(1) as usize).div_ceil(7)
}

/// What one pass learns about a page.
#[derive(Debug)]
struct Survey {
    count: usize,
    whole: Span,
    deltas: Span,
    /// How often a value differs from the one before it.
    changes: usize,
    packed_bytes: usize,
    deltas_bytes: usize,
    seconds_bytes: usize,
}

impl Survey {
    fn of(values: &[i64]) -> Self {
        let mut survey = Self {
            count: values.len(),
            whole: Span::EMPTY,
            deltas: Span::EMPTY,
            changes: 0,
            packed_bytes: 1,
            deltas_bytes: 11,
            seconds_bytes: 16,
        };
        let first = values.first().copied().unwrap_or(0);
        let (mut last, mut last_delta) = (first, 0);
        for (index, block) in values.chunks(BLOCK).enumerate() {
            let (mut plain, mut deltas, mut seconds) = (Span::EMPTY, Span::EMPTY, Span::EMPTY);
            for value in block {
                let delta = value.wrapping_sub(last);
                plain.add(*value);
                deltas.add(delta);
                seconds.add(delta.wrapping_sub(last_delta));
                survey.changes += usize::from(delta != 0);
                (last, last_delta) = (*value, delta);
            }
            // The first value has no difference and the second no second one: what the loop made up is harmless
            // but for the first block, where it would widen the span.
            if index == 0 {
                (deltas, seconds) = (spans_without_start(block).0, spans_without_start(block).1);
            }
            survey.add_block(block.len(), plain, deltas, seconds);
        }
        survey
    }

    fn add_block(&mut self, count: usize, plain: Span, deltas: Span, seconds: Span) {
        self.whole = Span { min: self.whole.min.min(plain.min), max: self.whole.max.max(plain.max) };
        self.deltas = Span { min: self.deltas.min.min(deltas.min), max: self.deltas.max.max(deltas.max) };
        self.packed_bytes += plain.packed_len(count);
        self.deltas_bytes += deltas.packed_len(count);
        self.seconds_bytes += seconds.packed_len(count);
    }

    fn is_linear(&self) -> bool {
        self.count < 2 || self.deltas.min == self.deltas.max
    }

    fn best_packed(&self) -> Plan {
        Plan::plain(Kind::Packed, self.packed_bytes)
            .or(Plan::plain(Kind::Deltas, self.deltas_bytes))
            .or(Plan::plain(Kind::SecondDeltas, self.seconds_bytes))
    }

    /// Runs cost a value and a length each; both are taken at the width that the page shows.
    fn runs(&self) -> Plan {
        let runs = self.changes + 1;
        let run_bits =
            self.whole.width().min(self.deltas.width()) + bits::width((self.count / runs) as u64) + 2;
        Plan::plain(Kind::Runs, 16 + bits::packed_len(runs, run_bits))
    }

    /// Dividing by what all differences have in common saves that many bits per value.
    fn scaled(&self, values: &[i64], bytes: usize) -> Plan {
        let spans_i64 = self.whole.max.checked_sub(self.whole.min).is_some();
        let divisor = if spans_i64 { common_divisor(values) } else { 1 };
        let saved = bits::packed_len(self.count, divisor.max(1).ilog2());
        let scaled = (bytes + 1 + 2 * varint::VARINT_BYTES_MAX).saturating_sub(saved);
        let bytes = if divisor > 1 { scaled } else { usize::MAX };
        Plan { divisor, ..Plan::plain(Kind::Scaled, bytes) }
    }
}

/// Differences and second differences of the first block, without the first one or two that have none.
fn spans_without_start(block: &[i64]) -> (Span, Span) {
    let (mut deltas, mut seconds) = (Span::EMPTY, Span::EMPTY);
    block.windows(2).for_each(|pair| deltas.add(pair[1].wrapping_sub(pair[0])));
    block.windows(3).for_each(|three| {
        seconds.add(three[2].wrapping_sub(three[1]).wrapping_sub(three[1].wrapping_sub(three[0])));
    });
    (deltas, seconds)
}

/// The greatest common divisor of all differences, 1 as soon as there is no other.
fn common_divisor(values: &[i64]) -> u64 {
    let mut divisor = 0;
    for pair in values.windows(2) {
        divisor = greatest_common_divisor(divisor, pair[1].wrapping_sub(pair[0]).unsigned_abs());
        if divisor == 1 {
            break;
        }
    }
    divisor
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

//! Integers: constant steps, differences and offsets in packed bits, runs; also times, ids and decimal mantissas.
//!
//! One pass measures the page for every packed kind at once; the smallest wins. Arithmetic wraps, so that the full
//! range of `i64` (and `u64` behind it) goes through.

mod plan;

use super::bits::{self, BLOCK};
use super::coded;
use super::{Decoded, Kind, Malformed, read_byte, read_count, read_i64, read_u64, write_count};
use disk::varint;
use plan::Span;

pub(crate) use plan::Plan;

/// How deep kinds may nest: scaled integers may hold runs, runs hold neither.
const DEPTH_MAX: u8 = 2;

/// Appends `values` in the smallest kind.
pub(crate) fn encode(values: &[i64], out: &mut Vec<u8>) {
    encode_planned(values, &Plan::of(values), out);
}

/// Takes `count` integers off the front of `input` and appends them to `values`.
pub(crate) fn decode(input: &mut &[u8], count: usize, values: &mut Vec<i64>) -> Decoded<()> {
    decode_nested(input, count, DEPTH_MAX, values)
}

/// Takes `count` integers off the front of `input`.
pub(crate) fn decode_new(input: &mut &[u8], count: usize) -> Decoded<Vec<i64>> {
    let mut values = Vec::new();
    decode(input, count, &mut values)?;
    Ok(values)
}

/// Appends `values` as planned.
pub(crate) fn encode_planned(values: &[i64], plan: &Plan, out: &mut Vec<u8>) {
    plan.kind.write(out);
    match plan.kind {
        Kind::Linear => encode_linear(values, out),
        Kind::Scaled => encode_scaled(values, plan.divisor, out),
        Kind::Runs => encode_runs(values, out),
        _ => encode_residuals(values, plan, out),
    }
}

fn decode_nested(input: &mut &[u8], count: usize, depth: u8, values: &mut Vec<i64>) -> Decoded<()> {
    match Kind::read(input)? {
        Kind::Linear => decode_linear(input, count, values),
        Kind::Packed => decode_values(input, count, false, values),
        Kind::Deltas => decode_deltas(input, count, false, values),
        Kind::SecondDeltas => decode_second_deltas(input, count, false, values),
        Kind::CodedValues if depth >= 1 => decode_values(input, count, true, values),
        Kind::CodedDeltas if depth >= 1 => decode_deltas(input, count, true, values),
        Kind::CodedSecondDeltas if depth >= 1 => decode_second_deltas(input, count, true, values),
        Kind::Scaled if depth >= 2 => decode_scaled(input, count, values),
        Kind::Runs if depth >= 1 => decode_runs(input, count, values),
        _ => Err(Malformed("a codec of integers")),
    }
}

fn encode_linear(values: &[i64], out: &mut Vec<u8>) {
    let first = values.first().copied().unwrap_or(0);
    let second = values.get(1).copied().unwrap_or(first);
    varint::write_i64(out, first);
    varint::write_i64(out, second.wrapping_sub(first));
}

fn decode_linear(input: &mut &[u8], count: usize, values: &mut Vec<i64>) -> Decoded<()> {
    let (mut value, step) = (read_i64(input)?, read_i64(input)?);
    values.reserve(count);
    for _ in 0..count {
        values.push(value);
        value = value.wrapping_add(step);
    }
    Ok(())
}

/// What is left to store of the values: themselves, their differences, or the differences of these.
fn residuals(kind: Kind, values: &[i64]) -> Vec<i64> {
    let delta = |pair: &[i64]| pair[1].wrapping_sub(pair[0]);
    match kind {
        Kind::Deltas | Kind::CodedDeltas => values.windows(2).map(delta).collect(),
        Kind::SecondDeltas | Kind::CodedSecondDeltas => {
            values.windows(3).map(|three| delta(&three[1..]).wrapping_sub(delta(three))).collect()
        }
        _ => values.to_vec(),
    }
}

fn encode_residuals(values: &[i64], plan: &Plan, out: &mut Vec<u8>) {
    let heads = match plan.kind {
        Kind::Packed | Kind::CodedValues => 0,
        Kind::Deltas | Kind::CodedDeltas => 1,
        _ => 2,
    };
    if heads >= 1 {
        varint::write_i64(out, values[0]);
    }
    if heads >= 2 {
        varint::write_i64(out, values[1].wrapping_sub(values[0]));
    }
    match plan.coded.as_deref() {
        Some((residuals, coding)) => coding.encode(residuals, out),
        None => pack(&residuals(plan.kind, values), out),
    }
}

fn decode_values(input: &mut &[u8], count: usize, coded: bool, values: &mut Vec<i64>) -> Decoded<()> {
    values.reserve(count);
    take_residuals(input, count, coded, |base, offsets| {
        values.extend(offsets.iter().map(|offset| base.wrapping_add(offset.cast_signed())));
    })
}

fn decode_deltas(input: &mut &[u8], count: usize, coded: bool, values: &mut Vec<i64>) -> Decoded<()> {
    let mut value = read_i64(input)?;
    let rest = count.checked_sub(1).ok_or(Malformed("one value or more"))?;
    values.reserve(count);
    values.push(value);
    take_residuals(input, rest, coded, |base, offsets| {
        values.extend(offsets.iter().map(|offset| {
            value = value.wrapping_add(base.wrapping_add(offset.cast_signed()));
            value
        }));
    })
}

fn decode_second_deltas(input: &mut &[u8], count: usize, coded: bool, values: &mut Vec<i64>) -> Decoded<()> {
    let (first, mut delta) = (read_i64(input)?, read_i64(input)?);
    let rest = count.checked_sub(2).ok_or(Malformed("two values or more"))?;
    let mut value = first.wrapping_add(delta);
    values.reserve(count);
    values.extend([first, value]);
    take_residuals(input, rest, coded, |base, offsets| {
        values.extend(offsets.iter().map(|offset| {
            delta = delta.wrapping_add(base.wrapping_add(offset.cast_signed()));
            value = value.wrapping_add(delta);
            value
        }));
    })
}

fn encode_scaled(values: &[i64], divisor: u64, out: &mut Vec<u8>) {
    let first = values[0];
    let quotient = |value: &i64| i128::from(*value) - i128::from(first);
    let quotients: Vec<i64> = values
        .iter()
        .map(|value| quotient(value) / i128::from(divisor))
        .map(|quotient| i64::try_from(quotient).expect("the span of the page fits 64 bits"))
        .collect();
    varint::write_i64(out, first);
    varint::write_u64(out, divisor);
    encode_planned(&quotients, &Plan::nested(&quotients, DEPTH_MAX - 1), out);
}

fn decode_scaled(input: &mut &[u8], count: usize, values: &mut Vec<i64>) -> Decoded<()> {
    let (first, divisor) = (read_i64(input)?, read_u64(input)?.cast_signed());
    let from = values.len();
    decode_nested(input, count, DEPTH_MAX - 1, values)?;
    for value in &mut values[from..] {
        *value = first.wrapping_add(value.wrapping_mul(divisor));
    }
    Ok(())
}

fn encode_runs(values: &[i64], out: &mut Vec<u8>) {
    let (mut starts, mut lengths) = (Vec::new(), Vec::new());
    for run in values.chunk_by(|a, b| a == b) {
        starts.push(run[0]);
        lengths.push(run.len() as i64);
    }
    write_count(out, starts.len());
    encode_planned(&starts, &Plan::nested(&starts, 0), out);
    encode_planned(&lengths, &Plan::nested(&lengths, 0), out);
}

fn decode_runs(input: &mut &[u8], count: usize, values: &mut Vec<i64>) -> Decoded<()> {
    let runs = read_count(input, count)?;
    let (mut starts, mut lengths) = (Vec::new(), Vec::new());
    decode_nested(input, runs, 0, &mut starts)?;
    decode_nested(input, runs, 0, &mut lengths)?;
    fill_runs(starts.into_iter().zip(lengths), count, values)
}

/// Appends each value as often as its length says; the lengths must add up to `count`.
pub(crate) fn fill_runs<T: Clone>(
    runs: impl Iterator<Item = (T, i64)>,
    count: usize,
    values: &mut Vec<T>,
) -> Decoded<()> {
    let mut left = count;
    values.reserve(count);
    for (value, length) in runs {
        let length = usize::try_from(length).map_err(|_| Malformed("the length of a run"))?;
        left = left.checked_sub(length).ok_or(Malformed("runs within the page"))?;
        values.extend(std::iter::repeat_n(value, length));
    }
    if left == 0 { Ok(()) } else { Err(Malformed("runs that fill the page")) }
}

/// Appends blocks: the smallest number, the width of the offsets from it, the offsets.
fn pack(numbers: &[i64], out: &mut Vec<u8>) {
    numbers.chunks(BLOCK).for_each(|block| pack_block(block, out));
}

fn pack_block(block: &[i64], out: &mut Vec<u8>) {
    let mut span = Span::EMPTY;
    block.iter().for_each(|value| span.add(*value));
    let mut offsets = [0_u64; BLOCK];
    for (offset, value) in offsets.iter_mut().zip(block) {
        *offset = value.wrapping_sub(span.min).cast_unsigned();
    }
    varint::write_i64(out, span.min);
    out.push(span.width().to_le_bytes()[0]);
    bits::pack(&offsets[..block.len()], span.width(), out);
}

/// Hands numbers to `take`, packed or coded, as offsets from its first argument.
fn take_residuals(
    input: &mut &[u8],
    count: usize,
    coded: bool,
    mut take: impl FnMut(i64, &[u64]),
) -> Decoded<()> {
    if coded {
        return coded::decode(input, count, take);
    }
    let mut offsets = [0; BLOCK];
    let mut left = count;
    while left > 0 {
        let len = left.min(BLOCK);
        let min = read_i64(input)?;
        let width = u32::from(read_byte(input)?);
        bits::unpack(input, len, width, &mut offsets)?;
        take(min, &offsets[..len]);
        left -= len;
    }
    Ok(())
}

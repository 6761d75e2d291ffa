//! Booleans: a bit each, or the lengths of the runs. Also which rows of a page hold a value.

use super::{Decoded, Kind, Malformed, integers, read_byte, read_count, read_slice, write_count};

/// Appends `values`.
pub(crate) fn encode(values: &[bool], out: &mut Vec<u8>) {
    let runs = values.chunk_by(|a, b| a == b).count();
    // A run costs about a byte and a half with its header; eight values cost a byte as bits.
    match 2 * runs + 8 < values.len().div_ceil(8) {
        true => encode_runs(values, runs, out),
        false => encode_bits(values, out),
    }
}

/// Takes `count` booleans off the front of `input` and appends them to `values`.
pub(crate) fn decode(input: &mut &[u8], count: usize, values: &mut Vec<bool>) -> Decoded<()> {
    match Kind::read(input)? {
        Kind::Bits => decode_bits(input, count, values),
        Kind::BitRuns => decode_runs(input, count, values),
        _ => Err(Malformed("a codec of booleans")),
    }
}

fn encode_bits(values: &[bool], out: &mut Vec<u8>) {
    Kind::Bits.write(out);
    out.extend(values.chunks(8).map(|eight| {
        eight.iter().enumerate().fold(0, |byte, (index, value)| byte | u8::from(*value) << index)
    }));
}

fn decode_bits(input: &mut &[u8], count: usize, values: &mut Vec<bool>) -> Decoded<()> {
    let bytes = read_slice(input, count.div_ceil(8))?;
    values.extend((0..count).map(|index| bytes[index / 8] >> (index % 8) & 1 == 1));
    Ok(())
}

fn encode_runs(values: &[bool], runs: usize, out: &mut Vec<u8>) {
    Kind::BitRuns.write(out);
    out.push(u8::from(values.first().copied().unwrap_or(false)));
    write_count(out, runs);
    let lengths: Vec<i64> = values.chunk_by(|a, b| a == b).map(|run| run.len() as i64).collect();
    integers::encode(&lengths, out);
}

fn decode_runs(input: &mut &[u8], count: usize, values: &mut Vec<bool>) -> Decoded<()> {
    let mut value = read_byte(input)? == 1;
    let runs = read_count(input, count)?;
    let lengths = integers::decode_new(input, runs)?;
    let alternating = lengths.into_iter().map(|length| {
        value = !value;
        (!value, length)
    });
    integers::fill_runs(alternating, count, values)
}

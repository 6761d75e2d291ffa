//! Floats: decimals as integers, bit patterns as integers, and `pco` for what is neither.
//!
//! Every bit pattern goes through: NaN payloads, -0.0, infinities. A page of one repeated value is a constant bit
//! pattern, a page of few changes is runs of bit patterns.

use super::decimals::Decimals;
use super::integers::{self, Plan};
use super::{Decoded, Kind, Malformed, read_count, read_slice};
use disk::varint;
use pco::{ChunkConfig, standalone};

/// `pco` writes about 40 bytes of header and tables: nothing is won on fewer values.
const PCO_COUNT_MIN: usize = 64;

/// A page that takes fewer bits per value than this stays as it is: `pco` encodes ten times slower.
const PCO_BITS_MIN: usize = 24;

/// Level 4 is within a few percent of 8 on pages of 2,048 values and encodes twice as fast.
const PCO_LEVEL: usize = 4;

/// Appends `values` in the smallest kind.
pub(crate) fn encode(values: &[f64], out: &mut Vec<u8>) {
    let patterns: Vec<i64> = values.iter().map(|value| value.to_bits().cast_signed()).collect();
    let patterns_plan = Plan::of(&patterns);
    let decimals = if patterns_plan.is_linear() { None } else { Decimals::of(values) };
    let decimals = decimals.filter(|decimals| decimals.bytes() < patterns_plan.bytes);
    let best = decimals.as_ref().map_or(patterns_plan.bytes, Decimals::bytes);
    if let Some(file) = pco_file(values, best) {
        Kind::Pco.write(out);
        varint::write_bytes(out, &file);
    } else if let Some(decimals) = decimals {
        Kind::Decimals.write(out);
        decimals.encode(out);
    } else {
        Kind::FloatBits.write(out);
        integers::encode_planned(&patterns, &patterns_plan, out);
    }
}

/// Takes `count` floats off the front of `input` and appends them to `values`.
pub(crate) fn decode(input: &mut &[u8], count: usize, values: &mut Vec<f64>) -> Decoded<()> {
    match Kind::read(input)? {
        Kind::FloatBits => decode_bits(input, count, values),
        Kind::Decimals => super::decimals::decode(input, count, values),
        Kind::Pco => decode_pco(input, count, values),
        _ => Err(Malformed("a codec of floats")),
    }
}

fn decode_bits(input: &mut &[u8], count: usize, values: &mut Vec<f64>) -> Decoded<()> {
    let patterns = integers::decode_new(input, count)?;
    values.extend(patterns.iter().map(|pattern| f64::from_bits(pattern.cast_unsigned())));
    Ok(())
}

/// The values as a `pco` file, if that is worth its time and smaller than `bytes`.
fn pco_file(values: &[f64], bytes: usize) -> Option<Vec<u8>> {
    if values.len() < PCO_COUNT_MIN || bytes * 8 < values.len() * PCO_BITS_MIN {
        return None;
    }
    let config = ChunkConfig::default().with_compression_level(PCO_LEVEL);
    let file = standalone::simple_compress(values, &config).ok()?;
    (file.len() < bytes).then_some(file)
}

fn decode_pco(input: &mut &[u8], count: usize, values: &mut Vec<f64>) -> Decoded<()> {
    let len = read_count(input, input.len())?;
    let file = read_slice(input, len)?;
    let from = values.len();
    values.resize(from + count, 0.0);
    let progress = standalone::simple_decompress_into(file, &mut values[from..]);
    match progress {
        Ok(progress) if progress.n_processed == count => Ok(()),
        _ => Err(Malformed("a pco file of the page's values")),
    }
}

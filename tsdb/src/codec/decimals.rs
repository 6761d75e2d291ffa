//! Decimals: floats that are integers divided by a power of ten, as measured percentages and loads are.
//!
//! The idea is that of ALP (Afroozeh, Kuffo, Boncz: "ALP: Adaptive Lossless floating-Point Compression", 2023):
//! one exponent per page, and the values that it does not reproduce bit for bit kept aside. Ours divides by the
//! power instead of multiplying by its inverse: a division of two exact numbers is rounded once, so every decimal
//! of up to 15 digits comes back.

use super::integers::{self, Plan};
use super::{Decoded, Malformed, read_byte, read_count, read_slice, read_u64, write_count};
use disk::varint;

/// Powers of ten that are exact in a float, as far as 15 digits need them.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Adding and taking away 1.5 × 2^52 rounds a float below [`MANTISSA_LIMIT`] to the nearest integer.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// 2^51: beyond it the rounding trick fails.
const MANTISSA_LIMIT: f64 = 2_251_799_813_685_248.0;

/// Values that are looked at to find the exponent.
const SAMPLE: usize = 32;

/// A value kept aside takes its eight bytes and about two for its row.
const EXCEPTION_BYTES: usize = 10;

/// A page as decimals.
#[derive(Debug)]
pub(crate) struct Decimals {
    exponent: u8,
    mantissas: Vec<i64>,
    exceptions: Vec<(usize, f64)>,
    plan: Plan,
}

impl Decimals {
    /// The page with its best exponent; nothing if more than half of a sample are no decimals.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let (most, all) = exponents(values)?;
        let page = Self::with_exponent(values, all);
        if most == all {
            return Some(page);
        }
        let narrow = Self::with_exponent(values, most);
        Some(if narrow.bytes() < page.bytes() { narrow } else { page })
    }

    fn with_exponent(values: &[f64], exponent: u8) -> Self {
        let mut exceptions = Vec::new();
        let mut mantissas = Vec::with_capacity(values.len());
        let mut last = 0;
        for (row, value) in values.iter().enumerate() {
            match mantissa(*value, exponent) {
                Some(mantissa) => last = mantissa,
                None => exceptions.push((row, *value)),
            }
            mantissas.push(last);
        }
        let plan = Plan::of(&mantissas);
        Self { exponent, mantissas, exceptions, plan }
    }

    /// About how many bytes the page will take.
    pub(crate) fn bytes(&self) -> usize {
        3 + self.plan.bytes + self.exceptions.len() * EXCEPTION_BYTES
    }

    /// Appends exponent, exceptions and mantissas. The mantissa in the place of an exception repeats the last one.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.exponent);
        write_count(out, self.exceptions.len());
        let mut last = 0;
        for (row, value) in &self.exceptions {
            varint::write_u64(out, (row - last) as u64);
            out.extend_from_slice(&value.to_bits().to_le_bytes());
            last = *row;
        }
        integers::encode_planned(&self.mantissas, &self.plan, out);
    }
}

/// Takes `count` floats off the front of `input` and appends them to `values`.
pub(crate) fn decode(input: &mut &[u8], count: usize, values: &mut Vec<f64>) -> Decoded<()> {
    let power = *POWERS.get(usize::from(read_byte(input)?)).ok_or(Malformed("a decimal exponent"))?;
    let exceptions = decode_exceptions(input, count)?;
    let mantissas = integers::decode_new(input, count)?;
    let from = values.len();
    values.extend(mantissas.iter().map(|mantissa| quotient(*mantissa, power)));
    for (row, value) in exceptions {
        values[from + row] = value;
    }
    Ok(())
}

fn decode_exceptions(input: &mut &[u8], count: usize) -> Decoded<Vec<(usize, f64)>> {
    let exceptions = read_count(input, count)?;
    let mut row = 0;
    (0..exceptions)
        .map(|_| {
            let step = usize::try_from(read_u64(input)?).map_err(|_| Malformed("a row"))?;
            row = step.checked_add(row).filter(|row| *row < count).ok_or(Malformed("a row of the page"))?;
            let bytes = read_slice(input, 8)?;
            let pattern = u64::from_le_bytes(*bytes.first_chunk().ok_or(Malformed("a float"))?);
            Ok((row, f64::from_bits(pattern)))
        })
        .collect()
}

/// The exponents that reproduce nine tenths and all of those sampled values that are decimals.
fn exponents(values: &[f64]) -> Option<(u8, u8)> {
    let step = values.len().div_ceil(SAMPLE).max(1);
    let sample = values.iter().step_by(step);
    let sampled = sample.len();
    let mut exponents: Vec<u8> = sample.filter_map(|value| smallest_exponent(*value)).collect();
    if exponents.is_empty() || exponents.len() * 2 < sampled {
        return None;
    }
    exponents.sort_unstable();
    Some((exponents[(exponents.len() - 1) * 9 / 10], exponents[exponents.len() - 1]))
}

fn smallest_exponent(value: f64) -> Option<u8> {
    (0_u8..).take(POWERS.len()).find(|exponent| mantissa(value, *exponent).is_some())
}

/// The integer that gives back exactly the bits of `value` when divided by ten to the `exponent`.
fn mantissa(value: f64, exponent: u8) -> Option<i64> {
    let power = POWERS[usize::from(exponent)];
    let scaled = value * power;
    let biased = scaled + ROUNDER;
    let mantissa = biased.to_bits().wrapping_sub(ROUNDER.to_bits()).cast_signed();
    let exact = scaled.abs() < MANTISSA_LIMIT && quotient(mantissa, power).to_bits() == value.to_bits();
    exact.then_some(mantissa)
}

fn quotient(mantissa: i64, power: f64) -> f64 {
    mantissa as f64 / power
}

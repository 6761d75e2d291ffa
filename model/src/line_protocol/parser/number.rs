//! Numbers: floats without a suffix, integers with `i`, unsigned integers with `u`.
//!
//! Most numbers have few digits: their digits make a `u64` in one pass, which a power of ten divides
//! exactly (Clinger, "How to read floating point numbers accurately", 1990, the fast path). All others
//! go through the standard library, which rounds correctly too.

use crate::FieldType;
use crate::line_protocol::error::{Fault, Reason};
use crate::points::SpanValue;

/// A `u64` holds every number of so many digits.
const DIGITS_MAX: usize = 19;

/// A float holds every integer up to this one exactly.
const EXACT_MAX: u64 = 1 << 53;

/// The powers of ten that a float holds exactly.
const POWERS_OF_TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// How many bytes of a bad number an error repeats.
const REPEATED_BYTES_MAX: usize = 64;

/// Where the value that begins at `start` ends.
pub(super) fn token_end(line: &[u8], start: usize) -> usize {
    let length = line[start..].iter().position(|byte| matches!(byte, b',' | b' '));
    length.map_or(line.len(), |length| start + length)
}

/// The number that begins at `start`, and where it ends.
pub(super) fn read(line: &[u8], start: usize, unsigned: bool) -> Result<(SpanValue, usize), Fault> {
    if let Some(found) = read_short(line, start) {
        return Ok(found);
    }
    let end = token_end(line, start);
    match read_token(&line[start..end], unsigned) {
        Ok(value) => Ok((value, end)),
        Err(reason) => Err(reason.at(start)),
    }
}

/// Digits with at most one point and perhaps an `i`, few enough for exact arithmetic.
fn read_short(line: &[u8], start: usize) -> Option<(SpanValue, usize)> {
    let negative = line[start] == b'-';
    let first = start + usize::from(negative);
    let (whole, after_whole) = read_digits(line, first, 0);
    let mut digits = after_whole - first;
    let (mut mantissa, mut at, mut decimals) = (whole, after_whole, 0);
    if line.get(at) == Some(&b'.') {
        (mantissa, at) = read_digits(line, at + 1, whole);
        decimals = at - after_whole - 1;
        digits += decimals;
    }
    if digits == 0 || digits > DIGITS_MAX {
        return None;
    }
    match line.get(at) {
        None | Some(b',' | b' ') => Some((short_float(mantissa, decimals, negative)?, at)),
        Some(b'i') if at == after_whole && ends(line, at + 1) => {
            Some((short_integer(mantissa, negative)?, at + 1))
        }
        _ => None,
    }
}

/// The digits from `start` on behind those of `mantissa`, and where they end. Wraps beyond
/// [`DIGITS_MAX`] digits, which the caller counts.
fn read_digits(line: &[u8], start: usize, mut mantissa: u64) -> (u64, usize) {
    let mut at = start;
    while let Some(digit) = line.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (mantissa, at)
}

fn ends(line: &[u8], at: usize) -> bool {
    matches!(line.get(at), None | Some(b',' | b' '))
}

fn short_float(mantissa: u64, decimals: usize, negative: bool) -> Option<SpanValue> {
    if mantissa > EXACT_MAX {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "EXACT_MAX says that there is none")]
    let magnitude = mantissa as f64 / POWERS_OF_TEN.get(decimals)?;
    Some(SpanValue::Float(if negative { -magnitude } else { magnitude }))
}

fn short_integer(magnitude: u64, negative: bool) -> Option<SpanValue> {
    let magnitude = i64::try_from(magnitude).ok()?;
    Some(SpanValue::Integer(if negative { -magnitude } else { magnitude }))
}

/// Any number, by InfluxDB's rules and with its reasons.
fn read_token(token: &[u8], unsigned: bool) -> Result<SpanValue, Reason> {
    match token.split_last() {
        Some((b'i', digits)) => read_integer(digits),
        Some((b'u', digits)) if unsigned => read_unsigned(digits),
        _ => read_float(token),
    }
}

fn read_integer(token: &[u8]) -> Result<SpanValue, Reason> {
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    let text = digits_text(token, digits)?;
    text.parse().map(SpanValue::Integer).map_err(|_| out_of_range(FieldType::Integer, text))
}

fn read_unsigned(token: &[u8]) -> Result<SpanValue, Reason> {
    let text = digits_text(token, token)?;
    text.parse().map(SpanValue::Unsigned).map_err(|_| out_of_range(FieldType::Unsigned, text))
}

/// `token` as text, when `digits` are one or more digits and nothing else.
fn digits_text<'a>(token: &'a [u8], digits: &[u8]) -> Result<&'a str, Reason> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Reason::InvalidNumber);
    }
    str::from_utf8(token).map_err(|_| Reason::InvalidNumber)
}

fn out_of_range(ty: FieldType, text: &str) -> Reason {
    Reason::IntegerOutOfRange { ty, digits: super::cut(text, REPEATED_BYTES_MAX).into() }
}

fn read_float(token: &[u8]) -> Result<SpanValue, Reason> {
    check_float(token)?;
    let value = str::from_utf8(token).ok().and_then(|text| text.parse().ok());
    value.filter(|value: &f64| value.is_finite()).map(SpanValue::Float).ok_or(Reason::InvalidFloat)
}

/// InfluxDB looks at the characters first: what fails here is no number at all.
fn check_float(token: &[u8]) -> Result<(), Reason> {
    let unsigned = token.strip_prefix(b"-").unwrap_or(token);
    let (mut before, mut points) = (0, 0);
    for (index, byte) in unsigned.iter().enumerate() {
        let fits = match byte {
            b'0'..=b'9' => true,
            b'.' => points == 0,
            b'e' | b'E' => index > 0 || token.len() > unsigned.len(),
            b'+' | b'-' => matches!(before, b'e' | b'E'),
            _ => false,
        };
        if !fits {
            return Err(Reason::InvalidNumber);
        }
        points += usize::from(*byte == b'.');
        before = *byte;
    }
    if unsigned.len() == points { Err(Reason::InvalidNumber) } else { Ok(()) }
}

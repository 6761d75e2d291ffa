//! Lengths of time as InfluxQL and Go spell them. A length is an `i64` in ns.

use std::fmt::Write;
use thiserror::Error;

/// A text that is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DurationError {
    /// It does not consist of numbers with units.
    #[error("invalid duration")]
    Invalid,
    /// It is longer than 292 years.
    #[error("overflowed duration {last}: choose a smaller duration or INF")]
    Overflow {
        /// The number and unit that were one too many.
        last: Box<str>,
    },
}

/// InfluxQL's units, longest spelling first where one begins with another.
const UNITS: [(&str, i64); 11] = [
    ("ns", 1),
    ("us", MICROSECOND),
    ("u", MICROSECOND),
    ("µ", MICROSECOND),
    ("μ", MICROSECOND),
    ("ms", MILLISECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("h", HOUR),
    ("d", 24 * HOUR),
    ("w", 7 * 24 * HOUR),
];

const MICROSECOND: i64 = 1_000;
const MILLISECOND: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;
const HOUR: i64 = 3_600 * SECOND;

/// Reads a length as InfluxQL does: whole numbers with a unit each, added up: `10s`, `1h30m`, `-5m`.
/// The units are `ns`, `u`, `us`, `µ`, `ms`, `s`, `m`, `h`, `d` and `w`.
///
/// # Errors
/// [`DurationError`], whose texts are InfluxDB's.
pub fn parse(text: &str) -> Result<i64, DurationError> {
    let (negative, mut rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    if rest.is_empty() {
        return Err(DurationError::Invalid);
    }
    let mut total = 0_i64;
    while !rest.is_empty() {
        let (count, unit_ns, after) = parse_part(rest)?;
        let sum = count.checked_mul(unit_ns).and_then(|part| total.checked_add(part));
        let last = &rest[..rest.len() - after.len()];
        total = sum.ok_or_else(|| DurationError::Overflow { last: last.into() })?;
        rest = after;
    }
    Ok(if negative { -total } else { total })
}

/// The number and the unit that a text begins with, and what follows them.
fn parse_part(text: &str) -> Result<(i64, i64, &str), DurationError> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let count = text[..digits].parse().map_err(|_| DurationError::Invalid)?;
    let rest = &text[digits..];
    let unit = UNITS.iter().find_map(|(name, ns)| Some((*ns, rest.strip_prefix(name)?)));
    let (unit_ns, after) = unit.ok_or(DurationError::Invalid)?;
    Ok((count, unit_ns, after))
}

/// Writes a length as InfluxQL's statements print it: in the largest unit that divides it, so 90 minutes
/// are `90m` and 168 hours `1w`; nothing is `0s`.
#[must_use]
pub fn to_influxql(ns: i64) -> String {
    const PRINTED: [(&str, i64); 8] = [
        ("w", 7 * 24 * HOUR),
        ("d", 24 * HOUR),
        ("h", HOUR),
        ("m", 60 * SECOND),
        ("s", SECOND),
        ("ms", MILLISECOND),
        ("u", MICROSECOND),
        ("ns", 1),
    ];
    let unit = PRINTED.iter().find(|(_, unit_ns)| ns != 0 && ns % unit_ns == 0);
    unit.map_or_else(|| "0s".to_owned(), |(name, unit_ns)| format!("{}{name}", ns / unit_ns))
}

/// Writes a length as Go's `time.Duration` prints itself, which is how InfluxDB shows retention
/// policies: `168h0m0s`, `1m30s`, `1.5s`, `2ms`, `0s`.
#[must_use]
pub fn to_go(ns: i64) -> String {
    let magnitude = ns.unsigned_abs();
    let mut out = String::from(if ns < 0 { "-" } else { "" });
    match magnitude {
        0 => out.push_str("0s"),
        1..1_000 => push_decimal(&mut out, magnitude, 1, "ns"),
        1_000..1_000_000 => push_decimal(&mut out, magnitude, 1_000, "µs"),
        1_000_000..1_000_000_000 => push_decimal(&mut out, magnitude, 1_000_000, "ms"),
        _ => push_clock(&mut out, magnitude),
    }
    out
}

/// Hours and minutes where there are any, then seconds.
fn push_clock(out: &mut String, ns: u64) {
    let (minutes, rest) = (ns / 60_000_000_000, ns % 60_000_000_000);
    let (hours, minutes_left) = (minutes / 60, minutes % 60);
    if hours > 0 {
        push(out, format_args!("{hours}h"));
    }
    if minutes > 0 {
        push(out, format_args!("{minutes_left}m"));
    }
    push_decimal(out, rest, 1_000_000_000, "s");
}

/// `ns` counted in units of `unit_ns`, with as many decimals as it takes.
fn push_decimal(out: &mut String, ns: u64, unit_ns: u64, unit: &str) {
    push(out, format_args!("{}", ns / unit_ns));
    if !ns.is_multiple_of(unit_ns) {
        let width = unit_ns.ilog10() as usize;
        let decimals = format!("{:0width$}", ns % unit_ns);
        push(out, format_args!(".{}", decimals.trim_end_matches('0')));
    }
    out.push_str(unit);
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a String takes every text");
}

#[cfg(test)]
mod tests;

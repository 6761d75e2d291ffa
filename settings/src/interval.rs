//! Lengths of time as settings spell them: `10s`, `1h30m`, `1.5d`, or a number of seconds.

use crate::limits::INTERVAL_MAX;
use std::time::Duration;

const UNITS: [(&str, f64); 10] = [
    ("ns", 1e-9),
    ("us", 1e-6),
    ("µs", 1e-6),
    ("μs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
    ("d", 86_400.0),
    ("w", 604_800.0),
];

/// The units that [`print`] uses, longest first, in nanoseconds.
const WHOLE_UNITS: [(&str, u128); 6] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
];

/// Reads a length of time.
///
/// # Errors
/// What was expected, as a clause.
pub fn parse(text: &str) -> Result<Duration, String> {
    let trimmed = text.trim();
    let refuse = || format!("expected a length of time like \"10s\" or \"1h30m\", found {text:?}");
    if trimmed.is_empty() {
        return Err(refuse());
    }
    let seconds = match trimmed.parse::<f64>() {
        Ok(seconds) => seconds,
        Err(_) => sum_of_units(trimmed).ok_or_else(refuse)?,
    };
    from_seconds(seconds).ok_or_else(refuse)
}

/// A number of seconds; `None` when it is negative or longer than [`INTERVAL_MAX`].
#[must_use]
pub fn from_seconds(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().filter(|length| *length <= INTERVAL_MAX)
}

fn sum_of_units(mut text: &str) -> Option<f64> {
    let mut sum = 0.0;
    while !text.is_empty() {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = text[..digits].parse().ok()?;
        text = &text[digits..];
        let unit_end = text.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(text.len());
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == &text[..unit_end])?;
        sum += value * unit;
        text = &text[unit_end..];
    }
    Some(sum)
}

/// The length as a setting that [`parse`] reads back.
#[must_use]
pub fn print(length: Duration) -> String {
    let nanoseconds = length.as_nanos();
    if nanoseconds == 0 {
        return "0s".to_owned();
    }
    for (unit, size) in WHOLE_UNITS {
        if nanoseconds.is_multiple_of(size) {
            return format!("{}{unit}", nanoseconds / size);
        }
    }
    format!("{nanoseconds}ns")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_is_read() {
        for (text, milliseconds) in [
            ("10s", 10_000),
            ("10", 10_000),
            ("1.5", 1_500),
            ("1h30m", 5_400_000),
            ("1d", 86_400_000),
            ("1.5d", 129_600_000),
            ("500ms", 500),
            (" 0s ", 0),
            ("1m0.5s", 60_500),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        assert_eq!(parse("250us"), Ok(Duration::from_micros(250)));
        assert_eq!(parse("250µs"), Ok(Duration::from_micros(250)));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "ten", "10x", "-1s", "-1", "1h-3m", "s", "1e300", "NaN", "inf", "999999d", "1..2s"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for text in ["10s", "500ms", "250us", "7ns", "0s"] {
            assert_eq!(print(parse(text).unwrap()), text);
        }
    }
}

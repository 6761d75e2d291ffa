//! Rounding of instants to a precision, and of percentages to what is worth storing.

/// Nanoseconds from the year 1, where Telegraf's rounding counts from, to 1970.
const YEAR_ONE_NS: i128 = 62_135_596_800 * 1_000_000_000;

/// The multiple of `step_ns` next to `ts`; the later one when it lies in the middle.
#[must_use]
pub(crate) fn round_instant(ts: i64, step_ns: i64) -> i64 {
    if step_ns <= 1 {
        return ts;
    }
    let (step, since) = (i128::from(step_ns), i128::from(ts) + YEAR_ONE_NS);
    let over = since.rem_euclid(step);
    let rounded = if 2 * over < step { since - over } else { since - over + step };
    i64::try_from(rounded - YEAR_ONE_NS).unwrap_or(ts)
}

/// How long it is from `now` to the first multiple of `step_ns` that lies at or after it, in ns.
#[must_use]
pub(crate) fn until_multiple(now: i64, step_ns: i64) -> i64 {
    if step_ns <= 1 {
        return 0;
    }
    let over = (i128::from(now) + YEAR_ONE_NS).rem_euclid(i128::from(step_ns));
    let over = i64::try_from(over).unwrap_or(0);
    if over == 0 { 0 } else { step_ns - over }
}

/// `part` of `whole` in percent with four decimals; 0 when `whole` is 0.
///
/// Four decimals are finer than any of the kernel's counters, and a tenth of a full double on disk.
#[must_use]
pub(crate) fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { round_decimals(100.0 * as_float(part) / as_float(whole)) }
}

/// The value with four decimals.
#[must_use]
pub(crate) fn round_decimals(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// A counter as a float; above 2^53 the last bits go, which no percentage shows.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "percentages do not need the last bits")]
pub(crate) const fn as_float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[test]
    fn an_instant_in_the_middle_is_rounded_up() {
        assert_eq!(round_instant(1_499_999_999, SECOND), SECOND);
        assert_eq!(round_instant(1_500_000_000, SECOND), 2 * SECOND);
        assert_eq!(round_instant(-500_000_000, SECOND), 0);
        assert_eq!(round_instant(-500_000_001, SECOND), -SECOND);
        assert_eq!(round_instant(123, 1), 123);
        assert_eq!(round_instant(123, 0), 123);
    }

    #[test]
    fn an_instant_at_the_edge_of_time_stays() {
        assert_eq!(round_instant(i64::MAX, SECOND), i64::MAX);
    }

    #[test]
    fn the_next_multiple_is_counted_on_the_wall_clock() {
        assert_eq!(until_multiple(1_700_000_003 * SECOND, 10 * SECOND), 7 * SECOND);
        assert_eq!(until_multiple(1_700_000_000 * SECOND, 10 * SECOND), 0);
        assert_eq!(until_multiple(-SECOND, 10 * SECOND), SECOND);
    }

    #[test]
    fn a_percentage_has_four_decimals() {
        assert_eq!(percent(1, 3).to_bits(), 33.3333_f64.to_bits());
        assert_eq!(percent(2, 3).to_bits(), 66.6667_f64.to_bits());
        assert_eq!(percent(5, 0).to_bits(), 0.0_f64.to_bits());
        assert_eq!(percent(u64::MAX, u64::MAX).to_bits(), 100.0_f64.to_bits());
    }
}

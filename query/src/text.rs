//! Numbers and instants as InfluxDB's JSON spells them, for everyone who writes answers.

use std::fmt::Write as _;

const NANOSECONDS: i64 = 1_000_000_000;

/// Appends a float as Go's JSON encoder prints it: the shortest digits that read back the same, with
/// an exponent only below 1e-6 and from 1e21 on. NaN and infinities, which JSON lacks, are `null`.
pub fn push_json_float(out: &mut String, value: f64) {
    if !value.is_finite() {
        out.push_str("null");
        return;
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        push_exponent(out, value);
    } else {
        let _ = write!(out, "{value}");
    }
}

/// Go prints `1e+300` and `1e-7`: a sign always, and no leading zero.
fn push_exponent(out: &mut String, value: f64) {
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => {
            let _ = write!(out, "{digits}e+{exponent}");
        }
        _ => out.push_str(&text),
    }
}

/// Appends an instant as RFC 3339 with up to nine digits of fraction, trailing zeros cut, in UTC:
/// `2024-03-09T16:01:00.5Z`.
pub fn push_rfc3339(out: &mut String, ts: i64) {
    let (seconds, fraction) = (ts.div_euclid(NANOSECONDS), ts.rem_euclid(NANOSECONDS));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    push_local(out, days, second, fraction);
    out.push('Z');
}

/// Appends an instant as RFC 3339 in a time zone, with a numeric offset: `2024-03-09T17:01:00+01:00`.
/// A zone that stands at UTC then is shown as `Z`.
pub fn push_rfc3339_in(out: &mut String, ts: i64, zone: &jiff::tz::TimeZone) {
    let offset = zone_offset(ts, zone);
    if offset == 0 {
        push_rfc3339(out, ts);
        return;
    }
    let seconds = ts.div_euclid(NANOSECONDS) + offset;
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    push_local(out, days, second, ts.rem_euclid(NANOSECONDS));
    let minutes = offset.abs() / 60;
    let sign = if offset < 0 { '-' } else { '+' };
    let _ = write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
}

/// An instant as people and programs write it: RFC 3339 with any offset (`2024-03-09T17:01:00.5+01:00`), a date
/// (`2024-03-09`, midnight in UTC), or a number of nanoseconds since 1970. Nothing when it is none of these, or
/// lies outside what 64 bits can count.
#[must_use]
pub fn parse_instant(text: &str) -> Option<i64> {
    if let Ok(ns) = text.parse::<i64>() {
        return Some(ns);
    }
    let instant = match text.parse::<jiff::civil::Date>() {
        Ok(date) if text.len() == "2024-03-09".len() => {
            date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp()
        }
        _ => text.parse::<jiff::Timestamp>().ok()?,
    };
    i64::try_from(instant.as_nanosecond()).ok()
}

/// How many seconds a zone's wall clock is ahead of UTC at an instant.
pub(crate) fn zone_offset(ts: i64, zone: &jiff::tz::TimeZone) -> i64 {
    let instant = jiff::Timestamp::from_nanosecond(i128::from(ts));
    instant.map_or(0, |instant| i64::from(zone.to_offset(instant).seconds()))
}

fn push_local(out: &mut String, days: i64, second: i64, fraction: i64) {
    let (year, month, day) = civil_from_days(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction != 0 {
        let digits = format!("{fraction:09}");
        let _ = write!(out, ".{}", digits.trim_end_matches('0'));
    }
}

/// The date of a day counted from 1970-01-01: Howard Hinnant's `civil_from_days`.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_in_three_forms() {
        let check = |text: &str, expected: Option<i64>| assert_eq!(parse_instant(text), expected, "{text}");
        check("1700000000000000001", Some(1_700_000_000_000_000_001));
        check("-5", Some(-5));
        check("2024-01-01", Some(1_704_067_200_000_000_000));
        check("2024-01-01T00:00:00Z", Some(1_704_067_200_000_000_000));
        check("2024-01-01T01:00:00.5+01:00", Some(1_704_067_200_500_000_000));
        check("1677-09-21T00:12:43.145224194Z", Some(i64::MIN + 2));
        check("2500-01-01", None);
        check("2024-01-01T00:00:00", None);
        check("yesterday", None);
        check("", None);
    }

    #[test]
    fn floats_are_spelled_as_go_spells_them() {
        let check = |value: f64, expected: &str| {
            let mut out = String::new();
            push_json_float(&mut out, value);
            assert_eq!(out, expected);
        };
        check(1.0, "1");
        check(-0.0, "-0");
        check(0.1, "0.1");
        check(1e300, "1e+300");
        check(-2.5e21, "-2.5e+21");
        check(1e20, "100000000000000000000");
        check(1e-6, "0.000001");
        check(1e-7, "1e-7");
        check(5e-324, "5e-324");
        check(f64::NAN, "null");
        check(f64::INFINITY, "null");
    }

    #[test]
    fn instants_lose_trailing_zeros() {
        let check = |ts: i64, expected: &str| {
            let mut out = String::new();
            push_rfc3339(&mut out, ts);
            assert_eq!(out, expected);
        };
        check(0, "1970-01-01T00:00:00Z");
        check(1, "1970-01-01T00:00:00.000000001Z");
        check(-1, "1969-12-31T23:59:59.999999999Z");
        check(1_710_000_060_500_000_000, "2024-03-09T16:01:00.5Z");
        check(model::MIN_TIME, "1677-09-21T00:12:43.145224194Z");
        check(model::MAX_TIME, "2262-04-11T23:47:16.854775806Z");
    }

    #[test]
    fn a_zone_shows_its_offset() {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(-3));
        let mut out = String::new();
        push_rfc3339_in(&mut out, 0, &zone);
        assert_eq!(out, "1969-12-31T21:00:00-03:00");
    }
}

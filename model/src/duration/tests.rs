//! Lengths of time as text.

use super::*;

#[test]
fn numbers_with_units_add_up() {
    for (text, ns) in [
        ("1ns", 1),
        ("1u", 1_000),
        ("1us", 1_000),
        ("1µ", 1_000),
        ("1μ", 1_000),
        ("10ms", 10_000_000),
        ("10s", 10 * SECOND),
        ("2m", 120 * SECOND),
        ("1h30m", 5_400 * SECOND),
        ("1d", 24 * HOUR),
        ("1w", 168 * HOUR),
        ("1w2d3h4m5s6ms7u8ns", 219 * HOUR + 245 * SECOND + 6_007_008),
        ("0s", 0),
        ("-5m", -300 * SECOND),
        ("007s", 7 * SECOND),
        ("9223372036854775807ns", i64::MAX),
    ] {
        assert_eq!(parse(text), Ok(ns), "{text}");
    }
}

#[test]
fn other_texts_are_no_durations() {
    for text in [
        "",
        "-",
        "s",
        "10",
        "1n",
        "1x",
        "1 h",
        "1h ",
        "+1h",
        "1.5h",
        "1h30",
        "--1s",
        "1é",
        "99999999999999999999s",
    ] {
        assert_eq!(parse(text), Err(DurationError::Invalid), "{text}");
    }
}

#[test]
fn a_length_beyond_64_bits_is_an_error() {
    for (text, last) in
        [("15251w", "15251w"), ("9223372036s1h", "1h"), ("9223372036854775807u", "9223372036854775807u")]
    {
        let error = parse(text).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("overflowed duration {last}: choose a smaller duration or INF")
        );
    }
}

#[test]
fn statements_print_one_unit() {
    for (ns, text) in [
        (0, "0s"),
        (1, "1ns"),
        (1_500, "1500ns"),
        (2_000, "2u"),
        (2_000_000, "2ms"),
        (1_500_000_000, "1500ms"),
        (90 * SECOND, "90s"),
        (5_400 * SECOND, "90m"),
        (36 * HOUR, "36h"),
        (48 * HOUR, "2d"),
        (168 * HOUR, "1w"),
        (-HOUR, "-1h"),
        (i64::MIN, "-9223372036854775808ns"),
    ] {
        assert_eq!(to_influxql(ns), text);
    }
}

#[test]
fn go_prints_hours_minutes_and_seconds() {
    for (ns, text) in [
        (0, "0s"),
        (1, "1ns"),
        (1_500, "1.5µs"),
        (2_000_000, "2ms"),
        (1_000_001, "1.000001ms"),
        (1_500_000_000, "1.5s"),
        (60 * SECOND, "1m0s"),
        (90 * SECOND, "1m30s"),
        (HOUR, "1h0m0s"),
        (168 * HOUR, "168h0m0s"),
        (8_736 * HOUR, "8736h0m0s"),
        (HOUR + 1, "1h0m0.000000001s"),
        (-90 * SECOND, "-1m30s"),
        (i64::MIN, "-2562047h47m16.854775808s"),
    ] {
        assert_eq!(to_go(ns), text);
    }
}

#[test]
fn what_statements_print_reads_back() {
    for ns in [1, 999, 1_000, 61 * SECOND, 25 * HOUR, 168 * HOUR, i64::MAX, -7 * SECOND] {
        assert_eq!(parse(&to_influxql(ns)), Ok(ns));
    }
}

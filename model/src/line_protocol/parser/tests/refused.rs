//! Lines that InfluxDB refuses, with its words.

use super::*;

#[test]
fn a_series_must_be_whole() {
    for (line, reason) in [
        (",host=a v=1", "missing measurement"),
        ("cpu", "missing fields"),
        ("cpu,host=a", "missing fields"),
        ("\r", "missing fields"),
        ("{\"a\":1}", "missing fields"),
        ("cpu, v=1", "missing tag key"),
        ("cpu,host=a, v=1", "missing tag key"),
        ("cpu,,host=a v=1", "missing tag key"),
        ("cpu,=a v=1", "missing tag key"),
        ("cpu,", "missing tag key"),
        ("cpu,host= v=1", "missing tag value"),
        ("cpu,host=,a=b v=1", "missing tag value"),
        ("cpu,host v=1", "missing tag value"),
        ("cpu,host,a=b v=1", "missing tag value"),
        ("cpu,host", "missing tag value"),
        ("cpu,host=a=b v=1", "invalid tag format"),
        ("bs2,t=a\\ v=1 1710000000000000000", "invalid tag format"),
        ("cpu,host=a,host=b v=1", "duplicate tags"),
        ("cpu,b=1,a=2,b=3 v=1", "duplicate tags"),
    ] {
        refuses(line, reason);
    }
}

#[test]
fn a_tag_that_comes_twice_is_found_among_many() {
    for count in [2, 10, 24, 25, 1_000] {
        let tags: Vec<String> = (0..count).rev().map(|index| format!("t{index}=x")).collect();
        let line = format!("m,{},u=1,{} v=1", tags.join(","), tags[count / 2]);
        let parsed = parse_text(&line);
        assert_eq!(parsed.refused[0].reason, Reason::DuplicateTags, "{count}");
        assert_eq!(parse_text(line.replace(",u=1,", ",u=1,o")).points.len(), 1, "{count}");
    }
}

#[test]
fn fields_must_have_key_and_value() {
    for (line, reason) in [
        ("cpu ", "invalid field format"),
        ("cpu 1710000000000000000", "invalid field format"),
        ("cpu v", "invalid field format"),
        ("cpu v=1,", "invalid field format"),
        ("cpu v=1,,w=2", "invalid field format"),
        ("cpu v=1, w=2", "invalid field format"),
        ("cpu v=1,w", "invalid field format"),
        ("cpu ,v=1", "invalid field format"),
        ("cpu,host=a b v=1", "invalid field format"),
        ("cpu v=\"a\"b=2", "invalid field format"),
        ("cpu =1", "missing field key"),
        ("cpu v=1,=2", "missing field key"),
        ("cpu v=", "missing field value"),
        ("cpu v= 1", "missing field value"),
        ("cpu v=,w=1", "missing field value"),
        ("cpu v=\"abc", "unbalanced quotes"),
        ("cpu v=\"abc\\\"", "unbalanced quotes"),
        ("cpu v=\"", "unbalanced quotes"),
        ("cpu v=\"a\"b\"", "unbalanced quotes"),
        ("cpu v=\"a\\", "unbalanced quotes"),
    ] {
        refuses(line, reason);
    }
}

#[test]
fn values_must_be_numbers_or_words() {
    for (value, reason) in [
        ("1.5i", "invalid number"),
        ("1e3i", "invalid number"),
        ("1i5", "invalid number"),
        ("1ii", "invalid number"),
        ("1iu", "invalid number"),
        ("-5u", "invalid number"),
        ("1.5u", "invalid number"),
        ("1.2.3", "invalid number"),
        ("-", "invalid number"),
        ("--1", "invalid number"),
        ("-i", "invalid number"),
        (".", "invalid number"),
        ("-.", "invalid number"),
        ("1-2", "invalid number"),
        ("0x1", "invalid number"),
        ("1b=2", "invalid number"),
        ("1\r", "invalid number"),
        ("NaN", "invalid number"),
        ("N", "invalid number"),
        ("null", "invalid number"),
        ("-inf", "invalid number"),
        ("1_000", "invalid number"),
        ("1é", "invalid number"),
        ("1e", "invalid float"),
        ("1e+", "invalid float"),
        ("-e5", "invalid float"),
        (".e5", "invalid float"),
        ("1e5.5", "invalid float"),
        ("1e309", "invalid float"),
        ("-1e309", "invalid float"),
        ("+1", "invalid boolean"),
        ("i", "invalid boolean"),
        ("u", "invalid boolean"),
        ("e5", "invalid boolean"),
        ("Inf", "invalid boolean"),
        ("abc", "invalid boolean"),
        ("tru", "invalid boolean"),
        ("TrUe", "invalid boolean"),
        ("tRUE", "invalid boolean"),
        ("'a'", "invalid boolean"),
        ("é", "invalid boolean"),
    ] {
        refuses(&format!("cpu v={value}"), reason);
        refuses(&format!("cpu w=1,v={value} 1"), reason);
        refuses(&format!("cpu v={value},w=1 1"), reason);
    }
    refuses(&format!("m v={}", "9".repeat(400)), "invalid float");
}

#[test]
fn integers_must_fit_64_bits() {
    refuses(
        "il a=9223372036854775808i 1",
        r#"unable to parse integer 9223372036854775808: strconv.ParseInt: parsing "9223372036854775808": value out of range"#,
    );
    refuses(
        "il a=-9223372036854775809i",
        r#"unable to parse integer -9223372036854775809: strconv.ParseInt: parsing "-9223372036854775809": value out of range"#,
    );
    refuses(
        "il a=18446744073709551616u",
        r#"unable to parse unsigned 18446744073709551616: strconv.ParseUint: parsing "18446744073709551616": value out of range"#,
    );
}

#[test]
fn unsigned_integers_can_be_switched_off() {
    let options = ParseOptions { unsigned: false, ..ParseOptions::default() };
    let parsed = parse(b"m v=1u".to_vec(), &options);
    assert_eq!(parsed.refused[0].to_string(), "unable to parse 'm v=1u': invalid number");
}

#[test]
fn timestamps_must_be_whole_and_in_range() {
    for (line, reason) in [
        ("cpu v=1 abc", "bad timestamp"),
        ("cpu v=1 1.5", "bad timestamp"),
        ("cpu v=1 1e9", "bad timestamp"),
        ("cpu v=1 \"1\"", "bad timestamp"),
        ("cpu v=1 1\r", "bad timestamp"),
        ("cpu v=1 5\t", "bad timestamp"),
        ("cpu v=1 --5", "bad timestamp"),
        ("cpu v=1 1 2", "point is invalid"),
        ("cpu v=1 -", "strconv.ParseInt: parsing \"-\": invalid syntax"),
        (
            "cpu v=1 99999999999999999999",
            "strconv.ParseInt: parsing \"99999999999999999999\": value out of range",
        ),
        ("mt v=1 -9223372036854775807", "time outside range -9223372036854775806 - 9223372036854775806"),
        ("mt v=1 9223372036854775807", "time outside range -9223372036854775806 - 9223372036854775806"),
    ] {
        refuses(line, reason);
    }
}

#[test]
fn a_time_that_overflows_in_its_precision_is_refused() {
    let parsed = parse(b"mt v=1 9223372036854775".to_vec(), &ParseOptions::new(Precision::Second, NOW));
    assert_eq!(parsed.refused[0].reason, Reason::TimeOutsideRange);
}

#[test]
fn points_that_use_the_key_time_are_dropped() {
    let parsed = parse_text("tt,time=x v=1 1\nok v=1 1\ntf\\ 2,a=b time=5 1");
    let texts: Vec<String> = parsed.refused.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            r#"invalid tag key: input tag "time" on measurement "tt" is invalid"#,
            r#"invalid field name: input field "time" on measurement "tf 2" is invalid"#,
        ]
    );
    assert_eq!((parsed.refused_count, parsed.dropped_count, parsed.points.len()), (2, 2, 1));
}

#[test]
fn a_parse_error_comes_before_a_dropped_point() {
    refuses("tt,time=x v=1 abc", "bad timestamp");
    refuses("tt time=abc", "invalid boolean");
}

#[test]
fn the_column_shows_the_fault() {
    for (line, column) in [
        ("cpu", 4),
        ("cpu,host= v=1", 10),
        ("cpu,a=1,b=2,a=3 v=1", 13),
        ("cpu v=1,w=abc", 11),
        ("cpu v=\"a\",w=\"b", 13),
        ("cpu v=1 12x", 11),
        ("cpu v=1 12 x", 12),
    ] {
        assert_eq!(parse_text(line).refused[0].column, column, "{line}");
    }
}

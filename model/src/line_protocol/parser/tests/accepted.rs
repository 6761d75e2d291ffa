//! Lines that InfluxDB takes, and what it makes of them.

use super::*;

#[test]
fn a_line_is_a_series_fields_and_a_time() {
    accepts("cpu,host=a,core=0 idle=98.5,busy=2i 17", "cpu|core:0|host:a idle=f98.5 busy=i2 17");
    accepts("cpu idle=1", "cpu idle=f1.0 now");
    accepts("  cpu  idle=1  5  ", "cpu idle=f1.0 5");
    accepts("cpu \t idle=1 \t 5", "cpu idle=f1.0 5");
    accepts("cpu idle=1 ", "cpu idle=f1.0 now");
    accepts("ünï,täg=välue fïeld=\"日本語 🙂\" 1", "ünï|täg:välue fïeld=\"日本語 🙂\" 1");
    accepts("_under,_t=1 _f=1 1", "_under|_t:1 _f=f1.0 1");
}

#[test]
fn floats_have_many_spellings() {
    for (text, value) in [
        ("1", 1.0),
        ("-1", -1.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("-0", -0.0),
        ("007", 7.0),
        ("1e3", 1e3),
        ("1E3", 1e3),
        ("1e+3", 1e3),
        ("1.5e-3", 1.5e-3),
        (".5e1", 5.0),
        ("1.e2", 100.0),
        ("1e308", 1e308),
        ("1e-400", 0.0),
        ("4.9e-324", 4.9e-324),
        ("0.1", 0.1),
        ("9007199254740993", 9_007_199_254_740_992.0),
        ("123456789012345678", 123_456_789_012_345_678.0),
        ("98.76543210987654321", 98.765_432_109_876_54),
        ("0.000000000000000000001", 1e-21),
        ("0.00000000000000000000000000001", 1e-29),
        ("12345678901234567890123456789", 1.234_567_890_123_456_8e28),
    ] {
        accepts(&format!("m v={text} 1"), &format!("m v=f{value:?} 1"));
        accepts(&format!("m v={text},w=1 1"), &format!("m v=f{value:?} w=f1.0 1"));
    }
}

#[test]
fn integers_end_in_i_or_u() {
    for (text, value) in [
        ("0i", "i0"),
        ("-0i", "i0"),
        ("1i", "i1"),
        ("007i", "i7"),
        ("-42i", "i-42"),
        ("00000000000000000000012i", "i12"),
        ("9223372036854775807i", "i9223372036854775807"),
        ("-9223372036854775808i", "i-9223372036854775808"),
        ("0u", "u0"),
        ("18446744073709551615u", "u18446744073709551615"),
    ] {
        accepts(&format!("m v={text} 1"), &format!("m v={value} 1"));
        accepts(&format!("m v={text}"), &format!("m v={value} now"));
    }
}

#[test]
fn booleans_are_ten_words() {
    for word in ["t", "T", "true", "True", "TRUE"] {
        accepts(&format!("m v={word},w=1 1"), "m v=true w=f1.0 1");
    }
    for word in ["f", "F", "false", "False", "FALSE"] {
        accepts(&format!("m v={word} 1"), "m v=false 1");
    }
}

#[test]
fn strings_protect_everything_between_their_quotes() {
    accepts(r#"m v="" 1"#, r#"m v="" 1"#);
    accepts(r#"m v="a b,c=d" 1"#, r#"m v="a b,c=d" 1"#);
    accepts(r#"m v="quote \" here" 1"#, r#"m v="quote \" here" 1"#);
    accepts(r#"m v="back \\" 1"#, r#"m v="back \\" 1"#);
    accepts(r#"m v="\\\"" 1"#, r#"m v="\\\"" 1"#);
    accepts(r#"m a="x",b="y",c=1 1"#, r#"m a="x" b="y" c=f1.0 1"#);
    accepts(r##"m v="#" 1"##, r##"m v="#" 1"##);
}

#[test]
fn other_backslashes_in_strings_are_themselves() {
    assert_eq!(points(r#"m v="tab\t n\n x\x" 1"#), [r#"m v="tab\\t n\\n x\\x" 1"#]);
}

#[test]
fn text_behind_a_string_is_taken_as_influxdb_does() {
    accepts(r#"m v="a"b"#, r#"m v="a\"" now"#);
    accepts(r#"m v="a"é 1"#, r#"m v="a\"" 1"#);
    accepts(r#"m v="a"b"c" 1"#, r#"m v="a\"b\"c" 1"#);
}

#[test]
fn backslashes_protect_delimiters_in_names() {
    accepts(r"m\ a\,b,t\ k\,1\=x=v\ 1\,\= f\ k\,\==1 1", "m a,b|t k,1=x:v 1,= f k,==f1.0 1");
    accepts(r#"m f\"k=1 1"#, "m f\"k=f1.0 1");
    accepts(r#"m "f"=1 1"#, "m \"f\"=f1.0 1");
    accepts(r"m,t=C:\dir\x v=1 1", r"m|t:C:\dir\x v=f1.0 1");
    accepts(r"m,t=a\nb v=1 1", r"m|t:a\nb v=f1.0 1");
    accepts(r"m,t=a\\,b v=1 1", r"m|t:a\,b v=f1.0 1");
    accepts(r"\,m v=1 1", ",m v=f1.0 1");
    accepts(r"m,\=k=1 \,f=1 1", "m|=k:1 ,f=f1.0 1");
}

#[test]
fn equal_signs_and_quotes_are_plain_in_some_places() {
    accepts("a=b,t=1 v=1 1", "a=b|t:1 v=f1.0 1");
    accepts("m,a==b v=1 1", "m|a:=b v=f1.0 1");
    accepts("m,t=\"quoted\" v=1 1", "m|t:\"quoted\" v=f1.0 1");
    accepts("\"m\" v=1 1", "\"m\" v=f1.0 1");
}

#[test]
fn tags_in_any_order_are_one_series() {
    let parsed = parse_text("m,z=1,a=2,m=3 v=1 1\nm,a=2,m=3,z=1 v=2 2");
    let keys: Vec<String> = parsed.points.iter().map(|point| point.series_key().to_string()).collect();
    assert_eq!(keys, ["m,a=2,m=3,z=1", "m,a=2,m=3,z=1"]);
    assert_eq!(parsed.points.get(0).series_text(), "m,z=1,a=2,m=3");
}

#[test]
fn a_field_named_time_is_left_out() {
    accepts("m time=5,v=1 1", "m v=f1.0 1");
    accepts("m v=1,time=\"x\" 1", "m v=f1.0 1");
    accepts("m v=1,v=2 1", "m v=f1.0 v=f2.0 1");
}

#[test]
fn timestamps_count_in_the_precision() {
    let time = |precision, text: &str| {
        let parsed = parse(format!("m v=1 {text}").into_bytes(), &ParseOptions::new(precision, NOW));
        parsed.points.get(0).ts()
    };
    assert_eq!(time(Precision::Nanosecond, "5"), 5);
    assert_eq!(time(Precision::Microsecond, "5"), 5_000);
    assert_eq!(time(Precision::Millisecond, "5"), 5_000_000);
    assert_eq!(time(Precision::Second, "-5"), -5_000_000_000);
    assert_eq!(time(Precision::Minute, "28500000"), 1_710_000_000_000_000_000);
    assert_eq!(time(Precision::Hour, "475000"), 1_710_000_000_000_000_000);
    assert_eq!(time(Precision::Nanosecond, "-9223372036854775806"), crate::MIN_TIME);
    assert_eq!(time(Precision::Nanosecond, "9223372036854775806"), crate::MAX_TIME);
    assert_eq!(time(Precision::Nanosecond, "0000000000000000000000007"), 7);
}

#[test]
fn a_line_without_a_time_gets_the_given_one_in_its_precision() {
    let time =
        |precision, now| parse(b"m v=1".to_vec(), &ParseOptions::new(precision, now)).points.get(0).ts();
    assert_eq!(time(Precision::Nanosecond, NOW), NOW);
    assert_eq!(time(Precision::Second, NOW), 1_710_072_000_000_000_000);
    assert_eq!(time(Precision::Second, -1), -1_000_000_000);
    assert_eq!(time(Precision::Hour, i64::MIN), crate::MIN_TIME);
}

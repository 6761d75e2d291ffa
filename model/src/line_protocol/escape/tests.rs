//! Names with backslashes, and back.

use super::*;

fn round_trip(name: &str) -> String {
    let mut out = String::new();
    push_tag(&mut out, name);
    unescape(&out, TAG_SPECIAL).into_owned()
}

#[test]
fn names_come_back_as_they_were() {
    for name in ["a", "a b", "a,b=c", "a\\b", "a\\,b", "\\ x", "é ü", " ", "=", "a\\\\ b", "\"q\"", "a\\\nb"]
    {
        assert_eq!(round_trip(name), name);
    }
}

#[test]
fn backslashes_at_the_end_and_newlines_are_changed() {
    assert_eq!(round_trip("a\\\\"), "a");
    assert_eq!(round_trip("a\nb"), "a\\nb");
}

#[test]
fn a_delimiter_counts_unless_a_backslash_stands_right_before_it() {
    let split = |raw| {
        let (measurement, tags) = split_series(raw);
        (measurement.into_owned(), tags)
    };
    assert_eq!(split("m"), ("m".into(), Tags::default()));
    assert_eq!(split(r"m\,a,k=v"), ("m,a".into(), Tags::new([("k", "v")])));
    assert_eq!(split(r"m\\,a,k=v"), (r"m\,a".into(), Tags::new([("k", "v")])));
    assert_eq!(split(r"m,k=a\\,b=c"), ("m".into(), Tags::new([("k", r"a\,b=c")])));
}

#[test]
fn a_backslash_before_any_other_character_is_itself() {
    assert!(matches!(unescape("plain", TAG_SPECIAL), Cow::Borrowed("plain")));
    assert_eq!(unescape(r"a\b\\c\", TAG_SPECIAL), r"a\b\\c\");
    assert_eq!(unescape(r"a\=b", MEASUREMENT_SPECIAL), r"a\=b");
    assert_eq!(unescape("a\\\"b", FIELD_SPECIAL), "a\"b");
}

//! The patterns' language, case by case.

use super::*;
use proptest::prelude::*;

fn check(pattern: &str, text: &str, expected: bool) {
    let globs = Globs::new(&[pattern], "").unwrap();
    assert_eq!(globs.matches(text), expected, "{pattern:?} on {text:?}");
}

#[test]
fn each_construct_matches_what_it_should() {
    for (pattern, text, expected) in [
        ("cpu", "cpu", true),
        ("cpu", "cpu0", false),
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("cpu*", "cpu", true),
        ("cpu*", "cpu-total", true),
        ("*cpu", "mycpu", true),
        ("*a*b*", "xxaxxbxx", true),
        ("*a*b*", "xxbxxaxx", false),
        ("usage_?ser", "usage_user", true),
        ("?", "", false),
        ("eth[0-3]", "eth2", true),
        ("eth[0-3]", "eth4", false),
        ("eth[!0-3]", "eth4", true),
        ("eth[!0-3]", "eth1", false),
        ("[]a]", "]", true),
        ("{eth,en}*", "enp0s1", true),
        ("{eth,en}*", "wlan0", false),
        ("a{b,{c,d}}e", "ade", true),
        ("a{b,}e", "ae", true),
        (r"a\*b", "a*b", true),
        (r"a\*b", "axb", false),
        (r"\{a,b\}", "{a,b}", true),
        ("[{]", "{", true),
        ("ü*", "über", true),
    ] {
        check(pattern, text, expected);
    }
}

#[test]
fn a_star_stops_at_a_separator_and_two_stars_do_not() {
    let check = |pattern: &str, text: &str, expected: bool| {
        assert_eq!(Globs::new(&[pattern], ".").unwrap().matches(text), expected, "{pattern:?} on {text:?}");
    };
    check("a.*.c", "a.b.c", true);
    check("a.*.c", "a.b.b.c", false);
    check("a.**.c", "a.b.b.c", true);
    check("a?c", "a.c", false);
    check("**.b*", "a.x.bx", true);
    check("**x*y", "x.axby", true);
}

#[test]
fn a_broken_pattern_is_named() {
    for pattern in ["a[", "a[b", "{a", "a{b,{c}"] {
        let message = Globs::new(&[pattern], "").unwrap_err();
        assert!(message.contains("is not closed"), "{message}");
    }
}

#[test]
fn braces_cannot_explode() {
    let pattern = "{a,b}".repeat(40);
    assert!(Globs::new(&[pattern], "").unwrap_err().contains("stand for more than"));
}

/// What the language means, told by recursion: slow, and plainly right.
fn oracle(pattern: &[char], text: &[char]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some('*'), _) => oracle(&pattern[1..], text) || (!text.is_empty() && oracle(pattern, &text[1..])),
        (Some('?'), Some(_)) => oracle(&pattern[1..], &text[1..]),
        (Some(p), Some(t)) if p == t => oracle(&pattern[1..], &text[1..]),
        _ => false,
    }
}

proptest! {
    #[test]
    fn stars_agree_with_a_recursive_oracle(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        let globs = Globs::new(&[&pattern], "").unwrap();
        prop_assert_eq!(globs.matches(&text), oracle(&chars(&pattern), &chars(&text)));
    }

    #[test]
    fn any_pattern_compiles_or_is_refused(pattern in "\\PC{0,30}", text in "\\PC{0,30}") {
        if let Ok(globs) = Globs::new(&[&pattern], ".") {
            globs.matches(&text);
        }
    }
}

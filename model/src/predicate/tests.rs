//! Which series a predicate takes.

use super::*;

fn tag(key: &str, matcher: TagMatch) -> TagPredicate {
    TagPredicate::Tag { key: key.into(), matcher }
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

#[test]
fn a_missing_tag_is_the_empty_string() {
    let tags = Tags::new([("host", "web01")]);
    for (key, matcher, passes) in [
        ("host", TagMatch::Equal("web01".into()), true),
        ("host", TagMatch::Equal("web".into()), false),
        ("host", TagMatch::NotEqual("web".into()), true),
        ("host", TagMatch::Regex(regex("eb")), true),
        ("host", TagMatch::NotRegex(regex("^eb")), true),
        ("none", TagMatch::Equal("".into()), true),
        ("none", TagMatch::NotEqual("".into()), false),
        ("none", TagMatch::Regex(regex(".+")), false),
        ("none", TagMatch::NotRegex(regex(".+")), true),
    ] {
        assert_eq!(tag(key, matcher.clone()).matches(&tags), passes, "{key} {matcher:?}");
    }
}

#[test]
fn predicates_combine() {
    let tags = Tags::new([("a", "1")]);
    let (yes, no) = (|| tag("a", TagMatch::Equal("1".into())), || tag("a", TagMatch::Equal("2".into())));
    for (predicate, passes) in [
        (TagPredicate::All, true),
        (TagPredicate::Nothing, false),
        (TagPredicate::And(vec![yes(), yes()]), true),
        (TagPredicate::And(vec![yes(), no()]), false),
        (TagPredicate::Or(vec![no(), yes()]), true),
        (TagPredicate::Or(vec![no(), no()]), false),
        (TagPredicate::And(vec![]), true),
        (TagPredicate::Or(vec![]), false),
    ] {
        assert_eq!(predicate.matches(&tags), passes, "{predicate:?}");
    }
}

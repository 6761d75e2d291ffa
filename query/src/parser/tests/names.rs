//! Names, bare and quoted.

use super::{error, normal_form};
use crate::ast::{QuotedIdentifier, QuotedString};

#[test]
fn only_plain_words_go_without_quotes() {
    let quoted = |name| QuotedIdentifier(name).to_string();
    assert_eq!(quoted("_usage_9"), "_usage_9");
    assert_eq!(quoted("9usage"), "\"9usage\"");
    assert_eq!(quoted("select"), "\"select\"");
    assert_eq!(quoted("büro"), "\"büro\"");
    assert_eq!(quoted(""), "\"\"");
    assert_eq!(quoted("a\"b\\c\nd'"), "\"a\\\"b\\\\c\\nd'\"");
    assert_eq!(QuotedString("a\"b'").to_string(), "'a\"b\\''");
}

#[test]
fn reserved_words_are_names_in_quotes_only() {
    assert_eq!(normal_form("SELECT \"from\" FROM \"Select\""), "SELECT \"from\" FROM \"Select\"");
    assert_eq!(error("SELECT v FROM select"), "found SELECT, expected identifier at line 1, char 15");
}

#[test]
fn words_that_only_mean_something_in_their_place_are_names_elsewhere() {
    assert_eq!(
        normal_form("SELECT fill, tz, time FROM fill fill(1)"),
        "SELECT fill, tz, time FROM fill fill(1)"
    );
    assert_eq!(normal_form("SELECT v FROM measurement_1, \"null\""), "SELECT v FROM measurement_1, null");
}

#[test]
fn a_call_needs_its_parenthesis_at_once() {
    assert_eq!(normal_form("SELECT \"select\"(v), F(v) FROM cpu"), "SELECT \"select\"(v), f(v) FROM cpu");
    assert_eq!(error("SELECT mean (v) FROM cpu"), "found (, expected FROM at line 1, char 13");
}

//! Names of databases and retention policies.

use super::*;

#[test]
fn names_may_hold_nearly_everything() {
    for name in ["a", "telegraf", "a b", "..a", "ünï", "\"x\"", "日本", &"n".repeat(NAME_BYTES_MAX)] {
        assert_eq!(check_name(name), Ok(()), "{name}");
    }
}

#[test]
fn names_that_could_be_paths_or_cannot_be_seen_are_refused() {
    for name in ["", ".", "..", "a/b", "\\", "a\nb", "\0", "a\u{a0}b", &"n".repeat(NAME_BYTES_MAX + 1)] {
        assert_eq!(check_name(name), Err(InvalidName), "{name}");
    }
    assert_eq!(InvalidName.to_string(), "invalid name");
}

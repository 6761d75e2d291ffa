//! Random trees print and parse back to themselves; random texts never panic.

mod expressions;
mod statements;

use crate::ast::Statement;
use crate::{Params, parse, parse_with};
use proptest::prelude::*;

fn words() -> impl Strategy<Value = String> {
    const WORDS: [&str; 60] = [
        "SELECT",
        "FROM",
        "WHERE",
        "GROUP",
        "BY",
        "time",
        "(",
        ")",
        ",",
        ";",
        "*",
        "/",
        "/a/",
        "+",
        "-",
        "=~",
        "!~",
        "=",
        "<>",
        "AND",
        "OR",
        "::",
        "tag",
        ".",
        "..",
        "'x'",
        "'",
        "\"y\"",
        "\"",
        "\\",
        "5m",
        "1.5",
        "42",
        "$p",
        "fill",
        "tz",
        "ORDER",
        "DESC",
        "LIMIT",
        "INTO",
        ":MEASUREMENT",
        "SHOW",
        "TAG",
        "KEYS",
        "VALUES",
        "WITH",
        "KEY",
        "IN",
        "CREATE",
        "DATABASE",
        "RETENTION",
        "POLICY",
        "ON",
        "DURATION",
        "DISTINCT",
        "--",
        "/*",
        "*/",
        "\n",
        "é",
    ];
    let word = prop::sample::select(&WORDS[..]);
    let joint = prop::sample::select(&[" ", " ", " ", ""][..]);
    prop::collection::vec((word, joint), 0..30)
        .prop_map(|words| words.into_iter().flat_map(|(word, joint)| [word, joint]).collect())
}

/// Whatever parses has a normal form that parses to the same.
fn survives(text: &str) {
    let Ok(statements) = parse_with(text, &Params::default()) else { return };
    for statement in statements {
        if let Statement::CreateUser(_) | Statement::SetPassword(_) = statement {
            continue;
        }
        let printed = statement.to_string();
        assert_eq!(parse(&printed), Ok(vec![statement]), "{text} as {printed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn a_tree_prints_as_a_text_that_parses_to_it(statement in statements::statement()) {
        let printed = statement.to_string();
        prop_assert_eq!(parse(&printed), Ok(vec![statement]), "{}", printed);
    }

    #[test]
    fn any_characters_are_a_text_or_an_error(text in any::<String>()) {
        survives(&text);
        survives(&format!("SELECT {text} FROM cpu WHERE {text}"));
    }

    #[test]
    fn any_words_are_a_text_or_an_error(text in words()) {
        survives(&text);
        survives(&format!("SELECT v FROM {text}"));
    }
}

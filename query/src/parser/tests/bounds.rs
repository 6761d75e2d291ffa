//! Texts that would overflow a stack or fill the memory are refused with a message.

use super::error;
use crate::{EXPRESSION_HEIGHT_MAX, NESTING_MAX, PATTERNS_MAX, TEXT_BYTES_MAX, parse};

#[test]
fn nesting_is_bounded_in_all_its_forms() {
    let too_deep = format!("nested more than {NESTING_MAX} levels deep");
    let depth = usize::from(NESTING_MAX);
    for (open, core, close) in [("(", "v", ")"), ("f(", "v", ")"), ("-(", "v", ")"), ("distinct(", "v", ")")]
    {
        let nest = |n: usize| format!("SELECT {}{core}{} FROM cpu", open.repeat(n), close.repeat(n));
        assert!(error(&nest(depth + 1)).starts_with(&too_deep), "{open}");
        assert!(error(&nest(100_000)).starts_with(&too_deep), "{open}");
        let fits = nest(depth / 2);
        assert_eq!(parse(&fits).unwrap(), parse(&parse(&fits).unwrap()[0].to_string()).unwrap());
    }
    let nest = |n: usize| format!("{}cpu{}", "SELECT v FROM (".repeat(n), ")".repeat(n));
    assert!(error(&nest(10_000)).starts_with(&too_deep));
    let fits = nest(depth - 1).replace("(cpu)", "cpu");
    assert_eq!(parse(&fits).unwrap()[0].to_string(), fits);
}

#[test]
fn a_condition_of_ten_thousand_hosts_is_a_flat_tree() {
    let hosts: Vec<_> = (0..10_000).map(|n| format!("host = 'web{n}'")).collect();
    for operator in [" OR ", " AND "] {
        let text = format!("SELECT v FROM cpu WHERE {}", hosts.join(operator));
        let statements = parse(&text).unwrap();
        assert_eq!(statements[0].to_string(), text);
        assert_eq!(statements.clone(), statements);
    }
}

#[test]
fn a_chain_of_sums_is_bounded() {
    let chain = |terms: u16| format!("SELECT v{} FROM cpu", " + v".repeat(usize::from(terms) - 1));
    assert!(parse(&chain(EXPRESSION_HEIGHT_MAX)).is_ok());
    let message = format!("the expression is more than {EXPRESSION_HEIGHT_MAX} levels deep");
    assert!(error(&chain(EXPRESSION_HEIGHT_MAX + 1)).starts_with(&message));
    let lopsided = format!("SELECT {} FROM cpu", vec!["v"; 100_000].join(" * "));
    assert!(error(&lopsided).starts_with(&message));
}

#[test]
fn the_length_of_a_text_is_bounded() {
    let text = format!("SELECT v FROM cpu{}", " ".repeat(TEXT_BYTES_MAX));
    assert_eq!(error(&text), format!("the text is longer than {TEXT_BYTES_MAX} bytes"));
}

#[test]
fn the_number_of_regular_expressions_is_bounded() {
    let text = |count: u16| format!("SELECT v FROM {}", vec!["/a/"; usize::from(count)].join(", "));
    assert!(parse(&text(PATTERNS_MAX)).is_ok());
    assert!(error(&text(PATTERNS_MAX + 1)).starts_with("more than 256 regular expressions"));
}

/// Every list ends with a comma that is not there. Counting its line each time would take a minute.
#[test]
fn a_long_text_takes_no_more_than_its_length() {
    let text = format!("SELECT {} FROM cpu", vec!["f(v)"; 150_000].join(", "));
    assert_eq!(parse(&text).unwrap()[0].to_string(), text);
    let text = "DROP USER a;\n".repeat(70_000);
    assert_eq!(parse(&text).unwrap().len(), 70_000);
}

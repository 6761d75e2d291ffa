//! Statements: no text may crash the parser, and what parses must print as a text that parses to the same.

use query::ast::Statement;
use query::parse;

/// One input.
pub(crate) fn run(text: &str) {
    let Ok(statements) = parse(text) else { return };
    for statement in statements {
        // A printed password is no longer one.
        if let Statement::CreateUser(_) | Statement::SetPassword(_) = statement {
            continue;
        }
        let printed = statement.to_string();
        assert_eq!(parse(&printed), Ok(vec![statement]), "{printed}");
    }
}

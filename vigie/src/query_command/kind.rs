//! Whether a statement asks or does.

use query::ast::Statement;

/// What is to be told of a statement that gave no rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It looked for rows and found none.
    Asks,
    /// It did something and has none.
    Does,
}

/// The kinds of the statements in a text; none where it does not parse, and the server says why.
pub(super) fn of_statements(text: &str) -> Vec<Kind> {
    query::parse(text).unwrap_or_default().iter().map(of).collect()
}

fn of(statement: &Statement) -> Kind {
    match statement {
        Statement::Select(_) | Statement::Explain(_) => Kind::Asks,
        statement if statement.to_string().starts_with("SHOW") => Kind::Asks,
        _ => Kind::Does,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_asks_and_changing_does() {
        let text =
            "SELECT v FROM m; SHOW SERIES; DROP SERIES FROM m; CREATE DATABASE d; EXPLAIN SELECT v FROM m";
        assert_eq!(of_statements(text), [Kind::Asks, Kind::Asks, Kind::Does, Kind::Does, Kind::Asks]);
        assert_eq!(of_statements("SELECT FROM"), []);
    }
}

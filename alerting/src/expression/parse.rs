//! From a text to InfluxQL's tree, by way of a SELECT in front of it.
//!
//! The text stands on a line of its own behind WHERE, where any expression may stand; what it adds to the
//! statement besides an expression is noticed, because the rest no longer equals the frame.

use crate::limits::EXPRESSION_BYTES_MAX;
use query::ast::{Expr, Select, Statement};
use query::{ParseError, parse};

/// The one expression that a text is.
pub(super) fn expression(text: &str) -> Result<Expr, String> {
    expression_behind("", text)
}

/// The one expression that a text is together with a word before it.
pub(super) fn expression_behind(word: &str, text: &str) -> Result<Expr, String> {
    if text.len() > EXPRESSION_BYTES_MAX {
        return Err(format!("it is longer than {EXPRESSION_BYTES_MAX} bytes"));
    }
    let mut select = statement(&format!("SELECT v FROM m WHERE {word}\n{text}"))?;
    let expression = select.condition.take();
    if select != statement("SELECT v FROM m")? {
        return Err("expected nothing but an expression".to_owned());
    }
    expression.ok_or_else(|| "expected an expression".to_owned())
}

fn statement(text: &str) -> Result<Select, String> {
    let mut statements = parse(text).map_err(|error| reason(&error))?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Select(select)), true) => Ok(*select),
        _ => Err("expected nothing but an expression".to_owned()),
    }
}

/// The parser's complaint with the place in the text alone: the frame takes the first line.
fn reason(error: &ParseError) -> String {
    let what = match error.found() {
        Some(found) => format!("found {found}, expected {}", error.expected().join(", ")),
        None => error.to_string().trim_start_matches("error parsing query: ").to_owned(),
    };
    match (error.found(), error.position()) {
        (Some(_), Some(position)) => format!("{what} at char {}", position.column),
        _ => what,
    }
}

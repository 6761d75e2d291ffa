//! From text to [`crate::ast`], with InfluxDB's errors: what was found, what was expected, where.
//!
//! The text is read once, left to right, with nom: [`token`] recognises one token, a [`cursor`] hands
//! tokens out with their positions, and there is one file of parsers per kind of statement. Tokens are
//! made on demand, because only the grammar knows whether a `/` divides or begins a regular expression.
//!
//! A parser that does not apply returns nom's `Error` and another may be tried; one that has begun to
//! apply returns `Failure`, so that the message names the first token that fits nowhere.

mod clause;
mod continuous_query;
mod cursor;
mod database;
mod delete;
mod dispatch;
mod error;
mod expression;
mod keyword;
mod limits;
mod operand;
mod params;
mod pattern;
mod position;
mod primitive;
mod query_control;
mod quoted;
mod retention_policy;
mod select;
mod show;
mod show_cardinality;
mod source;
mod statement;
mod subscription;
mod token;
mod user;

pub use error::ParseError;
pub(crate) use keyword::is_keyword;
pub use limits::{EXPRESSION_HEIGHT_MAX, NESTING_MAX, PATTERNS_MAX, TEXT_BYTES_MAX};
pub use params::{Param, ParamValue, Params};
pub use position::Position;

use crate::ast::Statement;
use cursor::{Cursor, Query};
use error::Fault;

/// Parses statements with `;` between them. A text without any is no error.
///
/// # Errors
/// The first thing that is no InfluxQL. Nothing of the text counts then.
pub fn parse(text: &str) -> Result<Vec<Statement>, ParseError> {
    parse_with(text, &Params::default())
}

/// Parses statements in which `$name` stands for a value.
///
/// # Errors
/// As [`parse`], and when a parameter is missing or cannot be used.
pub fn parse_with(text: &str, params: &Params) -> Result<Vec<Statement>, ParseError> {
    let statements = if text.len() > TEXT_BYTES_MAX {
        let message = format!("the text is longer than {TEXT_BYTES_MAX} bytes");
        Err(nom::Err::Failure(Fault::message(message, None)))
    } else {
        statement::statements(Cursor::new(&Query { text, params }))
    };
    statements.map_err(|error| error::innermost(error).in_text(text))
}

#[cfg(test)]
mod tests;

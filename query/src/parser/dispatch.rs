//! From a statement's first words to its parser.

use super::cursor::{Cursor, Parsed};
use super::token::Token;
use crate::ast::Statement;
use nom::Parser as _;
use nom::combinator::cut;

/// A word that may come next, and what parses the rest.
pub(super) struct Entry {
    /// The word.
    pub(super) word: &'static str,
    /// What follows it.
    pub(super) parse: for<'a> fn(Cursor<'a>) -> Parsed<'a, Statement>,
}

/// Follows the entry whose word comes next. The error lists all words, in the table's order.
pub(super) fn dispatch<'a>(table: &'static [Entry], cursor: Cursor<'a>) -> Parsed<'a, Statement> {
    let (after, lexeme) = cursor.next();
    match table.iter().find(|entry| lexeme.token == Token::Keyword(entry.word)) {
        Some(entry) => cut(entry.parse).parse(after),
        None => {
            let words: Vec<_> = table.iter().map(|entry| entry.word).collect();
            Err(lexeme.unexpected(&words))
        }
    }
}

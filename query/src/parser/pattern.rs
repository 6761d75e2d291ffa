//! Regular expressions between slashes.

use super::cursor::{Cursor, Lexeme, Parsed};
use super::error::Fault;
use super::token::Token;
use crate::ast::Pattern;

/// A regular expression, if one comes next. Comments before it are not skipped, since `/` begins both.
pub(super) fn pattern(cursor: Cursor<'_>) -> Parsed<'_, Option<Pattern>> {
    let start = cursor.skip_space();
    match start.rest().chars().next() {
        Some('/') => delimited(start).map(|(after, pattern)| (after, Some(pattern))),
        Some('$') => bound(start),
        Some(_) => Ok((start, None)),
        None => Ok((start.peeked(), None)),
    }
}

/// A regular expression that must come next.
pub(super) fn required_pattern(cursor: Cursor<'_>) -> Parsed<'_, Pattern> {
    match pattern(cursor)? {
        (after, Some(pattern)) => Ok((after, pattern)),
        (after, None) => Err(after.next().1.unexpected(&["regex"])),
    }
}

/// A parameter whose value is a regular expression.
fn bound(cursor: Cursor<'_>) -> Parsed<'_, Option<Pattern>> {
    let (after, lexeme) = cursor.next();
    match &lexeme.token {
        Token::Pattern(source) => Ok((after.with_pattern()?, Some(compile(source, &lexeme)?))),
        _ => Ok((cursor, None)),
    }
}

/// Compiles the text of a token.
pub(super) fn compile(source: &str, lexeme: &Lexeme<'_>) -> Result<Pattern, nom::Err<Fault>> {
    Pattern::new(source).map_err(|error| lexeme.refused(error.to_string()))
}

fn delimited(cursor: Cursor<'_>) -> Parsed<'_, Pattern> {
    let cursor = cursor.with_pattern()?;
    let refuse = |message: String| nom::Err::Failure(Fault::message(message, Some(cursor.place_before())));
    let (rest, source) = unescape(&cursor.rest()[1..]).ok_or_else(|| refuse("bad regex: ".to_owned()))?;
    let pattern = Pattern::new(&source).map_err(|error| refuse(error.to_string()))?;
    Ok((cursor.skip_to(rest), pattern))
}

/// The text up to the closing slash with `\/` as `/`, and what follows. It ends within its line.
fn unescape(text: &str) -> Option<(&str, String)> {
    let mut source = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '/' => return Some((&text[at + 1..], source)),
            '\n' | '\r' => return None,
            '\\' if chars.next_if(|(_, next)| *next == '/').is_some() => source.push('/'),
            c => source.push(c),
        }
    }
    None
}

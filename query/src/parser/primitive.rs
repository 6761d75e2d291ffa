//! The smallest parsers: one token each, and lists.

use super::cursor::{Cursor, Lexeme, Parsed};
use super::error::Fault;
use super::token::Token;
use nom::Parser;
use nom::combinator::{cut, opt};
use nom::sequence::preceded;

/// A reserved word.
pub(super) fn keyword<'a>(word: &'static str) -> impl Fn(Cursor<'a>) -> Parsed<'a, ()> {
    debug_assert!(super::is_keyword(word), "{word} is no keyword");
    move |cursor| exactly(cursor, &Token::Keyword(word), word)
}

/// An operator or a punctuation mark.
pub(super) fn symbol<'a>(symbol: &'static str) -> impl Fn(Cursor<'a>) -> Parsed<'a, ()> {
    move |cursor| exactly(cursor, &Token::Symbol(symbol), symbol)
}

fn exactly<'a>(cursor: Cursor<'a>, wanted: &Token<'static>, name: &'static str) -> Parsed<'a, ()> {
    let (after, lexeme) = cursor.next();
    if lexeme.token == *wanted { Ok((after, ())) } else { Err(lexeme.unexpected(&[name])) }
}

/// Reserved words one after the other; once the first is there, the others must be.
pub(super) fn keywords<'a>(words: &'static [&'static str]) -> impl Fn(Cursor<'a>) -> Parsed<'a, ()> {
    move |mut cursor| {
        for (index, word) in words.iter().enumerate() {
            (cursor, ()) = if index == 0 { keyword(word)(cursor) } else { cut(keyword(word)).parse(cursor) }?;
        }
        Ok((cursor, ()))
    }
}

/// Whether a reserved word comes next; it is skipped if so.
pub(super) fn flag<'a>(word: &'static str) -> impl FnMut(Cursor<'a>) -> Parsed<'a, bool> {
    move |cursor| opt(keyword(word)).map(|found| found.is_some()).parse(cursor)
}

/// A part that a reserved word begins. Without the word there is no such part, with it there must be.
pub(super) fn clause<'a, T>(
    word: &'static str,
    parser: impl Parser<Cursor<'a>, Output = T, Error = Fault>,
) -> impl FnMut(Cursor<'a>) -> Parsed<'a, Option<T>> {
    let mut part = opt(preceded(keyword(word), cut(parser)));
    move |cursor| part.parse(cursor)
}

/// A name.
pub(super) fn identifier(cursor: Cursor<'_>) -> Parsed<'_, String> {
    match cursor.next() {
        (after, Lexeme { token: Token::Identifier(name), .. }) => Ok((after, name.into_owned())),
        (_, lexeme) => Err(lexeme.unexpected(&["identifier"])),
    }
}

/// A text.
pub(super) fn string(cursor: Cursor<'_>) -> Parsed<'_, String> {
    match cursor.next() {
        (after, Lexeme { token: Token::String(text), .. }) => Ok((after, text.into_owned())),
        (_, lexeme) => Err(lexeme.unexpected(&["string"])),
    }
}

/// A length of time in ns; `INF` is 0.
pub(super) fn duration_or_inf(cursor: Cursor<'_>) -> Parsed<'_, i64> {
    match cursor.next() {
        (after, Lexeme { token: Token::Keyword("INF"), .. }) => Ok((after, 0)),
        _ => duration(cursor),
    }
}

/// A length of time in ns.
pub(super) fn duration(cursor: Cursor<'_>) -> Parsed<'_, i64> {
    let (after, lexeme) = cursor.next();
    let Token::Duration(text) = &lexeme.token else {
        return Err(lexeme.unexpected(&["duration"]));
    };
    match model::duration::parse(text) {
        Ok(ns) => Ok((after, ns)),
        Err(error) => Err(lexeme.refused(error.to_string())),
    }
}

/// How many copies of each point a retention policy keeps.
pub(super) fn replication(cursor: Cursor<'_>) -> Parsed<'_, u32> {
    const MAX: u32 = i32::MAX.unsigned_abs();
    let (after, digits, lexeme) = integer(cursor)?;
    match digits.parse::<i64>() {
        Ok(copies) => match u32::try_from(copies) {
            Ok(copies @ 1..=MAX) => Ok((after, copies)),
            _ => Err(lexeme.refused(format!("invalid value {copies}: must be 1 <= n <= {MAX}"))),
        },
        Err(_) => Err(lexeme.refused(format!("strconv.Atoi: parsing \"{digits}\": value out of range"))),
    }
}

/// A number of something in the server: a query, a shard.
pub(super) fn number(cursor: Cursor<'_>) -> Parsed<'_, u64> {
    let (after, digits, lexeme) = integer(cursor)?;
    match digits.parse() {
        Ok(number) => Ok((after, number)),
        Err(_) => Err(lexeme.refused(format!("strconv.ParseUint: parsing \"{digits}\": value out of range"))),
    }
}

/// The number of LIMIT and its kin; 0 without one. A number too large for an `i64` is as good as the largest.
pub(super) fn count<'a>(word: &'static str) -> impl FnMut(Cursor<'a>) -> Parsed<'a, u64> {
    let mut part = clause(word, move |cursor| {
        let (after, digits, lexeme) = integer(cursor)?;
        match u64::try_from(digits.parse().unwrap_or(i64::MAX)) {
            Ok(count) => Ok((after, count)),
            Err(_) => Err(lexeme.refused(format!("{word} must be >= 0"))),
        }
    });
    move |cursor| part(cursor).map(|(after, count)| (after, count.unwrap_or_default()))
}

fn integer(cursor: Cursor<'_>) -> Result<(Cursor<'_>, String, Lexeme<'_>), nom::Err<Fault>> {
    let (after, lexeme) = cursor.next();
    match &lexeme.token {
        Token::Integer(digits) => Ok((after, digits.to_string(), lexeme)),
        _ => Err(lexeme.unexpected(&["integer"])),
    }
}

/// One or more, with commas between them.
pub(super) fn comma_list<'a, T>(
    mut parser: impl FnMut(Cursor<'a>) -> Parsed<'a, T>,
) -> impl FnMut(Cursor<'a>) -> Parsed<'a, Vec<T>> {
    move |cursor| {
        let (mut cursor, first) = parser(cursor)?;
        let mut items = vec![first];
        while let Ok((after_comma, ())) = symbol(",")(cursor) {
            let (after, item) = cut(&mut parser).parse(after_comma)?;
            items.push(item);
            cursor = after;
        }
        Ok((cursor, items))
    }
}

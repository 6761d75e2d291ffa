//! The parts that several statements share: WHERE, GROUP BY, fill, ORDER BY, LIMIT, tz.

use super::cursor::{Cursor, Lexeme, Parsed};
use super::error::Fault;
use super::expression::expression;
use super::pattern::pattern;
use super::primitive::{clause, comma_list, count, identifier, keyword, symbol};
use super::token::Token;
use crate::ast::{Dimension, Expr, Fill, Literal, Page, SortOrder, Zone};
use nom::Parser as _;
use nom::combinator::cut;
use nom::sequence::preceded;

/// `WHERE expression`, if there is one.
pub(super) fn condition(cursor: Cursor<'_>) -> Parsed<'_, Option<Expr>> {
    clause("WHERE", expression)(cursor)
}

/// `GROUP BY dimension, ...`, if there is one.
pub(super) fn dimensions(cursor: Cursor<'_>) -> Parsed<'_, Vec<Dimension>> {
    let list = clause("GROUP", preceded(keyword("BY"), cut(comma_list(dimension)))).parse(cursor);
    list.map(|(after, list)| (after, list.unwrap_or_default()))
}

fn dimension(cursor: Cursor<'_>) -> Parsed<'_, Dimension> {
    match pattern(cursor)? {
        (after, Some(pattern)) => Ok((after, Dimension::Pattern(pattern))),
        (start, None) => expression.map(Dimension::from_expr).parse(start),
    }
}

/// `ORDER BY [time] [ASC | DESC]`, if there is one.
pub(super) fn order(cursor: Cursor<'_>) -> Parsed<'_, Option<SortOrder>> {
    clause("ORDER", preceded(keyword("BY"), cut(sort_order)))(cursor)
}

fn sort_order(cursor: Cursor<'_>) -> Parsed<'_, SortOrder> {
    let (after, lexeme) = cursor.next();
    let (cursor, order) = match &lexeme.token {
        Token::Keyword("ASC") => (after, SortOrder::Ascending),
        Token::Keyword("DESC") => (after, SortOrder::Descending),
        Token::Identifier(name) if name == "time" => direction(after),
        Token::Identifier(_) => return Err(only_time()),
        _ => return Err(lexeme.unexpected(&["identifier", "ASC", "DESC"])),
    };
    match symbol(",")(cursor) {
        Ok((after, ())) => cut(identifier).parse(after).and_then(|_| Err(only_time())),
        Err(_) => Ok((cursor, order)),
    }
}

fn direction(cursor: Cursor<'_>) -> (Cursor<'_>, SortOrder) {
    match cursor.next() {
        (after, Lexeme { token: Token::Keyword("ASC"), .. }) => (after, SortOrder::Ascending),
        (after, Lexeme { token: Token::Keyword("DESC"), .. }) => (after, SortOrder::Descending),
        _ => (cursor, SortOrder::Ascending),
    }
}

fn only_time() -> nom::Err<Fault> {
    refused("only ORDER BY time supported at this time")
}

/// `LIMIT n` and `OFFSET n`, if they are there.
pub(super) fn page(cursor: Cursor<'_>) -> Parsed<'_, Page> {
    let (cursor, (limit, offset)) = (count("LIMIT"), count("OFFSET")).parse(cursor)?;
    Ok((cursor, Page { limit, offset }))
}

/// `SLIMIT n` and `SOFFSET n`, if they are there.
pub(super) fn series_page(cursor: Cursor<'_>) -> Parsed<'_, Page> {
    let (cursor, (limit, offset)) = (count("SLIMIT"), count("SOFFSET")).parse(cursor)?;
    Ok((cursor, Page { limit, offset }))
}

/// `fill(...)`, if there is one.
pub(super) fn fill(cursor: Cursor<'_>) -> Parsed<'_, Fill> {
    let Some((cursor, expr)) = named_call("fill", cursor)? else {
        return Ok((cursor, Fill::Null));
    };
    let Expr::Call(call) = &expr else {
        return Err(refused("fill must be a function call"));
    };
    let [arg] = call.args.as_slice() else {
        return Err(refused("fill requires an argument, e.g.: 0, null, none, previous, linear"));
    };
    let fill = match arg {
        Expr::Reference(reference) if reference.cast.is_none() => fill_word(&reference.name),
        Expr::Literal(Literal::Integer(value)) => Some(Fill::Integer(*value)),
        Expr::Literal(Literal::Float(value)) => Some(Fill::Float(*value)),
        _ => None,
    };
    match fill {
        Some(fill) => Ok((cursor, fill)),
        None => Err(refused("expected number argument in fill()")),
    }
}

fn fill_word(word: &str) -> Option<Fill> {
    match word {
        "null" => Some(Fill::Null),
        "none" => Some(Fill::None),
        "previous" => Some(Fill::Previous),
        "linear" => Some(Fill::Linear),
        _ => None,
    }
}

/// `tz('name')`, if there is one.
pub(super) fn zone(cursor: Cursor<'_>) -> Parsed<'_, Option<Zone>> {
    let Some((cursor, expr)) = named_call("tz", cursor)? else {
        return Ok((cursor, None));
    };
    let Expr::Call(call) = &expr else {
        return Err(refused("tz must be a function call"));
    };
    let [arg] = call.args.as_slice() else {
        return Err(refused("tz requires exactly one argument"));
    };
    let Expr::Literal(Literal::String(name)) = arg else {
        return Err(refused("expected string argument in tz()"));
    };
    match Zone::new(name) {
        Ok(zone) => Ok((cursor, Some(zone))),
        Err(error) => Err(refused(error.to_string())),
    }
}

/// The expression that begins with this name, in any case, if that comes next.
fn named_call<'a>(name: &str, cursor: Cursor<'a>) -> Result<Option<(Cursor<'a>, Expr)>, nom::Err<Fault>> {
    match cursor.next().1.token {
        Token::Identifier(found) if found.eq_ignore_ascii_case(name) => {
            cut(expression).parse(cursor).map(Some)
        }
        _ => Ok(None),
    }
}

fn refused(message: impl Into<String>) -> nom::Err<Fault> {
    nom::Err::Failure(Fault::message(message, None))
}

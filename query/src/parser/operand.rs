//! Operands: constants, names, calls, parentheses, signs.

use super::cursor::{Cursor, Lexeme, Parsed};
use super::error::Fault;
use super::expression::{Tree, tree};
use super::pattern::{compile, pattern};
use super::primitive::symbol;
use super::source::segments;
use super::token::Token;
use crate::ast::{Call, Cast, Expr, Literal, Operator, Reference, WildcardKind};
use model::FieldType;
use model::duration::DurationError;
use nom::Parser as _;
use nom::combinator::cut;

/// What may stand on either side of an operator.
pub(super) fn operand(cursor: Cursor<'_>) -> Parsed<'_, Tree> {
    let (after, lexeme) = cursor.next();
    match &lexeme.token {
        Token::Symbol("(") => after.nested(parenthesised),
        Token::Symbol(sign @ ("+" | "-")) => after.nested(|after| signed(after, *sign == "-")),
        Token::Symbol("*") => wildcard(after),
        Token::Identifier(name) if after.rest().starts_with('(') => after.nested(|after| call(after, name)),
        Token::Identifier(_) => reference(cursor),
        Token::Keyword("DISTINCT") => distinct(after),
        _ => literal(after, &lexeme),
    }
}

fn parenthesised(cursor: Cursor<'_>) -> Parsed<'_, Tree> {
    let (cursor, inner) = cut(tree).parse(cursor)?;
    let (cursor, ()) = cut(symbol(")")).parse(cursor)?;
    Ok((cursor, inner.in_parens()))
}

fn literal<'a>(mut after: Cursor<'a>, lexeme: &Lexeme<'a>) -> Parsed<'a, Tree> {
    let literal = match &lexeme.token {
        Token::String(text) => Literal::String(text.to_string()),
        Token::Number(digits) => float(digits).ok_or_else(|| lexeme.refused("unable to parse number"))?,
        Token::Integer(digits) => integer(digits).ok_or_else(|| lexeme.refused("unable to parse integer"))?,
        Token::Keyword(word @ ("TRUE" | "FALSE")) => Literal::Boolean(*word == "TRUE"),
        Token::Duration(text) => Literal::Duration(duration(text)?),
        Token::Pattern(source) => {
            after = after.with_pattern()?;
            Literal::Pattern(compile(source, lexeme)?)
        }
        Token::Parameter(name) => return Err(nom::Err::Failure(after.refuse_parameter(name))),
        _ => return Err(lexeme.unexpected(&["identifier", "string", "number", "bool"])),
    };
    Ok((after, Tree::literal(literal)))
}

fn float(digits: &str) -> Option<Literal> {
    digits.parse().ok().filter(|value: &f64| value.is_finite()).map(Literal::Float)
}

fn integer(digits: &str) -> Option<Literal> {
    let signed = digits.parse().ok().map(Literal::Integer);
    signed.or_else(|| digits.parse().ok().map(Literal::Unsigned))
}

/// A duration inside an expression. InfluxDB does not say where a bad one is; one beyond 292 years is
/// as good as the longest, for it can only bound a time.
fn duration(text: &str) -> Result<i64, nom::Err<Fault>> {
    match model::duration::parse(text) {
        Ok(ns) => Ok(ns),
        Err(DurationError::Overflow { .. }) => Ok(i64::MAX),
        Err(error) => Err(nom::Err::Failure(Fault::message(error.to_string(), None))),
    }
}

/// What follows a sign. A constant takes it in; anything else is multiplied by 1 or -1.
fn signed(cursor: Cursor<'_>, negative: bool) -> Parsed<'_, Tree> {
    let (_, lexeme) = cursor.next();
    match lexeme.token {
        Token::Number(_)
        | Token::Integer(_)
        | Token::Duration(_)
        | Token::Identifier(_)
        | Token::Symbol("(") => {}
        _ => return Err(lexeme.misplaced(&["identifier", "number", "duration", "("])),
    }
    let (cursor, tree) = cut(operand).parse(cursor)?;
    let tree = match tree.expr {
        Expr::Literal(literal) if negative => Tree::literal(negate(literal)?),
        Expr::Literal(literal) => Tree::literal(literal),
        expr => {
            let factor = Expr::Literal(Literal::Integer(if negative { -1 } else { 1 }));
            let height = tree.height.saturating_add(1);
            Tree { expr: Expr::binary(factor, Operator::Multiply, expr), height }
        }
    };
    Ok((cursor, tree))
}

fn negate(literal: Literal) -> Result<Literal, nom::Err<Fault>> {
    const MIN_MAGNITUDE: u64 = i64::MIN.unsigned_abs();
    Ok(match literal {
        Literal::Float(value) => Literal::Float(-value),
        Literal::Integer(value) => Literal::Integer(value.wrapping_neg()),
        Literal::Unsigned(MIN_MAGNITUDE) => Literal::Integer(i64::MIN),
        Literal::Unsigned(value) => {
            let message = format!("constant -{value} underflows int64");
            return Err(nom::Err::Failure(Fault::message(message, None)));
        }
        Literal::Duration(ns) => Literal::Duration(ns.wrapping_neg()),
        other => other,
    })
}

fn wildcard(cursor: Cursor<'_>) -> Parsed<'_, Tree> {
    let (cursor, kind) = match double_colon(cursor) {
        None => (cursor, WildcardKind::All),
        Some(after) => match after.next_adjacent() {
            (after, Lexeme { token: Token::Keyword("FIELD"), .. }) => (after, WildcardKind::Fields),
            (after, Lexeme { token: Token::Keyword("TAG"), .. }) => (after, WildcardKind::Tags),
            (_, lexeme) => return Err(lexeme.misplaced(&["field", "tag"])),
        },
    };
    Ok((cursor, Tree::leaf(Expr::Wildcard(kind))))
}

/// The place after a `::` that comes without a blank.
fn double_colon(cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    cursor.rest().strip_prefix("::").map(|rest| cursor.skip_to(rest))
}

/// `DISTINCT name` and `distinct(name)`.
fn distinct(cursor: Cursor<'_>) -> Parsed<'_, Tree> {
    if cursor.rest().starts_with('(') {
        return cursor.nested(|cursor| call(cursor, "distinct"));
    }
    let (after, lexeme) = cursor.next_adjacent();
    let Token::Blank(_) = lexeme.token else {
        return Err(lexeme.misplaced(&["(", "identifier"]));
    };
    let (cursor, name) = cut(super::primitive::identifier).parse(after)?;
    Ok((cursor, Tree::leaf(Expr::Distinct(name))))
}

fn reference(cursor: Cursor<'_>) -> Parsed<'_, Tree> {
    let (cursor, path) = segments(cursor)?;
    let (cursor, cast) = match double_colon(cursor) {
        Some(after) => cast(after).map(|(after, cast)| (after, Some(cast)))?,
        None => (cursor, None),
    };
    let name = path.names.join(".");
    Ok((cursor, Tree::leaf(Expr::Reference(Reference { name, cast }))))
}

fn cast(cursor: Cursor<'_>) -> Parsed<'_, Cast> {
    let (after, lexeme) = cursor.next_adjacent();
    let cast = match &lexeme.token {
        Token::Keyword("FIELD") => Cast::Field,
        Token::Keyword("TAG") => Cast::Tag,
        Token::Identifier(name) => match field_type(name) {
            Some(field_type) => Cast::Type(field_type),
            None => return Err(lexeme.misplaced(&CASTS)),
        },
        _ => return Err(lexeme.misplaced(&CASTS_BUT_UNSIGNED)),
    };
    Ok((after, cast))
}

const CASTS: [&str; 7] = ["float", "integer", "unsigned", "string", "boolean", "field", "tag"];

/// InfluxDB forgets one where what follows is no name at all.
const CASTS_BUT_UNSIGNED: [&str; 6] = ["float", "integer", "string", "boolean", "field", "tag"];

fn field_type(name: &str) -> Option<FieldType> {
    FieldType::ALL.into_iter().find(|field_type| name.eq_ignore_ascii_case(field_type.name()))
}

/// The arguments of a call, from the opening parenthesis on.
fn call<'a>(cursor: Cursor<'a>, name: &str) -> Parsed<'a, Tree> {
    let (mut cursor, ()) = symbol("(")(cursor)?;
    let mut args = Vec::new();
    let mut height = 0;
    if let Ok((after, ())) = symbol(")")(cursor) {
        return Ok((after, Tree::leaf(call_of(name, args))));
    }
    loop {
        let (after, arg) = cut(argument).parse(cursor)?;
        height = height.max(arg.height);
        args.push(arg.expr);
        match symbol(",")(after) {
            Ok((after, ())) => cursor = after,
            Err(_) => break cursor = after,
        }
    }
    let (cursor, ()) = cut(symbol(")")).parse(cursor)?;
    Ok((cursor, Tree { expr: call_of(name, args), height: height.saturating_add(1) }))
}

fn argument(cursor: Cursor<'_>) -> Parsed<'_, Tree> {
    match pattern(cursor)? {
        (after, Some(pattern)) => Ok((after, Tree::literal(Literal::Pattern(pattern)))),
        (start, None) => tree(start),
    }
}

fn call_of(name: &str, args: Vec<Expr>) -> Expr {
    Expr::Call(Call { name: name.to_lowercase(), args })
}

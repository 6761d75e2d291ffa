//! SELECT and EXPLAIN.

use super::clause::{condition, dimensions, fill, order, page, series_page, zone};
use super::cursor::{Cursor, Parsed};
use super::error::Fault;
use super::expression::expression;
use super::pattern::pattern;
use super::primitive::{clause, comma_list, flag, identifier, keyword};
use super::source::{sources, target};
use crate::ast::{Explain, Expr, Field, Literal, Operator, Select, Statement, Target, Walk, walk};
use nom::Parser as _;
use nom::combinator::cut;
use nom::sequence::preceded;

/// What follows SELECT.
pub(super) fn select(cursor: Cursor<'_>) -> Parsed<'_, Select> {
    let (cursor, fields) = fields(cursor)?;
    let (cursor, target) = clause("INTO", target)(cursor)?;
    select_from(cursor, fields, target)
}

/// What follows SELECT where INTO must not be missing.
pub(super) fn select_into(cursor: Cursor<'_>) -> Parsed<'_, Select> {
    let (cursor, fields) = fields(cursor)?;
    let (cursor, target) = preceded(keyword("INTO"), cut(target)).parse(cursor)?;
    select_from(cursor, fields, Some(target))
}

fn select_from<'a>(cursor: Cursor<'a>, fields: Vec<Field>, target: Option<Target>) -> Parsed<'a, Select> {
    let (cursor, sources) = preceded(keyword("FROM"), cut(sources)).parse(cursor)?;
    let (cursor, condition) = condition(cursor)?;
    let (cursor, dimensions) = dimensions(cursor)?;
    let (cursor, fill) = fill(cursor)?;
    let (cursor, order) = order(cursor)?;
    let (cursor, rows) = page(cursor)?;
    let (cursor, series) = series_page(cursor)?;
    let (cursor, zone) = zone(cursor)?;
    let select = Select { fields, target, sources, condition, dimensions, fill, order, rows, series, zone };
    Ok((cursor, select))
}

fn fields(cursor: Cursor<'_>) -> Parsed<'_, Vec<Field>> {
    comma_list(field)(cursor)
}

fn field(cursor: Cursor<'_>) -> Parsed<'_, Field> {
    let (cursor, expr) = match pattern(cursor)? {
        (after, Some(pattern)) => (after, Expr::Literal(Literal::Pattern(pattern))),
        (start, None) => column(start)?,
    };
    let (cursor, alias) = clause("AS", identifier)(cursor)?;
    Ok((cursor, Field { expr, alias }))
}

/// An expression that is no condition.
fn column(cursor: Cursor<'_>) -> Parsed<'_, Expr> {
    let (after, expr) = expression(cursor)?;
    let Some(operator) = condition_operator(&expr) else {
        return Ok((after, expr));
    };
    let position = cursor.next().1.place().position(cursor.text());
    let message = format!(
        "invalid operator {operator} in SELECT clause at {position}; operator is intended for WHERE clause"
    );
    Err(nom::Err::Failure(Fault::message(message, None)))
}

/// The first operator, seen from the root, that compares or joins conditions.
fn condition_operator(expr: &Expr) -> Option<Operator> {
    let mut found = None;
    walk(expr, &mut |expr| match expr {
        _ if found.is_some() => Walk::Over,
        Expr::Binary(binary) if binary.operator.is_condition() => {
            found = Some(binary.operator);
            Walk::Over
        }
        _ => Walk::Into,
    });
    found
}

/// A statement that begins with SELECT.
pub(super) fn select_statement(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    select.map(|select| Statement::Select(Box::new(select))).parse(cursor)
}

/// What follows EXPLAIN.
pub(super) fn explain(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, analyze) = flag("ANALYZE")(cursor)?;
    let (cursor, select) = preceded(keyword("SELECT"), cut(select)).parse(cursor)?;
    Ok((cursor, Statement::Explain(Explain { analyze, select: Box::new(select) })))
}

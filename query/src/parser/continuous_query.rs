//! CREATE, DROP CONTINUOUS QUERY and SHOW CONTINUOUS QUERIES.

use super::cursor::{Cursor, Parsed};
use super::error::Fault;
use super::primitive::{clause, duration, identifier, keyword, keywords};
use super::select::select_into;
use crate::ast::{CreateContinuousQuery, Dimension, DropContinuousQuery, Expr, Select, Statement};
use model::duration::to_influxql;
use nom::Parser as _;
use nom::combinator::cut;
use nom::sequence::preceded;

/// What follows CREATE CONTINUOUS.
pub(super) fn create_continuous_query(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, name) = preceded(keyword("QUERY"), identifier).parse(cursor)?;
    let (cursor, database) = preceded(keyword("ON"), identifier).parse(cursor)?;
    let (cursor, resample) = clause("RESAMPLE", resample)(cursor)?;
    let (every_ns, for_ns) = resample.unwrap_or_default();
    let (cursor, select) = preceded(keywords(&["BEGIN", "SELECT"]), cut(select_into)).parse(cursor)?;
    let interval_ns = interval(cursor, &select)?;
    let (cursor, ()) = keyword("END")(cursor)?;
    check_span(interval_ns, every_ns, for_ns)?;
    let statement = CreateContinuousQuery { name, database, every_ns, for_ns, select };
    Ok((cursor, Statement::CreateContinuousQuery(Box::new(statement))))
}

/// `[EVERY d] [FOR d]`, at least one of them.
fn resample(cursor: Cursor<'_>) -> Parsed<'_, (Option<i64>, Option<i64>)> {
    let (after, (every_ns, for_ns)) = (clause("EVERY", duration), clause("FOR", duration)).parse(cursor)?;
    let said = |ns: Option<i64>| ns.filter(|ns| *ns != 0);
    match (said(every_ns), said(for_ns)) {
        (None, None) => Err(after.next().1.unexpected(&["EVERY", "FOR"])),
        spans => Ok((after, spans)),
    }
}

/// The GROUP BY interval in ns, 0 without one. Only a query without aggregates may do without.
fn interval(cursor: Cursor<'_>, select: &Select) -> Result<i64, nom::Err<Fault>> {
    let time = select.dimensions.iter().find_map(|dimension| match dimension {
        Dimension::Time { interval_ns, .. } => Some(Ok(*interval_ns)),
        Dimension::Other(Expr::Call(call)) if call.name == "time" => Some(Err(match call.args.len() {
            1 | 2 => "time dimension must have duration argument",
            _ => "time dimension expected 1 or 2 arguments",
        })),
        _ => None,
    });
    match time {
        Some(Ok(ns)) if ns != 0 => Ok(ns),
        Some(Err(reason)) => Err(cursor.next().1.unexpected(&["GROUP BY time(...)", reason])),
        _ if select.is_raw() => Ok(0),
        _ => Err(cursor.next().1.unexpected(&["GROUP BY time(...)"])),
    }
}

/// FOR must span at least one run.
fn check_span(interval_ns: i64, every_ns: Option<i64>, for_ns: Option<i64>) -> Result<(), nom::Err<Fault>> {
    let least_ns = interval_ns.max(every_ns.unwrap_or_default());
    match for_ns {
        Some(for_ns) if for_ns < least_ns => {
            let (least, got) = (to_influxql(least_ns), to_influxql(for_ns));
            let message = format!(
                "FOR duration must be >= GROUP BY time duration: must be a minimum of {least}, got {got}"
            );
            Err(nom::Err::Failure(Fault::message(message, None)))
        }
        _ => Ok(()),
    }
}

/// What follows DROP CONTINUOUS.
pub(super) fn drop_continuous_query(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, name) = preceded(keyword("QUERY"), identifier).parse(cursor)?;
    let (cursor, database) = preceded(keyword("ON"), identifier).parse(cursor)?;
    Ok((cursor, Statement::DropContinuousQuery(DropContinuousQuery { name, database })))
}

/// What follows SHOW CONTINUOUS.
pub(super) fn show_continuous_queries(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, ()) = keyword("QUERIES")(cursor)?;
    Ok((cursor, Statement::ShowContinuousQueries))
}

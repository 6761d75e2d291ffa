//! DELETE, DROP SERIES and DROP MEASUREMENT.

use super::clause::condition;
use super::cursor::{Cursor, Parsed};
use super::error::{Fault, Place};
use super::primitive::identifier;
use super::show::from_measurements;
use crate::ast::{Delete, DropMeasurement, DropSeries, Expr, Measurement, Statement};
use nom::Parser as _;

/// What follows DELETE. The database is the request's.
pub(super) fn delete(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (after, (sources, condition)) = from_where(cursor)?;
    refuse(&sources, |source| source.database.is_some(), "database not supported")?;
    Ok((after, Statement::Delete(Delete { sources, condition })))
}

/// What follows DROP SERIES, which concerns all retention policies of the request's database.
pub(super) fn drop_series(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (after, (sources, condition)) = from_where(cursor)?;
    refuse(&sources, |source| source.retention_policy.is_some(), "retention policy not supported")?;
    refuse(&sources, |source| source.database.is_some(), "database not supported")?;
    Ok((after, Statement::DropSeries(DropSeries { sources, condition })))
}

/// What follows DROP MEASUREMENT.
pub(super) fn drop_measurement(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    identifier.map(|name| Statement::DropMeasurement(DropMeasurement { name })).parse(cursor)
}

/// FROM, WHERE or both.
fn from_where(cursor: Cursor<'_>) -> Parsed<'_, (Vec<Measurement>, Option<Expr>)> {
    let (after, parts) = (from_measurements, condition).parse(cursor)?;
    match &parts {
        (sources, None) if sources.is_empty() => Err(cursor.next().1.unexpected(&["FROM", "WHERE"])),
        _ => Ok((after, parts)),
    }
}

fn refuse(
    sources: &[Measurement],
    unwanted: impl Fn(&Measurement) -> bool,
    message: &str,
) -> Result<(), nom::Err<Fault>> {
    match sources.iter().any(unwanted) {
        true => Err(nom::Err::Failure(Fault::message(message, Some(Place::START)))),
        false => Ok(()),
    }
}

//! SHOW ... [EXACT] CARDINALITY.

use super::clause::{condition, dimensions, page};
use super::cursor::{Cursor, Parsed};
use super::primitive::{flag, keyword};
use super::show::{from_measurements, on_database, with_key};
use crate::ast::{CardinalityOf, ShowCardinality, Statement, TagKeyFilter};
use nom::Parser as _;
use nom::combinator::cut;

/// What follows SHOW SERIES, if it counts them.
pub(super) fn series_cardinality(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, exact) = optional_cardinality(cursor)?;
    cut(|cursor| counted(cursor, CardinalityOf::Series, exact)).parse(cursor)
}

/// What follows SHOW TAG VALUES, if it counts them.
pub(super) fn tag_values_cardinality(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, exact) = optional_cardinality(cursor)?;
    let none = CardinalityOf::TagValues(TagKeyFilter::In(Vec::new()));
    cut(|cursor| counted(cursor, none.clone(), exact)).parse(cursor)
}

/// What follows SHOW MEASUREMENT.
pub(super) fn measurement_cardinality(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    required_cardinality(cursor, CardinalityOf::Measurements)
}

/// What follows SHOW TAG KEY.
pub(super) fn tag_key_cardinality(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    required_cardinality(cursor, CardinalityOf::TagKeys)
}

/// What follows SHOW FIELD KEY.
pub(super) fn field_key_cardinality(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    required_cardinality(cursor, CardinalityOf::FieldKeys)
}

/// `EXACT CARDINALITY` or `CARDINALITY`; after EXACT, no other parser will do.
fn optional_cardinality(cursor: Cursor<'_>) -> Parsed<'_, bool> {
    let (cursor, exact) = flag("EXACT")(cursor)?;
    let cardinality = keyword("CARDINALITY");
    let (cursor, ()) = if exact { cut(cardinality).parse(cursor) } else { cardinality(cursor) }?;
    Ok((cursor, exact))
}

fn required_cardinality(cursor: Cursor<'_>, of: CardinalityOf) -> Parsed<'_, Statement> {
    match optional_cardinality(cursor) {
        Ok((cursor, exact)) => counted(cursor, of, exact),
        Err(nom::Err::Error(_)) => Err(cursor.next().1.misplaced(&["EXACT", "CARDINALITY"])),
        Err(error) => Err(error),
    }
}

fn counted(cursor: Cursor<'_>, mut of: CardinalityOf, exact: bool) -> Parsed<'_, Statement> {
    let (cursor, database) = on_database(cursor)?;
    let (mut cursor, sources) = from_measurements(cursor)?;
    if let CardinalityOf::TagValues(keys) = &mut of {
        (cursor, *keys) = with_key(cursor)?;
    }
    let (cursor, condition) = condition(cursor)?;
    let (cursor, dimensions) = dimensions(cursor)?;
    let (cursor, page) = page(cursor)?;
    let statement = ShowCardinality { of, exact, database, sources, condition, dimensions, page };
    Ok((cursor, Statement::ShowCardinality(statement)))
}

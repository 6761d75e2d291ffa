//! SHOW.

use super::clause::{condition, order, page, series_page};
use super::continuous_query::show_continuous_queries;
use super::cursor::{Cursor, Lexeme, Parsed};
use super::dispatch::{Entry, dispatch};
use super::pattern::required_pattern;
use super::primitive::{clause, comma_list, identifier, keyword, keywords, symbol};
use super::query_control::{show_diagnostics, show_stats};
use super::retention_policy::show_retention_policies;
use super::show_cardinality::{
    field_key_cardinality, measurement_cardinality, series_cardinality, tag_key_cardinality,
    tag_values_cardinality,
};
use super::source::{measurement, measurements};
use super::token::Token;
use super::user::show_grants;
use crate::ast::{
    Measurement, ShowFieldKeys, ShowMeasurements, ShowSeries, ShowTagKeys, ShowTagValues, Statement,
    TagKeyFilter,
};
use nom::Parser as _;
use nom::branch::alt;
use nom::combinator::{cut, peek};
use nom::sequence::preceded;

const SHOW: [Entry; 16] = [
    Entry { word: "CONTINUOUS", parse: show_continuous_queries },
    Entry { word: "DATABASES", parse: |cursor| Ok((cursor, Statement::ShowDatabases)) },
    Entry { word: "DIAGNOSTICS", parse: show_diagnostics },
    Entry { word: "FIELD", parse: |cursor| dispatch(&SHOW_FIELD, cursor) },
    Entry { word: "GRANTS", parse: show_grants },
    Entry { word: "MEASUREMENT", parse: measurement_cardinality },
    Entry { word: "MEASUREMENTS", parse: show_measurements },
    Entry { word: "QUERIES", parse: |cursor| Ok((cursor, Statement::ShowQueries)) },
    Entry { word: "RETENTION", parse: show_retention_policies },
    Entry { word: "SERIES", parse: show_series },
    Entry { word: "SHARD", parse: show_shard_groups },
    Entry { word: "SHARDS", parse: |cursor| Ok((cursor, Statement::ShowShards)) },
    Entry { word: "STATS", parse: show_stats },
    Entry { word: "SUBSCRIPTIONS", parse: |cursor| Ok((cursor, Statement::ShowSubscriptions)) },
    Entry { word: "TAG", parse: |cursor| dispatch(&SHOW_TAG, cursor) },
    Entry { word: "USERS", parse: |cursor| Ok((cursor, Statement::ShowUsers)) },
];

const SHOW_FIELD: [Entry; 2] =
    [Entry { word: "KEY", parse: field_key_cardinality }, Entry { word: "KEYS", parse: show_field_keys }];

const SHOW_TAG: [Entry; 3] = [
    Entry { word: "KEY", parse: tag_key_cardinality },
    Entry { word: "KEYS", parse: show_tag_keys },
    Entry { word: "VALUES", parse: show_tag_values },
];

/// What follows SHOW.
pub(super) fn show(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    dispatch(&SHOW, cursor)
}

/// `ON database`, if it is there.
pub(super) fn on_database(cursor: Cursor<'_>) -> Parsed<'_, Option<String>> {
    clause("ON", identifier)(cursor)
}

/// `FROM measurements`, if it is there.
pub(super) fn from_measurements(cursor: Cursor<'_>) -> Parsed<'_, Vec<Measurement>> {
    clause("FROM", measurements)(cursor).map(|(after, list)| (after, list.unwrap_or_default()))
}

/// `WITH KEY ...`.
pub(super) fn with_key(cursor: Cursor<'_>) -> Parsed<'_, TagKeyFilter> {
    let (cursor, ()) = keywords(&["WITH", "KEY"])(cursor)?;
    let (after, lexeme) = cursor.next();
    match lexeme.token {
        Token::Keyword("IN") => cut(key_list).map(TagKeyFilter::In).parse(after),
        Token::Symbol("=") => cut(identifier).map(TagKeyFilter::Equal).parse(after),
        Token::Symbol("!=") => cut(identifier).map(TagKeyFilter::NotEqual).parse(after),
        Token::Symbol("=~") => cut(required_pattern).map(TagKeyFilter::Match).parse(after),
        Token::Symbol("!~") => cut(required_pattern).map(TagKeyFilter::NotMatch).parse(after),
        _ => Err(lexeme.misplaced(&["IN", "=", "=~"])),
    }
}

fn key_list(cursor: Cursor<'_>) -> Parsed<'_, Vec<String>> {
    let (cursor, ()) = symbol("(")(cursor)?;
    let (cursor, keys) = comma_list(identifier)(cursor)?;
    let (cursor, ()) = symbol(")")(cursor)?;
    Ok((cursor, keys))
}

fn show_measurements(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, database) = on_database(cursor)?;
    let (cursor, measurement) =
        clause("WITH", preceded(keyword("MEASUREMENT"), compared_measurement))(cursor)?;
    let (cursor, condition) = condition(cursor)?;
    let (cursor, order) = order(cursor)?;
    let (cursor, page) = page(cursor)?;
    let statement = ShowMeasurements { database, measurement, condition, order, page };
    Ok((cursor, Statement::ShowMeasurements(statement)))
}

/// `= name` or `=~ /pattern/`. InfluxDB does not mind which sign goes with which.
fn compared_measurement(cursor: Cursor<'_>) -> Parsed<'_, Measurement> {
    match cursor.next() {
        (after, Lexeme { token: Token::Symbol("=" | "=~"), .. }) => cut(measurement).parse(after),
        (_, lexeme) => Err(lexeme.unexpected(&["=", "=~"])),
    }
}

fn show_tag_keys(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, database) = on_database(cursor)?;
    let (cursor, sources) = from_measurements(cursor)?;
    let (cursor, keys) = match peek(keyword("WITH")).parse(cursor) {
        Ok(_) => with_key(cursor).map(|(after, keys)| (after, Some(keys)))?,
        Err(_) => (cursor, None),
    };
    let (cursor, condition) = condition(cursor)?;
    let (cursor, order) = order(cursor)?;
    let (cursor, page) = page(cursor)?;
    let (cursor, series) = series_page(cursor)?;
    let statement = ShowTagKeys { database, sources, keys, condition, order, page, series };
    Ok((cursor, Statement::ShowTagKeys(statement)))
}

fn show_tag_values(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    alt((tag_values_cardinality, plain_tag_values)).parse(cursor)
}

fn plain_tag_values(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, database) = on_database(cursor)?;
    let (cursor, sources) = from_measurements(cursor)?;
    let (cursor, keys) = with_key(cursor)?;
    let (cursor, condition) = condition(cursor)?;
    let (cursor, order) = order(cursor)?;
    let (cursor, page) = page(cursor)?;
    let statement = ShowTagValues { database, sources, keys, condition, order, page };
    Ok((cursor, Statement::ShowTagValues(statement)))
}

fn show_field_keys(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, database) = on_database(cursor)?;
    let (cursor, sources) = from_measurements(cursor)?;
    let (cursor, order) = order(cursor)?;
    let (cursor, page) = page(cursor)?;
    Ok((cursor, Statement::ShowFieldKeys(ShowFieldKeys { database, sources, order, page })))
}

fn show_series(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    alt((series_cardinality, plain_series)).parse(cursor)
}

fn plain_series(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, database) = on_database(cursor)?;
    let (cursor, sources) = from_measurements(cursor)?;
    let (cursor, condition) = condition(cursor)?;
    let (cursor, order) = order(cursor)?;
    let (cursor, page) = page(cursor)?;
    Ok((cursor, Statement::ShowSeries(ShowSeries { database, sources, condition, order, page })))
}

fn show_shard_groups(cursor: Cursor<'_>) -> Parsed<'_, Statement> {
    let (cursor, ()) = keyword("GROUPS")(cursor)?;
    Ok((cursor, Statement::ShowShardGroups))
}

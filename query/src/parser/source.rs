//! Where points are: measurements, patterns of them, subqueries; and where INTO writes.

use super::cursor::{Cursor, Lexeme, Parsed};
use super::error::{Fault, Place};
use super::pattern::pattern;
use super::primitive::{comma_list, identifier, keyword, symbol};
use super::select::select;
use super::token::Token;
use crate::ast::{Measurement, MeasurementName, QuotedIdentifier, Source, Target};
use nom::Parser as _;
use nom::combinator::cut;

/// `a.b.c`: names with dots and no blanks before the dots.
pub(super) struct Path {
    /// One to three names; one in the middle may be empty, as in `db..cpu`.
    pub(super) names: Vec<String>,
    /// Whether a dot follows the last of them, so that a pattern or `:MEASUREMENT` comes next.
    open: bool,
}

/// Most names of a path: database, retention policy, measurement.
const SEGMENTS_MAX: usize = 3;

/// What SELECT reads.
pub(super) fn sources(cursor: Cursor<'_>) -> Parsed<'_, Vec<Source>> {
    comma_list(source)(cursor)
}

/// What every other statement reads.
pub(super) fn measurements(cursor: Cursor<'_>) -> Parsed<'_, Vec<Measurement>> {
    comma_list(measurement)(cursor)
}

fn source(cursor: Cursor<'_>) -> Parsed<'_, Source> {
    match cursor.next() {
        (after, Lexeme { token: Token::Symbol("("), .. }) => after.nested(subquery),
        _ => measurement.map(Source::Measurement).parse(cursor),
    }
}

fn subquery(cursor: Cursor<'_>) -> Parsed<'_, Source> {
    let (cursor, ()) = cut(keyword("SELECT")).parse(cursor)?;
    let (cursor, select) = cut(select).parse(cursor)?;
    let (cursor, ()) = cut(symbol(")")).parse(cursor)?;
    Ok((cursor, Source::Subquery(Box::new(select))))
}

/// A measurement or a pattern of them.
pub(super) fn measurement(cursor: Cursor<'_>) -> Parsed<'_, Measurement> {
    let (cursor, found) = pattern(cursor)?;
    if let Some(found) = found {
        return Ok((cursor, at(Vec::new(), MeasurementName::Pattern(found))));
    }
    let (cursor, mut path) = segments(cursor)?;
    if path.open
        && path.names.len() < SEGMENTS_MAX
        && let (cursor, Some(found)) = pattern(cursor)?
    {
        return Ok((cursor, at(path.names, MeasurementName::Pattern(found))));
    }
    let name = path.names.pop().expect("a path has at least one name");
    Ok((cursor, at(path.names, MeasurementName::Name(name))))
}

/// What the names before the last one mean.
fn at(mut names: Vec<String>, name: MeasurementName) -> Measurement {
    let retention_policy = names.pop().filter(|name| !name.is_empty());
    let database = names.pop().filter(|name| !name.is_empty());
    Measurement { database, retention_policy, name }
}

/// Where INTO writes.
pub(super) fn target(cursor: Cursor<'_>) -> Parsed<'_, Target> {
    let (mut cursor, mut path) = segments(cursor)?;
    let mut name = None;
    if path.open && path.names.len() < SEGMENTS_MAX && cursor.rest().starts_with(':') {
        (cursor, ()) = cut(symbol(":")).parse(cursor)?;
        (cursor, ()) = cut(keyword("MEASUREMENT")).parse(cursor)?;
    } else {
        name = path.names.pop();
    }
    let Measurement { database, retention_policy, .. } = at(path.names, MeasurementName::Name(String::new()));
    Ok((cursor, Target { database, retention_policy, name }))
}

/// One to three names with dots between them.
pub(super) fn segments(cursor: Cursor<'_>) -> Parsed<'_, Path> {
    let (mut cursor, first) = identifier(cursor)?;
    let mut names = vec![first];
    let mut open = false;
    while let Some(rest) = cursor.rest().strip_prefix('.').filter(|rest| !begins_number(rest)) {
        cursor = cursor.skip_to(rest).peeked();
        match rest.chars().next() {
            Some('/' | ':') => {
                open = true;
                break;
            }
            Some('.') => names.push(String::new()),
            _ => {
                let (after, name) = cut(identifier).parse(cursor)?;
                names.push(name);
                cursor = after;
            }
        }
    }
    if names.len() > SEGMENTS_MAX {
        let message = format!("too many segments in {}", quoted_path(&names));
        return Err(nom::Err::Failure(Fault::message(message, Some(Place::START))));
    }
    Ok((cursor, Path { names, open }))
}

/// Whether the dot before this text is a decimal point.
fn begins_number(rest: &str) -> bool {
    rest.starts_with(|next: char| next.is_ascii_digit())
}

/// A path as InfluxDB prints it here: in quotes all but the last name.
fn quoted_path(names: &[String]) -> String {
    let mut text = String::new();
    for (index, name) in names.iter().enumerate() {
        let quoted = QuotedIdentifier(name).to_string();
        match index + 1 == names.len() {
            true => text.push_str(&quoted),
            false if name.is_empty() && index > 0 => text.push('.'),
            false if quoted.starts_with('"') => text.push_str(&format!("{quoted}.")),
            false => text.push_str(&format!("\"{quoted}\".")),
        }
    }
    text
}

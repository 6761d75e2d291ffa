//! SHOW ... CARDINALITY: how many series, measurements, keys or values there are.
//!
//! Whatever is asked, the count is exact. Without EXACT and without anything to filter by, series and
//! measurements are counted over the whole database under another column name; all other counts are of
//! one retention policy, as in InfluxDB.

use super::header;
use super::tables::{Filter, Tables};
use crate::analyze;
use crate::ast::{Binary, CardinalityOf, Expr, Literal, Operator, ShowCardinality};
use crate::{Context, Error, Result, RowSink, Scope};
use model::{Column, Leased, TimeRange, Values};
use std::collections::BTreeSet;

/// Counts.
pub(crate) fn cardinality(
    show: &ShowCardinality,
    context: &Context<'_>,
    sink: &mut dyn RowSink,
) -> Result<()> {
    if !show.dimensions.is_empty() || show.page.limit > 0 || show.page.offset > 0 {
        return Err(Error::Unsupported(show.to_string().into()));
    }
    let is_whole = !show.exact && show.sources.is_empty() && show.condition.is_none();
    let is_estimate = matches!(show.of, CardinalityOf::Series | CardinalityOf::Measurements);
    if is_whole && is_estimate {
        return estimate(show, context, sink);
    }
    let filter = Filter {
        database: show.database.as_deref(),
        sources: &show.sources,
        condition: show.condition.as_ref(),
    };
    let mut tables = Tables::find_in_policies(context, &filter)?;
    if matches!(show.of, CardinalityOf::TagValues(_)) {
        tables.condition = tables.condition.map(among_present);
    }
    if let Some(what) = refused_time(&show.of).filter(|_| tables.is_timed()) {
        return Err(Error::invalid(format!("SHOW {what} CARDINALITY doesn't support time in WHERE clause")));
    }
    if show.of == CardinalityOf::Measurements {
        let count = passing_measurements(&tables)?;
        return if count > 0 { emit(sink, None, "count", count) } else { Ok(()) };
    }
    for (name, scopes) in &tables.measurements {
        let count = count(&show.of, context, &tables, name, scopes)?;
        if count > 0 {
            emit(sink, Some(name), "count", count)?;
        }
    }
    Ok(())
}

/// The kinds whose WHERE cannot speak of time, in InfluxDB's words.
fn refused_time(of: &CardinalityOf) -> Option<&'static str> {
    match of {
        CardinalityOf::Series => Some("SERIES EXACT"),
        CardinalityOf::Measurements => Some("MEASUREMENT EXACT"),
        CardinalityOf::TagKeys => Some("TAG KEY EXACT"),
        CardinalityOf::FieldKeys => Some("FIELD KEY"),
        CardinalityOf::TagValues(_) => None,
    }
}

/// The whole database; one that does not exist has nothing.
fn estimate(show: &ShowCardinality, context: &Context<'_>, sink: &mut dyn RowSink) -> Result<()> {
    let db = analyze::database(context, show.database.as_deref())?;
    let mut count = 0;
    if context.catalog.databases()?.iter().any(|known| known == db) {
        let filter = Filter { database: Some(db), sources: &[], condition: None };
        let tables = Tables::find(context, &filter)?;
        count = match show.of {
            CardinalityOf::Measurements => tables.measurements.len(),
            _ => {
                let counts =
                    tables.measurements.iter().map(|(name, scopes)| tables.series_count(name, scopes));
                counts.sum::<Result<usize>>()?
            }
        };
    }
    emit(sink, None, "cardinality estimation", count)
}

fn passing_measurements(tables: &Tables<'_>) -> Result<usize> {
    let mut count = 0;
    for (name, scopes) in &tables.measurements {
        count += usize::from(tables.is_unfiltered() || tables.series_count(name, scopes)? > 0);
    }
    Ok(count)
}

fn count(
    of: &CardinalityOf,
    context: &Context<'_>,
    tables: &Tables<'_>,
    name: &str,
    scopes: &[Scope],
) -> Result<usize> {
    if *of == CardinalityOf::FieldKeys {
        let mut fields = BTreeSet::new();
        for scope in scopes {
            fields.extend(
                context.source.fields(scope, name, TimeRange::ALL)?.into_iter().map(|(field, _)| field),
            );
        }
        return Ok(fields.len());
    }
    Ok(match of {
        CardinalityOf::TagValues(keys) => values(&tables.tag_values(name, scopes, |key| keys.accepts(key))?),
        CardinalityOf::TagKeys => tables.tag_keys(name, scopes)?.len(),
        CardinalityOf::Series | CardinalityOf::Measurements | CardinalityOf::FieldKeys => {
            tables.series_count(name, scopes)?
        }
    })
}

/// The condition where a comparison with a tag that is not there is false, as tag values are counted:
/// elsewhere such a tag reads as the empty text.
fn among_present(condition: Expr) -> Expr {
    match condition {
        Expr::Paren(inner) => Expr::Paren(Box::new(among_present(*inner))),
        Expr::Binary(binary) if matches!(binary.operator, Operator::And | Operator::Or) => {
            let Binary { left, operator, right } = *binary;
            Expr::binary(among_present(left), operator, among_present(right))
        }
        Expr::Binary(binary) if binary.operator.is_comparison() => {
            let tags =
                [&binary.left, &binary.right].into_iter().filter(|side| matches!(side, Expr::Reference(_)));
            let there = |tag: &Expr| {
                Expr::binary(tag.clone(), Operator::NotEqual, Expr::Literal(Literal::String(String::new())))
            };
            let mut parts: Vec<Expr> = tags.map(there).collect();
            parts.push(Expr::Binary(binary));
            Expr::balanced(Operator::And, parts)
        }
        other => other,
    }
}

/// How many different values tags have, taken together.
fn values(found: &[(String, Leased<Vec<String>>)]) -> usize {
    found.iter().flat_map(|(_, values)| values.iter()).collect::<BTreeSet<_>>().len()
}

fn emit(sink: &mut dyn RowSink, name: Option<&str>, column: &str, count: usize) -> Result<()> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    sink.series(&header(name, &[column]))?;
    Ok(sink.rows(&[Column::dense(Values::Integer(vec![count]))])?)
}

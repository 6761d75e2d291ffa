//! DELETE, DROP SERIES and DROP MEASUREMENT: what is meant, passed on to the catalog.
//!
//! They concern every retention policy of the request's database. WHERE may compare tags with texts and patterns, in a
//! DELETE also time; a field cannot tell which points go.

use crate::analyze::{self, Bounds, Moment};
use crate::ast::{
    Delete, DropMeasurement, DropSeries, Expr, Measurement, MeasurementName, Reference, Statement, Walk, walk,
};
use crate::statement::Kind;
use crate::{Context, Error, Result, Scope};
use model::{Deletion, DeletionSource, MAX_TIME, MIN_TIME, MeasurementMatch, TagPredicate, TimeRange};

/// Carries out a statement that removes points.
pub(crate) fn delete(statement: &Statement, context: &Context<'_>) -> Result<()> {
    if context.read_only {
        return Err(Error::ReadOnly(statement.to_string().into()));
    }
    let db = analyze::database(context, None)?;
    let deletion = match statement {
        Statement::Delete(Delete { sources, condition }) => {
            let (rest, bounds) = cut(condition.as_ref(), context)?;
            deletion(context, db, sources, rest.as_ref(), bounds)?
        }
        Statement::DropSeries(DropSeries { sources, condition }) => {
            let (rest, bounds) = cut(condition.as_ref(), context)?;
            if bounds != Bounds::default() {
                return Err(Error::invalid("DROP SERIES doesn't support time in WHERE clause"));
            }
            deletion(context, db, sources, rest.as_ref(), bounds)?
        }
        Statement::DropMeasurement(DropMeasurement { name }) => {
            let measurement = MeasurementMatch::Name(name.as_str().into());
            let sources = vec![DeletionSource { policy: None, measurement }];
            Deletion { sources, tags: TagPredicate::All, time: TimeRange::ALL }
        }
        other => return Err(Error::Unsupported(other.to_string().into())),
    };
    Ok(context.catalog.delete(db, &deletion)?)
}

/// WHERE without its time range.
fn cut(condition: Option<&Expr>, context: &Context<'_>) -> Result<(Option<Expr>, Bounds)> {
    analyze::cut(condition, &Moment { now_ns: context.now_ns, zone: None })
}

fn deletion(
    context: &Context<'_>,
    db: &str,
    sources: &[Measurement],
    condition: Option<&Expr>,
    bounds: Bounds,
) -> Result<Deletion> {
    let first = bounds.first.unwrap_or(MIN_TIME);
    let last = bounds.last.unwrap_or(MAX_TIME);
    let time = TimeRange::new(first, last.saturating_add(1));
    let sources: Vec<DeletionSource> = sources.iter().map(source).collect();
    let tags = match condition {
        None => TagPredicate::All,
        Some(condition) => {
            refuse_fields(context, db, &sources, condition)?;
            analyze::exact_series_predicate(condition, &|_| Some(Kind::Tag)).ok_or_else(|| {
                Error::invalid(format!(
                    "a delete compares tags with strings and regular expressions: {condition}"
                ))
            })?
        }
    };
    Ok(Deletion { sources, tags, time })
}

fn source(source: &Measurement) -> DeletionSource {
    let measurement = match &source.name {
        MeasurementName::Name(name) => MeasurementMatch::Name(name.as_str().into()),
        MeasurementName::Pattern(pattern) => MeasurementMatch::Regex(pattern.regex().clone()),
    };
    DeletionSource { policy: source.retention_policy.as_deref().map(Into::into), measurement }
}

/// A name that is a field of a measurement that is meant.
fn refuse_fields(
    context: &Context<'_>,
    db: &str,
    sources: &[DeletionSource],
    condition: &Expr,
) -> Result<()> {
    let mut names: Vec<&Reference> = Vec::new();
    walk(condition, &mut |expr| {
        if let Expr::Reference(reference) = expr {
            names.push(reference);
        }
        Walk::Into
    });
    for policy in context.catalog.retention_policies(db)? {
        let scope = Scope { db: db.into(), rp: policy.name.into() };
        for measurement in context.source.measurements(&scope)? {
            if !sources.is_empty() && !sources.iter().any(|source| source.matches(&scope.rp, &measurement)) {
                continue;
            }
            let fields = context.source.fields(&scope, &measurement, TimeRange::ALL)?;
            if names.iter().any(|name| fields.iter().any(|(field, _)| *field == name.name)) {
                return Err(Error::invalid("fields not supported in WHERE clause during deletion"));
            }
        }
    }
    Ok(())
}

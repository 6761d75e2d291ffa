//! SHOW MEASUREMENTS.

use super::listing::Listing;
use super::tables::{Filter, Tables};
use crate::analyze;
use crate::ast::{Binary, Expr, Literal, Operator, ShowMeasurements};
use crate::{Context, Error, Result, RowSink};
use model::Tags;
use std::sync::Arc;

/// The names of the measurements that WHERE leaves; a database that does not exist has none.
pub(crate) fn measurements(
    show: &ShowMeasurements,
    context: &Context<'_>,
    sink: &mut dyn RowSink,
) -> Result<()> {
    let sources: Vec<_> = show.measurement.iter().cloned().collect();
    let filter =
        Filter { database: show.database.as_deref(), sources: &sources, condition: show.condition.as_ref() };
    let db = analyze::database(context, show.database.as_deref())?;
    if !context.catalog.databases()?.iter().any(|known| known == db) {
        return Ok(());
    }
    let mut tables = Tables::find(context, &filter)?;
    if tables.is_timed() {
        return Err(Error::invalid("SHOW MEASUREMENTS doesn't support time in WHERE clause"));
    }
    let condition = tables.condition.take();
    let mut listing = Listing::new(context, sink, Some("measurements"), &["name"], show.page);
    for (name, scopes) in &tables.measurements {
        let passes = match &condition {
            Some(condition) => admits(condition, name, &tables.series(name, scopes)?)?,
            None => true,
        };
        if passes {
            listing.push(&[name])?;
        }
    }
    listing.finish()
}

/// Whether a condition holds for a measurement. Each comparison is about the measurement as a whole:
/// `=` and `=~` ask for some series whose tag passes, `!=` and `!~` for the tag on some series and for
/// none whose tag is so.
fn admits(condition: &Expr, name: &str, series: &[Arc<Tags>]) -> Result<bool> {
    match condition {
        Expr::Paren(inner) => admits(inner, name, series),
        Expr::Binary(binary) => match binary.operator {
            Operator::And => Ok(admits(&binary.left, name, series)? && admits(&binary.right, name, series)?),
            Operator::Or => Ok(admits(&binary.left, name, series)? || admits(&binary.right, name, series)?),
            _ => compared(binary, name, series),
        },
        Expr::Literal(Literal::Boolean(value)) => Ok(*value),
        other => Err(Error::invalid(format!("invalid condition expression: {other}"))),
    }
}

fn compared(binary: &Binary, name: &str, series: &[Arc<Tags>]) -> Result<bool> {
    let (Expr::Reference(reference), Expr::Literal(literal)) = (&binary.left, &binary.right) else {
        return Err(Error::invalid(format!("left side of '{}' must be a tag key", binary.operator)));
    };
    let passes = |value: &str| match literal {
        Literal::String(wanted) => wanted == value,
        Literal::Pattern(pattern) => pattern.regex().is_match(value),
        _ => false,
    };
    let is_positive = match binary.operator {
        Operator::Equal | Operator::Match => true,
        Operator::NotEqual | Operator::NotMatch => false,
        _ => return Err(Error::invalid("invalid tag comparison operator")),
    };
    if reference.name == "_name" {
        return Ok(passes(name) == is_positive);
    }
    let mut values = series.iter().filter_map(|tags| tags.get(&reference.name)).peekable();
    let has_tag = values.peek().is_some();
    Ok(has_tag && values.any(passes) == is_positive)
}

//! SHOW SERIES.

use super::tables::{Filter, Tables};
use super::{emit, page};
use crate::ast::{Expr, Operator, ShowSeries, Walk, walk};
use crate::{Context, Error, Result, RowSink};
use model::SeriesKey;

/// The keys of the series that pass, sorted.
pub(crate) fn series(show: &ShowSeries, context: &Context<'_>, sink: &mut dyn RowSink) -> Result<()> {
    let filter = Filter {
        database: show.database.as_deref(),
        sources: &show.sources,
        condition: show.condition.as_ref(),
    };
    let tables = Tables::find(context, &filter)?;
    check(tables.condition.as_ref())?;
    let mut keys = Vec::new();
    for (name, scopes) in &tables.measurements {
        let mut of_measurement: Vec<Vec<String>> = tables
            .series(name, scopes)?
            .iter()
            .map(|tags| vec![SeriesKey::new(name, tags).as_str().to_owned()])
            .collect();
        of_measurement.sort();
        keys.extend(of_measurement);
    }
    let rows = page(keys, show.page);
    if rows.is_empty() {
        return Ok(());
    }
    emit(context, sink, None, &["key"], &rows)
}

/// Tags are equal or match, or not; nothing is less than a tag.
fn check(condition: Option<&Expr>) -> Result<()> {
    let mut is_bad = false;
    if let Some(condition) = condition {
        walk(condition, &mut |expr| {
            if let Expr::Binary(binary) = expr {
                let operator = binary.operator;
                is_bad |= operator.is_comparison() && !is_tag_comparison(operator);
            }
            Walk::Into
        });
    }
    if is_bad { Err(Error::invalid("invalid tag comparison operator")) } else { Ok(()) }
}

fn is_tag_comparison(operator: Operator) -> bool {
    matches!(operator, Operator::Equal | Operator::NotEqual | Operator::Match | Operator::NotMatch)
}

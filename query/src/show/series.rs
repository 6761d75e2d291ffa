//! SHOW SERIES.

use super::listing::Listing;
use super::tables::{Filter, Tables};
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
    let mut listing = Listing::new(context, sink, None, &["key"], show.page);
    for (name, scopes) in &tables.measurements {
        if listing.is_full() {
            break;
        }
        for tags in tables.series(name, scopes)?.iter() {
            listing.push(&[SeriesKey::new(name, tags).as_str()])?;
        }
    }
    listing.finish()
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

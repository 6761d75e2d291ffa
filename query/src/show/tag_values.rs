//! SHOW TAG VALUES.

use super::tables::{Filter, Tables};
use super::{emit, page};
use crate::ast::ShowTagValues;
use crate::{Context, Result, RowSink};
use std::collections::BTreeSet;

/// The values of some tags of each measurement, by key and value.
pub(crate) fn tag_values(show: &ShowTagValues, context: &Context<'_>, sink: &mut dyn RowSink) -> Result<()> {
    let filter = Filter {
        database: show.database.as_deref(),
        sources: &show.sources,
        condition: show.condition.as_ref(),
    };
    let tables = Tables::find(context, &filter)?;
    for (name, scopes) in &tables.measurements {
        let mut values: BTreeSet<(String, String)> = BTreeSet::new();
        for tags in tables.series(name, scopes)? {
            for (key, value) in tags.iter().filter(|(key, _)| show.keys.accepts(key)) {
                values.insert((key.to_owned(), value.to_owned()));
            }
        }
        let rows = page(values.into_iter().map(|(key, value)| vec![key, value]).collect(), show.page);
        if !rows.is_empty() {
            emit(context, sink, Some(name), &["key", "value"], &rows)?;
        }
    }
    Ok(())
}

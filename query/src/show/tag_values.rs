//! SHOW TAG VALUES.

use super::tables::{Filter, Tables};
use super::{emit, page};
use crate::ast::ShowTagValues;
use crate::{Context, Result, RowSink};

/// The values of some tags of each measurement, by key and value.
pub(crate) fn tag_values(show: &ShowTagValues, context: &Context<'_>, sink: &mut dyn RowSink) -> Result<()> {
    let filter = Filter {
        database: show.database.as_deref(),
        sources: &show.sources,
        condition: show.condition.as_ref(),
    };
    let tables = Tables::find(context, &filter)?;
    for (name, scopes) in &tables.measurements {
        let values = tables.tag_values(name, scopes, |key| show.keys.accepts(key))?;
        let rows = page(values.into_iter().map(|(key, value)| vec![key, value]).collect(), show.page);
        if !rows.is_empty() {
            emit(context, sink, Some(name), &["key", "value"], &rows)?;
        }
    }
    Ok(())
}

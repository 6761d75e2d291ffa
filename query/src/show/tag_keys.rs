//! SHOW TAG KEYS.

use super::tables::{Filter, Tables};
use super::{emit, page};
use crate::ast::ShowTagKeys;
use crate::{Context, Result, RowSink, Scope};
use model::TimeRange;
use std::collections::BTreeSet;

/// The tag keys of each measurement. SLIMIT and SOFFSET parse and mean nothing, as in InfluxDB.
pub(crate) fn tag_keys(show: &ShowTagKeys, context: &Context<'_>, sink: &mut dyn RowSink) -> Result<()> {
    let filter = Filter {
        database: show.database.as_deref(),
        sources: &show.sources,
        condition: show.condition.as_ref(),
    };
    let tables = Tables::find(context, &filter)?;
    for (name, scopes) in &tables.measurements {
        let mut keys = keys_of(context, &tables, name, scopes)?;
        if let Some(wanted) = &show.keys {
            keys.retain(|key| wanted.accepts(key));
        }
        let rows = page(keys.into_iter().map(|key| vec![key]).collect(), show.page);
        if !rows.is_empty() {
            emit(context, sink, Some(name), &["tagKey"], &rows)?;
        }
    }
    Ok(())
}

fn keys_of(
    context: &Context<'_>,
    tables: &Tables<'_>,
    name: &str,
    scopes: &[Scope],
) -> Result<BTreeSet<String>> {
    let mut keys = BTreeSet::new();
    if tables.is_unfiltered() {
        for scope in scopes {
            keys.extend(context.source.tag_keys(scope, name, TimeRange::ALL)?);
        }
        return Ok(keys);
    }
    for tags in tables.series(name, scopes)? {
        for (key, _) in tags.iter() {
            if !keys.contains(key) {
                keys.insert(key.to_owned());
            }
        }
    }
    Ok(keys)
}

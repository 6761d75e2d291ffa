//! SHOW FIELD KEYS.

use super::tables::named_sources;
use super::{emit, page};
use crate::analyze;
use crate::ast::ShowFieldKeys;
use crate::{Context, Result, RowSink, Scope};
use model::TimeRange;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The fields of each measurement with each of their types.
pub(crate) fn field_keys(show: &ShowFieldKeys, context: &Context<'_>, sink: &mut dyn RowSink) -> Result<()> {
    let mut found: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for measurement in named_sources(&show.sources, show.database.as_deref())? {
        let scope = analyze::resolve(context, &measurement)?;
        for name in analyze::measurement_names(context, &scope, &measurement.name)? {
            if let Entry::Vacant(place) = found.entry(name) {
                let rows = rows(context, &scope, place.key())?;
                place.insert(rows);
            }
        }
    }
    for (name, rows) in found {
        let rows = page(rows, show.page);
        if !rows.is_empty() {
            emit(context, sink, Some(&name), &["fieldKey", "fieldType"], &rows)?;
        }
    }
    Ok(())
}

fn rows(context: &Context<'_>, scope: &Scope, name: &str) -> Result<Vec<Vec<String>>> {
    let fields = context.source.fields(scope, name, TimeRange::ALL)?;
    let mut rows: Vec<Vec<String>> = fields
        .into_iter()
        .flat_map(|(field, types)| types.into_iter().map(move |ty| vec![field.clone(), ty.name().to_owned()]))
        .collect();
    rows.sort();
    Ok(rows)
}

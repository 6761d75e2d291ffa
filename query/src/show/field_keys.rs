//! SHOW FIELD KEYS.

use super::listing::Listing;
use super::tables::named_sources;
use crate::analyze;
use crate::ast::ShowFieldKeys;
use crate::{Context, Result, RowSink, Scope};
use model::TimeRange;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The fields of each measurement with each of their types.
pub(crate) fn field_keys(show: &ShowFieldKeys, context: &Context<'_>, sink: &mut dyn RowSink) -> Result<()> {
    let mut found: BTreeMap<String, Vec<(String, &str)>> = BTreeMap::new();
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
        let mut listing = Listing::new(context, sink, Some(&name), &["fieldKey", "fieldType"], show.page);
        rows.iter().try_for_each(|(field, ty)| listing.push(&[field, ty]))?;
        listing.finish()?;
    }
    Ok(())
}

fn rows(context: &Context<'_>, scope: &Scope, name: &str) -> Result<Vec<(String, &'static str)>> {
    let fields = context.source.fields(scope, name, TimeRange::ALL)?;
    let mut rows: Vec<(String, &str)> = fields
        .into_iter()
        .flat_map(|(field, types)| types.into_iter().map(move |ty| (field.clone(), ty.name())))
        .collect();
    rows.sort();
    Ok(rows)
}

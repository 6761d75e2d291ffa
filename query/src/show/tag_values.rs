//! SHOW TAG VALUES.

use super::listing::Listing;
use super::tables::{Filter, Tables};
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
        let found = tables.tag_values(name, scopes, |key| show.keys.accepts(key))?;
        let mut listing = Listing::new(context, sink, Some(name), &["key", "value"], show.page);
        for (key, values) in &found {
            for value in values.iter() {
                listing.push(&[key, value])?;
            }
        }
        listing.finish()?;
    }
    Ok(())
}

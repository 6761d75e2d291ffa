//! SHOW TAG KEYS.

use super::listing::Listing;
use super::tables::{Filter, Tables};
use crate::ast::ShowTagKeys;
use crate::{Context, Result, RowSink};

/// The tag keys of each measurement. SLIMIT and SOFFSET parse and mean nothing, as in InfluxDB.
pub(crate) fn tag_keys(show: &ShowTagKeys, context: &Context<'_>, sink: &mut dyn RowSink) -> Result<()> {
    let filter = Filter {
        database: show.database.as_deref(),
        sources: &show.sources,
        condition: show.condition.as_ref(),
    };
    let tables = Tables::find(context, &filter)?;
    for (name, scopes) in &tables.measurements {
        let mut keys = tables.tag_keys(name, scopes)?;
        if let Some(wanted) = &show.keys {
            keys.retain(|key| wanted.accepts(key));
        }
        let mut listing = Listing::new(context, sink, Some(name), &["tagKey"], show.page);
        keys.iter().try_for_each(|key| listing.push(&[key]))?;
        listing.finish()?;
    }
    Ok(())
}

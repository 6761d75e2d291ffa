//! Which database and retention policy a name means.

use crate::ast::Measurement;
use crate::{Context, Error, Result, Scope};

/// The database that a statement is about.
///
/// # Errors
/// When it names none and there is no default one.
pub(crate) fn database<'a>(context: &Context<'a>, named: Option<&'a str>) -> Result<&'a str> {
    named
        .filter(|name| !name.is_empty())
        .or(context.db)
        .filter(|name| !name.is_empty())
        .ok_or(Error::DatabaseRequired)
}

/// The database and policy of a measurement.
///
/// # Errors
/// When no database is named, or it does not exist.
pub(crate) fn resolve(context: &Context<'_>, measurement: &Measurement) -> Result<Scope> {
    let db = database(context, measurement.database.as_deref())?;
    let is_default_db = measurement.database.is_none();
    let named = measurement.retention_policy.as_deref().or(context.rp.filter(|_| is_default_db));
    let rp = match named.filter(|name| !name.is_empty()) {
        Some(rp) => rp.to_owned(),
        None => context.source.default_retention_policy(db)?,
    };
    Ok(Scope { db: db.into(), rp: rp.into() })
}

//! Settings that are lists of patterns.

use crate::filter::glob::Globs;
use settings::{Section, SettingsError};

/// A list of patterns. An empty list counts as missing, as in Telegraf.
pub(crate) fn globs(
    section: &mut Section<'_>,
    key: &'static str,
    separators: &str,
) -> Result<Option<Globs>, SettingsError> {
    let Some(patterns) = section.texts(key)? else { return Ok(None) };
    let globs = Globs::new(&patterns, separators).map_err(|reason| section.invalid(key, reason))?;
    Ok(Some(globs).filter(|globs| !globs.is_empty()))
}

/// A table of lists of patterns: `tagpass`. An empty one counts as missing.
pub(crate) fn tag_globs(
    section: &mut Section<'_>,
    key: &'static str,
) -> Result<Option<Vec<(String, Globs)>>, SettingsError> {
    let compile = |(tag, patterns): (String, Vec<String>)| Ok((tag, Globs::new(&patterns, "")?));
    let compiled: Result<Vec<_>, String> = section.text_lists(key)?.into_iter().map(compile).collect();
    let compiled = compiled.map_err(|reason| section.invalid(key, reason))?;
    Ok(Some(compiled).filter(|tags| !tags.is_empty()))
}

//! `[global_tags]`: tags that every metric gets unless it has them.

use settings::{Document, Section, SettingsError};
use std::collections::BTreeMap;
use toml::Value;

/// `[global_tags]` of all files, in key order.
pub(super) fn read(documents: &[Document<'_>]) -> Result<Vec<(String, String)>, SettingsError> {
    let mut tags: BTreeMap<String, (String, SettingsError)> = BTreeMap::new();
    for table in documents.iter().flat_map(|document| document.list("global_tags")) {
        let table = table?;
        let section = Section::of(&table);
        for (key, value) in table.written() {
            let Value::String(text) = value else {
                return Err(section.invalid(&key, format!("expected a text, found {}", value.type_str())));
            };
            if let Some((_, first)) = tags.get(&key) {
                return Err(
                    section.invalid(&key, format!("already set at {}:{}", first.path.display(), first.line))
                );
            }
            // The error is not raised: it knows the place, should another file set the tag again.
            let place = section.invalid(&key, String::new());
            tags.insert(key, (text, place));
        }
    }
    Ok(tags.into_iter().map(|(key, (text, _))| (key, text)).collect())
}

//! Which metrics pass, and which of their tags and fields: Telegraf's filters.
//!
//! *Selectors* (`namepass`, `namedrop`, `tagpass`, `tagdrop`) look at a metric as it is and keep or
//! drop it; *modifiers* (`fieldinclude`, `fieldexclude`, `taginclude`, `tagexclude`) take parts away.
//! The two are apart because an input's selectors run before its names and tags are changed and its
//! modifiers after.

pub(crate) mod glob;

use glob::Globs;

/// The filters of one input or output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub(crate) namepass: Option<Globs>,
    pub(crate) namedrop: Option<Globs>,
    pub(crate) tagpass: Option<Vec<(String, Globs)>>,
    pub(crate) tagdrop: Option<Vec<(String, Globs)>>,
    pub(crate) fieldinclude: Option<Globs>,
    pub(crate) fieldexclude: Option<Globs>,
    pub(crate) taginclude: Option<Globs>,
    pub(crate) tagexclude: Option<Globs>,
}

impl Filter {
    /// Whether everything passes unchanged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the selectors keep a metric of this name with these tags.
    ///
    /// `namepass` and `namedrop` both count. Of `tagpass` one matching tag is enough; of `tagdrop` too.
    #[must_use]
    pub fn selects<K: AsRef<str>, V: AsRef<str>>(&self, name: &str, tags: &[(K, V)]) -> bool {
        self.namepass.as_ref().is_none_or(|globs| globs.matches(name))
            && !self.namedrop.as_ref().is_some_and(|globs| globs.matches(name))
            && self.tagpass.as_ref().is_none_or(|wanted| any_tag_matches(wanted, tags))
            && !self.tagdrop.as_ref().is_some_and(|unwanted| any_tag_matches(unwanted, tags))
    }

    /// Whether the modifiers leave a field of this key.
    #[must_use]
    pub fn keeps_field(&self, key: &str) -> bool {
        self.fieldinclude.as_ref().is_none_or(|globs| globs.matches(key))
            && !self.fieldexclude.as_ref().is_some_and(|globs| globs.matches(key))
    }

    /// Whether the modifiers leave a tag of this key.
    #[must_use]
    pub fn keeps_tag(&self, key: &str) -> bool {
        self.taginclude.as_ref().is_none_or(|globs| globs.matches(key))
            && !self.tagexclude.as_ref().is_some_and(|globs| globs.matches(key))
    }
}

fn any_tag_matches<K: AsRef<str>, V: AsRef<str>>(wanted: &[(String, Globs)], tags: &[(K, V)]) -> bool {
    wanted.iter().any(|(key, globs)| {
        tags.iter().any(|(tag, value)| tag.as_ref() == key && globs.matches(value.as_ref()))
    })
}

#[cfg(test)]
mod tests;

//! What a scan may filter series by.

use crate::Tags;
use regex::Regex;
use std::borrow::Cow;

/// How one tag is compared. A missing tag is the empty string.
#[derive(Debug, Clone)]
pub enum TagMatch {
    /// `=`
    Equal(Box<str>),
    /// `!=`
    NotEqual(Box<str>),
    /// `=~`, found anywhere in the value.
    Regex(Regex),
    /// `!~`
    NotRegex(Regex),
}

impl TagMatch {
    /// Whether a value passes.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match self {
            Self::Equal(wanted) => **wanted == *value,
            Self::NotEqual(refused) => **refused != *value,
            Self::Regex(regex) => regex.is_match(value),
            Self::NotRegex(regex) => !regex.is_match(value),
        }
    }
}

/// Which series a scan wants, by their tags alone.
#[derive(Debug, Clone, Default)]
pub enum TagPredicate {
    /// Every series.
    #[default]
    All,
    /// No series.
    Nothing,
    /// The series whose tag `key` passes.
    Tag {
        /// The tag's key.
        key: Box<str>,
        /// How its value is compared.
        matcher: TagMatch,
    },
    /// The series that pass each.
    And(Vec<Self>),
    /// The series that pass one or more.
    Or(Vec<Self>),
}

impl TagPredicate {
    /// Whether a series with these tags passes.
    #[must_use]
    pub fn matches(&self, tags: &Tags) -> bool {
        self.accepts(&|key| Cow::Borrowed(tags.value_or_empty(key)))
    }

    /// Whether a series passes; `value` gives the value of a tag, and the empty text for a missing one. For a series
    /// whose tags nobody has taken apart.
    #[must_use]
    pub fn accepts<'t>(&self, value: &impl Fn(&str) -> Cow<'t, str>) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Tag { key, matcher } => matcher.matches(&value(key)),
            Self::And(parts) => parts.iter().all(|part| part.accepts(value)),
            Self::Or(parts) => parts.iter().any(|part| part.accepts(value)),
        }
    }
}

#[cfg(test)]
mod tests;

//! WITH KEY: which tag keys SHOW TAG KEYS and SHOW TAG VALUES speak of.

use super::identifier::write_list;
use super::{Pattern, QuotedIdentifier};
use std::fmt;

/// `WITH KEY ...`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagKeyFilter {
    /// `= key`
    Equal(String),
    /// `!= key`
    NotEqual(String),
    /// `=~ /pattern/`
    Match(Pattern),
    /// `!~ /pattern/`
    NotMatch(Pattern),
    /// `IN (key, ...)`
    In(Vec<String>),
}

impl TagKeyFilter {
    /// Whether this key is meant.
    #[must_use]
    pub fn accepts(&self, key: &str) -> bool {
        match self {
            Self::Equal(wanted) => wanted == key,
            Self::NotEqual(refused) => refused != key,
            Self::Match(pattern) => pattern.regex().is_match(key),
            Self::NotMatch(pattern) => !pattern.regex().is_match(key),
            Self::In(wanted) => wanted.iter().any(|wanted| wanted == key),
        }
    }
}

impl fmt::Display for TagKeyFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WITH KEY ")?;
        match self {
            Self::Equal(key) => write!(f, "= {}", QuotedIdentifier(key)),
            Self::NotEqual(key) => write!(f, "!= {}", QuotedIdentifier(key)),
            Self::Match(pattern) => write!(f, "=~ {pattern}"),
            Self::NotMatch(pattern) => write!(f, "!~ {pattern}"),
            Self::In(keys) => {
                let keys: Vec<_> = keys.iter().map(|key| QuotedIdentifier(key)).collect();
                f.write_str("IN (")?;
                write_list(f, &keys)?;
                f.write_str(")")
            }
        }
    }
}

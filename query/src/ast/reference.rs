//! A name in an expression: a field, a tag, `time`, or a column of a subquery.

use super::QuotedIdentifier;
use model::FieldType;
use std::fmt;

/// A column by name. `a.b` without quotes is the one name `a.b`, as in InfluxDB.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The column's name.
    pub name: String,
    /// What follows `::`.
    pub cast: Option<Cast>,
}

/// What a [`Reference`] is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cast {
    /// A field, converted to this type.
    Type(FieldType),
    /// A field of any type, not a tag of that name.
    Field,
    /// A tag, not a field of that name.
    Tag,
}

impl Reference {
    /// A plain name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), cast: None }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        QuotedIdentifier(&self.name).fmt(f)?;
        match self.cast {
            Some(cast) => write!(f, "::{cast}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Cast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(field_type) => f.write_str(field_type.name()),
            Self::Field => f.write_str("field"),
            Self::Tag => f.write_str("tag"),
        }
    }
}

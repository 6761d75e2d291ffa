//! Constants.

use super::{Pattern, QuotedString};
use std::fmt;

/// A constant in an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A number with a point in it.
    Float(f64),
    /// A number without.
    Integer(i64),
    /// A number without a point that is too large for an [`Self::Integer`].
    Unsigned(u64),
    /// A text in single quotes. Beside `time` it may mean an instant: that is for analysis to say.
    String(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A length of time in ns.
    Duration(i64),
    /// A regular expression.
    Pattern(Pattern),
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float(value) => write_float(f, *value),
            Self::Integer(value) => value.fmt(f),
            Self::Unsigned(value) => value.fmt(f),
            Self::String(text) => QuotedString(text).fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::Duration(ns) => write_duration(f, *ns),
            Self::Pattern(pattern) => pattern.fmt(f),
        }
    }
}

/// Prints a number so that it parses as a float again: never an exponent, always a point.
pub(super) fn write_float(f: &mut fmt::Formatter<'_>, value: f64) -> fmt::Result {
    if value.fract() == 0.0 { write!(f, "{value}.0") } else { write!(f, "{value}") }
}

/// Prints a duration in the largest unit that divides it.
pub(super) fn write_duration(f: &mut fmt::Formatter<'_>, ns: i64) -> fmt::Result {
    f.write_str(&model::duration::to_influxql(ns))
}

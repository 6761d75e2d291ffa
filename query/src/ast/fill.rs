//! What a bucket without points shows.

use super::literal::write_float;
use std::fmt;

/// The argument of `fill()`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Fill {
    /// Null, also where nothing was written; `count()` shows 0.
    #[default]
    Null,
    /// No row.
    None,
    /// The value of the bucket before.
    Previous,
    /// The line between its neighbours.
    Linear,
    /// This number, written without a point.
    Integer(i64),
    /// This number, written with a point.
    Float(f64),
}

impl Fill {
    /// Prints ` fill(...)`, or nothing for [`Self::Null`].
    pub(super) fn write_clause(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::None => f.write_str(" fill(none)"),
            Self::Previous => f.write_str(" fill(previous)"),
            Self::Linear => f.write_str(" fill(linear)"),
            Self::Integer(value) => write!(f, " fill({value})"),
            Self::Float(value) => {
                f.write_str(" fill(")?;
                write_float(f, value)?;
                f.write_str(")")
            }
        }
    }
}

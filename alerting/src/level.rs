//! How bad it is.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How bad it is; the order is that of badness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[repr(u8)]
pub enum Level {
    /// Nothing to report.
    #[default]
    Ok = 0,
    /// Worth knowing, nothing to do.
    Info = 1,
    /// Somebody has to look.
    Warning = 2,
    /// Somebody has to act now.
    Critical = 3,
}

impl Level {
    /// Every level, the best first.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Info, Self::Warning, Self::Critical];

    /// The levels that have a condition, the best first.
    pub const RAISED: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// The level with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The word that users read: `OK`, `INFO`, `WARNING` or `CRITICAL`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
        }
    }

    /// The place among [`RAISED`](Self::RAISED); `None` for OK.
    pub(crate) const fn raised_index(self) -> Option<usize> {
        (self as usize).checked_sub(1)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

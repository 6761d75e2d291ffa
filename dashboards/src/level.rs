//! The five states of a host or an alert, worst first.

/// A state. The order is the order of the page: the smallest is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Somebody has to act now.
    Critical,
    /// Somebody has to look.
    Warning,
    /// A rule failed, or there is nothing to judge by.
    Unknown,
    /// Worth knowing, nothing to do.
    Info,
    /// Nothing to report.
    Ok,
}

/// All states, worst first.
pub(crate) const ALL_LEVELS: [Level; 5] =
    [Level::Critical, Level::Warning, Level::Unknown, Level::Info, Level::Ok];

impl Level {
    /// The word that users read.
    pub fn word(self) -> &'static str {
        match self {
            Level::Critical => "Critical",
            Level::Warning => "Warning",
            Level::Unknown => "Unknown",
            Level::Info => "Info",
            Level::Ok => "OK",
        }
    }

    /// The class in the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Level::Critical => "critical",
            Level::Warning => "warning",
            Level::Unknown => "unknown",
            Level::Info => "info",
            Level::Ok => "ok",
        }
    }

    /// Whether a host in this state counts as one that needs attention.
    pub fn needs_attention(self) -> bool {
        self <= Level::Unknown
    }
}

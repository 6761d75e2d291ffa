//! What the page, the API and `/metrics` are told.

use crate::Level;
use model::{Lsn, Tags};

/// An alert that is not OK.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveAlert {
    /// The rule.
    pub rule: String,
    /// The measurement that the rule watches.
    pub measurement: String,
    /// Names the alert.
    pub id: String,
    /// How bad it is.
    pub level: Level,
    /// The time of the point that brought it to this level, in ns since 1970.
    pub since_ns: i64,
    /// What was told last.
    pub message: String,
    /// The newest value, where it is a number.
    pub value: Option<f64>,
    /// The tags of the series.
    pub tags: Tags,
}

/// Records of the store that were gone before they could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The first one.
    pub from: Lsn,
    /// The last one.
    pub to: Lsn,
}

impl Gap {
    /// How many records it is.
    #[must_use]
    pub const fn records(&self) -> u64 {
        (self.to.0 + 1).saturating_sub(self.from.0)
    }
}

/// What a rule counts, since the program started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Points that were looked at.
    pub points: u64,
    /// Points that were ignored because a newer one of their group came first.
    pub late: u64,
    /// Events by level, in the order of [`Level::ALL`].
    pub events: [u64; 4],
    /// Gaps in what was read.
    pub gaps: u64,
}

/// A rule and how it does.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleStatus {
    /// Its name.
    pub name: String,
    /// Whether it runs.
    pub enabled: bool,
    /// The measurement that it watches.
    pub measurement: String,
    /// How many alerts it keeps, by level, in the order of [`Level::ALL`].
    pub alerts: [usize; 4],
    /// How many series found no room for their group.
    pub groups_refused: u64,
    /// What it counted.
    pub counts: Counts,
    /// The last gap.
    pub last_gap: Option<Gap>,
    /// The time of the newest point that it saw, in ns since 1970; none before any: its state is unknown.
    pub newest_ns: Option<i64>,
}

/// A handler and how it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerStatus {
    /// Its name.
    pub name: String,
    /// What it is: `slack`, `log`.
    pub kind: &'static str,
    /// Events that wait for it.
    pub queued: usize,
    /// Events that it has delivered.
    pub sent: u64,
    /// Attempts that failed and are made again.
    pub retries: u64,
    /// Events that the receiver refused, or that were given up.
    pub failed: u64,
    /// Events that were dropped because too many waited.
    pub dropped: u64,
}

/// What all rules together count.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlertStats {
    /// Points of accepted writes that were seen, whether or not a rule wanted them.
    pub points_seen: u64,
    /// Points that a rule looked at, once per rule.
    pub points_evaluated: u64,
    /// Points that came late.
    pub points_late: u64,
    /// Points that were ignored because they are more than [`crate::limits::AHEAD_MAX`] ahead of the clock.
    pub points_ahead: u64,
    /// Alerts that are kept, by level, in the order of [`Level::ALL`].
    pub alerts: [usize; 4],
    /// Series that found no room for their group.
    pub groups_refused: u64,
    /// Events by level, in the order of [`Level::ALL`].
    pub events: [u64; 4],
    /// Gaps in what was read.
    pub gaps: u64,
    /// Records that were in them.
    pub gap_records: u64,
    /// How many records the evaluation is behind the store.
    pub lag_records: u64,
    /// Saves of the state that failed.
    pub saves_failed: u64,
    /// Events that were sent without having been stored first, because the disk would not.
    pub events_unstored: u64,
    /// The handlers.
    pub handlers: Vec<HandlerStatus>,
}

//! A rule as it is written.

use std::time::Duration;

/// A rule as it is written in `[[rules]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSpec {
    /// Its name; no two rules have the same.
    pub name: String,
    /// Whether it runs.
    pub enabled: bool,
    /// The database whose points it sees.
    pub db: String,
    /// The retention policy whose points it sees.
    pub rp: String,
    /// The measurement.
    pub measurement: String,
    /// The field, or an expression over fields, that is watched.
    pub field: String,
    /// `where`: which points count, in InfluxQL.
    pub filter: Option<String>,
    /// The tags that tell alerts apart; `*` alone for all.
    pub group_by: Vec<String>,
    /// The conditions of INFO, WARNING and CRITICAL: `> 90`.
    pub levels: [Option<String>; 3],
    /// What must hold for a level to be left.
    pub resets: [Option<String>; 3],
    /// `for`: how long a level must hold before it is raised.
    pub hold: Duration,
    /// `recover_for`: how long a level must be gone before it is left.
    pub recover: Duration,
    /// An aggregate over stretches of time is watched instead of each value.
    pub window: Option<Window>,
    /// The template of the alert's id.
    pub id: Option<String>,
    /// The template of the message.
    pub message: Option<String>,
    /// The names of the handlers; all where it is none.
    pub handlers: Option<Vec<String>>,
    /// Whether only changes of level are told.
    pub state_changes_only: bool,
    /// After how long a level that stays is told again.
    pub repeat: Option<Duration>,
}

/// Stretches of time, one after the other, each with one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How long one is; they begin at multiples of it since 1970.
    pub length: Duration,
    /// How its points become one value.
    pub aggregate: Aggregate,
}

/// How the points of a window become one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aggregate {
    /// The arithmetic mean.
    #[default]
    Mean,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The sum.
    Sum,
    /// How many there were.
    Count,
    /// The newest.
    Last,
}

impl Aggregate {
    /// Every aggregate.
    pub const ALL: [Self; 6] = [Self::Mean, Self::Min, Self::Max, Self::Sum, Self::Count, Self::Last];

    /// The word in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Max => "max",
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Last => "last",
        }
    }
}

impl RuleSpec {
    /// A rule that watches one field of one measurement and has no level yet.
    #[must_use]
    pub fn new(name: &str, measurement: &str, field: &str) -> Self {
        Self {
            name: name.to_owned(),
            enabled: true,
            db: "telegraf".to_owned(),
            rp: "autogen".to_owned(),
            measurement: measurement.to_owned(),
            field: field.to_owned(),
            filter: None,
            group_by: vec!["*".to_owned()],
            levels: [None, None, None],
            resets: [None, None, None],
            hold: Duration::ZERO,
            recover: Duration::ZERO,
            window: None,
            id: None,
            message: None,
            handlers: None,
            state_changes_only: true,
            repeat: None,
        }
    }
}

//! How one attempt to deliver went.

use std::time::Duration;

/// How one attempt to deliver went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The receiver has it.
    Delivered,
    /// It may work later.
    Failed {
        /// Why, as a clause without secrets.
        reason: String,
        /// The pause that the receiver asks for.
        after: Option<Duration>,
    },
    /// It will never work.
    Refused {
        /// Why, as a clause without secrets.
        reason: String,
    },
}

impl Attempt {
    pub(super) fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into(), after: None }
    }
}

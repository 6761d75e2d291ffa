//! The doors through which points come in. Whoever has a store implements them.

use model::{Lsn, StreamBatch};
use std::time::Duration;

/// Accepted points in the order in which the store accepted them.
pub trait StreamSource: Send {
    /// The next thing in the order; waits for it, but not longer than `wait`.
    fn next(&mut self, wait: Duration) -> StreamRead;
}

/// What a [`StreamSource`] had to say.
#[derive(Debug, Clone)]
pub enum StreamRead {
    /// The points of one accepted write. Its LSN is higher than that of all that came before.
    Batch(StreamBatch),
    /// The records from `from` to `to`, both included, are not to be had any more.
    Gap {
        /// The first record that is missing.
        from: Lsn,
        /// The last record that is missing.
        to: Lsn,
    },
    /// Nothing came within the wait.
    Idle,
    /// Nothing more will come from this source: the store is closed, or its records could not be read. A new
    /// source may have more.
    Closed,
}

/// A store whose accepted points can be followed.
pub trait StreamStore: Send + Sync {
    /// The records after `after`.
    fn open(&self, after: Lsn) -> Box<dyn StreamSource>;

    /// The last record that was accepted.
    fn latest(&self) -> Lsn;
}

//! Why alerting could not start.

use std::path::PathBuf;

/// A result whose error is [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why alerting could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder of the alerts' state cannot be used.
    #[error("cannot keep the state of alerts in {}", path.display())]
    Directory {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: disk::Error,
    },
    /// A handler cannot be made ready.
    #[error("cannot set up the handler {name:?}: {reason}")]
    Handler {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// The system refused a thread.
    #[error("cannot start the thread of the alerts")]
    Thread(#[from] std::io::Error),
}

//! Who has files in the data directory that are not the store's.

use alerting::AlertService;
use std::sync::{Arc, OnceLock};
use tsdb::OwnedFile;

/// A part that keeps files in the data directory, and copies them consistently while it works.
pub(crate) trait Owner: Send + Sync {
    /// Its files as of now. What they know of the store must have been accepted by it.
    fn copy(&self) -> disk::Result<Vec<OwnedFile>>;
}

/// The alerts' states and undelivered events, in `alerting/`.
pub(crate) struct AlertFiles(pub(crate) Arc<OnceLock<AlertService>>);

impl Owner for AlertFiles {
    fn copy(&self) -> disk::Result<Vec<OwnedFile>> {
        let Some(alerts) = self.0.get() else { return Ok(Vec::new()) };
        let files = alerts.copy_state()?.into_iter();
        Ok(files.map(|(name, bytes)| OwnedFile { name: format!("alerting/{name}"), bytes }).collect())
    }
}

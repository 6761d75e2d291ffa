//! The collector's way into the server of the same process.

use collector::{Batch, Output, OutputSettings, WriteError, WriteFuture};
use server::{Ingest, IngestError};
use std::fmt;
use std::time::Duration;

/// The longest time that points wait in the buffer: nothing lies between, so nothing is saved by waiting.
const FLUSH_INTERVAL_MAX: Duration = Duration::from_secs(1);

/// Writes to one database, without HTTP.
pub(crate) struct InProcess {
    ingest: Ingest,
    database: String,
    settings: OutputSettings,
}

impl InProcess {
    pub(crate) fn new(ingest: Ingest, database: &str, agent: &collector::AgentSettings) -> Self {
        let mut settings = OutputSettings::from_agent(agent);
        settings.flush_interval = settings.flush_interval.min(FLUSH_INTERVAL_MAX);
        settings.flush_jitter = Duration::ZERO;
        Self { ingest, database: database.to_owned(), settings }
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").field("database", &self.database).finish_non_exhaustive()
    }
}

impl Output for InProcess {
    fn name(&self) -> String {
        "in-process".to_owned()
    }

    fn settings(&self) -> OutputSettings {
        self.settings.clone()
    }

    fn write<'a>(&'a self, batch: &'a Batch) -> WriteFuture<'a> {
        Box::pin(async move {
            let lines = batch.as_str().as_bytes().to_vec();
            self.ingest.write(&self.database, None, lines).await.map_err(|error| match error {
                IngestError::Later(reason) => WriteError::Retry { reason, after: None },
                IngestError::Refused(reason) => WriteError::Refused { reason, metrics: None },
            })
        })
    }
}

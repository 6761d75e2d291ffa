//! The log handler: a line of JSON per event, in a file or in the program's log.

use super::attempt::Attempt;
use crate::outbox::Letter;
use disk::Fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Writes events down.
#[derive(Debug)]
pub(super) struct LogHandler {
    path: Option<PathBuf>,
    fs: Arc<dyn Fs>,
}

impl LogHandler {
    pub(super) const fn new(path: Option<PathBuf>, fs: Arc<dyn Fs>) -> Self {
        Self { path, fs }
    }

    pub(super) async fn deliver(&self, letters: Vec<Arc<Letter>>) -> Attempt {
        let Some(path) = self.path.clone() else {
            letters.iter().for_each(|letter| tell(letter));
            return Attempt::Delivered;
        };
        let fs = Arc::clone(&self.fs);
        match tokio::task::spawn_blocking(move || append(&*fs, &path, &letters)).await {
            Ok(Ok(())) => Attempt::Delivered,
            Ok(Err(error)) => Attempt::failed(error.to_string()),
            Err(error) => Attempt::failed(error.to_string()),
        }
    }
}

fn tell(letter: &Letter) {
    let event = &letter.event;
    let (rule, id, level, previous) = (&event.rule, &event.id, event.level.name(), event.previous.name());
    tracing::warn!(target: "alert", rule, id, level, previous, time_ns = event.time, "{}", event.message);
}

/// Opens the file anew each time, so that it can be rotated away.
fn append(fs: &dyn Fs, path: &Path, letters: &[Arc<Letter>]) -> disk::Result<()> {
    let mut lines = Vec::new();
    for letter in letters {
        serde_json::to_writer(&mut lines, &letter.event)
            .expect("events have string keys and a Vec takes all");
        lines.push(b'\n');
    }
    let mut file = match fs.open_append(path) {
        Err(error) if error.is_not_found() => fs.create(path)?,
        other => other?,
    };
    file.append(&lines)?;
    file.sync_data()
}

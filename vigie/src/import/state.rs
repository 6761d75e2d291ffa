//! How far an import is, in a small file, so that an interrupted one can go on.

use super::limits::STATE_EVERY;
use crate::progress::Progress;
use anyhow::Context as _;
use disk::{Fs as _, StdFs};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The layout of the file; another number is another layout.
const VERSION: u32 = 1;

/// What the file holds: what is imported into what, and how far that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Saved<I, D> {
    version: u32,
    import: I,
    done: D,
}

/// Keeps the file up to date, but does not write it all the time.
#[derive(Debug)]
pub(super) struct State<I> {
    /// None when nothing is kept: of a pipe without `--state`, or where the file cannot be written.
    path: Option<PathBuf>,
    import: I,
    saved: Instant,
}

impl<I: Serialize + DeserializeOwned + PartialEq> State<I> {
    pub(super) fn new(path: Option<PathBuf>, import: I) -> Self {
        Self { path, import, saved: Instant::now() }
    }

    /// How far the same import was when it ended; nothing where there is no file.
    ///
    /// # Errors
    /// When the file cannot be read, or is of another import.
    pub(super) fn load<D: DeserializeOwned>(&self) -> anyhow::Result<Option<D>> {
        let Some(path) = self.path.as_ref() else { return Ok(None) };
        if !StdFs.exists(path)? {
            return Ok(None);
        }
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let saved: Saved<I, D> = serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is not an import's state", path.display()))?;
        anyhow::ensure!(
            saved.version == VERSION && saved.import == self.import,
            "{} is the state of another import: its source, server or options differ; without --resume it starts anew",
            path.display()
        );
        Ok(Some(saved.done))
    }

    /// Notes how far it is, unless that was done a moment ago.
    pub(super) fn note<D: Serialize>(&mut self, done: &D, progress: &Progress) {
        if self.saved.elapsed() >= STATE_EVERY {
            self.save(done, progress);
        }
    }

    /// Notes how far it is. Where that is not possible it is told once, and the import goes on without.
    pub(super) fn save<D: Serialize>(&mut self, done: &D, progress: &Progress) {
        self.saved = Instant::now();
        let Some(path) = &self.path else { return };
        if let Err(error) = write(path, &self.import, done) {
            let path = path.display();
            progress
                .tell(&format!("cannot note in {path} how far it is: {error:#}; --state names another file"));
            self.path = None;
        }
    }

    /// The import is over.
    pub(super) fn remove(&self) -> anyhow::Result<()> {
        match &self.path {
            Some(path) if StdFs.exists(path)? => Ok(StdFs.remove_file(path)?),
            _ => Ok(()),
        }
    }

    /// Where it is kept.
    pub(super) const fn path(&self) -> Option<&PathBuf> {
        self.path.as_ref()
    }
}

fn write<I: Serialize, D: Serialize>(path: &Path, import: &I, done: &D) -> anyhow::Result<()> {
    let bytes = serde_json::to_vec_pretty(&Saved { version: VERSION, import, done })?;
    Ok(disk::replace(&StdFs, path, &bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Unit;

    #[test]
    fn a_state_is_that_of_one_import_and_goes_with_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.lp.vigie-import");
        let progress = Progress::new(Unit::Bytes, None);
        let mut state = State::new(Some(path.clone()), "points to here".to_owned());
        assert_eq!(state.load::<u64>().unwrap(), None);
        state.save(&7_u64, &progress);
        assert_eq!(state.load::<u64>().unwrap(), Some(7));
        let other = State::new(Some(path.clone()), "points to there".to_owned());
        assert!(other.load::<u64>().unwrap_err().to_string().contains("another import"));
        state.remove().unwrap();
        assert_eq!(state.load::<u64>().unwrap(), None);
        std::fs::write(&path, "{").unwrap();
        assert!(state.load::<u64>().unwrap_err().to_string().contains("not an import's state"));
        State::new(None, String::new()).save(&1_u64, &progress);
    }
}

//! An open file and a held lock of the simulated disk.
//!
//! Unlike the machine's own handles these do not refuse work after a failed sync: the sync just lies, as a
//! kernel does, so that a caller who retries it is found out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Shared;
use super::names::NodeId;
use crate::fs::{DirLock, File};
use crate::width::{index, offset};
use crate::{Error, Result};

pub(super) struct SimFile {
    shared: Arc<Shared>,
    id: NodeId,
    path: PathBuf,
    len: u64,
}

impl SimFile {
    /// Opens content that exists; the caller holds no lock.
    pub(super) fn open(shared: &Arc<Shared>, id: NodeId, path: &Path) -> Result<Self> {
        let mut platform = shared.platform();
        let content = platform.content(id, "open", path)?;
        content.open += 1;
        let len = offset(content.len());
        Ok(Self { shared: Arc::clone(shared), id, path: path.to_path_buf(), len })
    }
}

impl File for SimFile {
    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_at(self.len, bytes)
    }

    fn write_at(&mut self, position: u64, bytes: &[u8]) -> Result<()> {
        self.shared.platform().write(self.id, &self.path, position, bytes)?;
        self.len = self.len.max(position + offset(bytes.len()));
        Ok(())
    }

    fn sync_data(&mut self) -> Result<()> {
        let mut platform = self.shared.platform();
        platform.syncs_waiting += 1;
        self.shared.changed.notify_all();
        while platform.syncs_paused {
            self.shared.changed.wait(&mut platform);
        }
        platform.syncs_waiting -= 1;
        platform.sync(self.id, &self.path)
    }

    fn preallocate(&mut self, len: u64) -> Result<()> {
        if len <= self.len {
            return Ok(());
        }
        self.write_at(self.len, &vec![0; index(len - self.len)])
    }

    fn truncate(&mut self, len: u64) -> Result<()> {
        if len >= self.len {
            return Ok(());
        }
        let mut platform = self.shared.platform();
        platform.begin_whole("truncate", &self.path)?;
        platform.content(self.id, "truncate", &self.path)?.truncate(index(len));
        self.len = len;
        Ok(())
    }

    fn len(&self) -> u64 {
        self.len
    }
}

impl Drop for SimFile {
    fn drop(&mut self) {
        let mut platform = self.shared.platform();
        if let Some(content) = platform.contents.get_mut(&self.id) {
            content.open -= 1;
        }
    }
}

pub(super) struct SimLock {
    shared: Arc<Shared>,
    dir: PathBuf,
}

impl SimLock {
    pub(super) fn take(shared: &Arc<Shared>, dir: &Path) -> Result<Self> {
        let mut platform = shared.platform();
        platform.check_power()?;
        platform.names.find_folder(dir).map_err(|source| Error::io("lock", dir, source))?;
        if !platform.locks.insert(dir.to_path_buf()) {
            return Err(Error::Locked { path: dir.to_path_buf(), holder: Some(std::process::id()) });
        }
        Ok(Self { shared: Arc::clone(shared), dir: dir.to_path_buf() })
    }
}

impl std::fmt::Debug for SimLock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SimLock").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl DirLock for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        self.shared.platform().locks.remove(&self.dir);
    }
}

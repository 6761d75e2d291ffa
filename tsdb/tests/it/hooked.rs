//! A disk that tells a test of each file that is created, on the thread that creates it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use disk::{Bytes, DirLock, Entry, File, Fs, Result, SimFs, Space};
use threads::Mutex;

type Hook = Arc<dyn Fn(&Path) + Send + Sync>;

/// A simulated disk with a hook.
#[derive(Clone)]
pub(crate) struct HookedFs {
    sim: SimFs,
    hook: Arc<Mutex<Option<Hook>>>,
}

impl HookedFs {
    pub(crate) fn new(sim: SimFs) -> Self {
        Self { sim, hook: Arc::default() }
    }

    /// Calls `hook` with the path of each file of a segment that is created from now on.
    pub(crate) fn on_segment(&self, hook: impl Fn(&Path) + Send + Sync + 'static) {
        *self.hook.lock() = Some(Arc::new(hook));
    }

    pub(crate) fn unhook(&self) {
        *self.hook.lock() = None;
    }
}

impl fmt::Debug for HookedFs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HookedFs").finish_non_exhaustive()
    }
}

impl Fs for HookedFs {
    fn create_dir_all(&self, path: &Path) -> Result<()> {
        self.sim.create_dir_all(path)
    }

    fn list(&self, dir: &Path) -> Result<Vec<Entry>> {
        self.sim.list(dir)
    }

    fn exists(&self, path: &Path) -> Result<bool> {
        self.sim.exists(path)
    }

    fn len(&self, path: &Path) -> Result<u64> {
        self.sim.len(path)
    }

    fn create(&self, path: &Path) -> Result<Box<dyn File>> {
        let hook = self.hook.lock().clone();
        if let Some(hook) = hook.filter(|_| path.parent().is_some_and(|dir| dir.ends_with("segments"))) {
            hook(path);
        }
        self.sim.create(path)
    }

    fn open_append(&self, path: &Path) -> Result<Box<dyn File>> {
        self.sim.open_append(path)
    }

    fn open_write(&self, path: &Path) -> Result<Box<dyn File>> {
        self.sim.open_write(path)
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        self.sim.read(path)
    }

    fn read_at(&self, path: &Path, offset: u64, len: usize) -> Result<Vec<u8>> {
        self.sim.read_at(path, offset, len)
    }

    fn map(&self, path: &Path) -> Result<Bytes> {
        self.sim.map(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.sim.rename(from, to)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<()> {
        self.sim.hard_link(from, to)
    }

    fn remove_file(&self, path: &Path) -> Result<()> {
        self.sim.remove_file(path)
    }

    fn remove_dir_all(&self, path: &Path) -> Result<()> {
        self.sim.remove_dir_all(path)
    }

    fn sync_dir(&self, dir: &Path) -> Result<()> {
        self.sim.sync_dir(dir)
    }

    fn space(&self, dir: &Path) -> Result<Space> {
        self.sim.space(dir)
    }

    fn lock(&self, dir: &Path) -> Result<Box<dyn DirLock>> {
        self.sim.lock(dir)
    }

    fn is_locked(&self, dir: &Path) -> Result<bool> {
        self.sim.is_locked(dir)
    }
}

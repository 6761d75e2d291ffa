//! A disk in memory that fails on demand, for proving what survives.
//!
//! It keeps exactly the promises written at [`crate::Fs`] and breaks, by the dice of its seed, whatever is not
//! promised: after a power cut each unsynced 512-byte sector is old, new or torn, ground that was never written
//! reads as zeros or as garbage, a length is old, new or between, and of each folder's unsynced names a prefix
//! survives. Equal seeds and equal calls give equal disks.
//!
//! A test cuts the power after the n-th changing call for every n, reboots, and looks:
//!
//! ```
//! use disk::{Fs, SimFs, replace};
//! # fn main() -> disk::Result<()> {
//! let sim = SimFs::new(1);
//! replace(&sim, "state".as_ref(), b"old")?;
//! sim.cut_power_after(sim.operations() + 2);
//! assert!(replace(&sim, "state".as_ref(), b"new").is_err());
//! assert_eq!(sim.reboot().read("state".as_ref())?, b"old");
//! # Ok(())
//! # }
//! ```
//!
//! Changing calls are create, write (append and preallocate are writes), sync, truncate, rename, link, each
//! removal, each new folder and each sync of a folder. Reading and locking are free, and fail without power.

mod content;
mod handle;
mod names;
mod platform;
mod random;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex, MutexGuard};

use self::content::Content;
use self::handle::{SimFile, SimLock};
use self::names::Node;
use self::platform::Platform;
use crate::fs::{DirLock, Entry, File, Fs, Space};
use crate::width::{index, offset};
use crate::{Bytes, Error, Result};

/// The unit in which pending content survives or not.
pub const SECTOR_BYTES: usize = 512;

/// What [`SimFs::space`](Fs::space) reports without [`SimFs::set_capacity`]: 1 TiB.
const UNBOUNDED_BYTES: u64 = 1 << 40;

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An I/O error. A write may have done a part; a sync may have dropped what was pending.
    Io,
    /// No space left, with the same consequences.
    Full,
}

impl Fault {
    fn error(self, operation: &'static str, path: &Path) -> Error {
        match self {
            Self::Io => Error::io(operation, path, io::Error::other("injected fault")),
            Self::Full => Error::io(operation, path, io::ErrorKind::StorageFull.into()),
        }
    }
}

/// A simulated disk; clones are the same disk.
#[derive(Clone)]
pub struct SimFs {
    shared: Arc<Shared>,
}

struct Shared {
    platform: Mutex<Platform>,
    /// Told when syncs are paused, resumed or begun.
    changed: Condvar,
}

impl Shared {
    /// Under the model checker each call to the disk is a place where another thread may go first.
    fn platform(&self) -> MutexGuard<'_, Platform> {
        threads::point();
        self.platform.lock()
    }
}

impl SimFs {
    /// An empty disk with one folder, the root, that relative and absolute paths start from.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::over(Platform::new(seed))
    }

    /// Lets `count` changing calls of this disk's life through; the next one and all calls after it fail with
    /// [`Error::PowerLost`].
    pub fn cut_power_after(&self, count: u64) {
        self.platform().cut_after = Some(count);
    }

    /// The disk that a machine finds when the power is back, by the next throw of this disk's dice. Usable at
    /// any moment: it cuts the power of this one for good.
    #[must_use]
    pub fn reboot(&self) -> Self {
        Self::over(self.platform().reboot(None))
    }

    /// As [`SimFs::reboot`], with dice of its own: different seeds show different outcomes of one power cut.
    #[must_use]
    pub fn reboot_with(&self, seed: u64) -> Self {
        Self::over(self.platform().reboot(Some(seed)))
    }

    /// Makes the `number`-th changing call of this disk's life (the first is 1) fail once.
    pub fn fail_call(&self, number: u64, fault: Fault) {
        self.platform().faults.insert(number, fault);
    }

    /// Bounds the disk: files take whole sectors, and what does not fit fails with [`Error::Full`].
    pub fn set_capacity(&self, bytes: u64) {
        self.platform().capacity = Some(bytes);
    }

    /// Flips one bit (0 to 7) of the byte at `position`, as rot would.
    ///
    /// # Errors
    /// When the file is not there.
    pub fn flip_bit(&self, path: &Path, position: u64, bit: u8) -> Result<()> {
        self.damage(path, |content| content.flip(index(position), bit))
    }

    /// Cuts a file without anybody being told.
    ///
    /// # Errors
    /// When the file is not there.
    pub fn truncate_under(&self, path: &Path, len: u64) -> Result<()> {
        self.damage(path, |content| {
            let mut cut = Content::durable(content.live()[..content.len().min(index(len))].to_vec());
            cut.open = content.open;
            *content = cut;
        })
    }

    /// How many changing calls were made.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.platform().operations
    }

    /// How many of them were syncs of files, failed ones included.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.platform().syncs
    }

    /// The last few thousand changing calls, each with its number: what to print when a run fails.
    #[must_use]
    pub fn history(&self) -> Vec<String> {
        self.platform().history.iter().cloned().collect()
    }

    /// Holds back every sync of a file until [`SimFs::resume_syncs`].
    pub fn pause_syncs(&self) {
        self.platform().syncs_paused = true;
    }

    /// Lets syncs through again.
    pub fn resume_syncs(&self) {
        self.platform().syncs_paused = false;
        self.shared.changed.notify_all();
    }

    /// Waits until a thread is held back in a sync. Call it between pause and resume only.
    pub fn wait_for_paused_sync(&self) {
        let mut platform = self.platform();
        while platform.syncs_waiting == 0 {
            self.shared.changed.wait(&mut platform);
        }
    }

    fn over(platform: Platform) -> Self {
        Self { shared: Arc::new(Shared { platform: Mutex::new(platform), changed: Condvar::new() }) }
    }

    fn platform(&self) -> MutexGuard<'_, Platform> {
        self.shared.platform()
    }

    fn damage(&self, path: &Path, harm: impl FnOnce(&mut Content)) -> Result<()> {
        let mut platform = self.platform();
        let id = platform.names.find_file(path).map_err(|source| Error::io("damage", path, source))?;
        platform.content(id, "damage", path).map(harm)
    }

    /// Hands the live content of a file to `look`.
    fn look<T>(&self, operation: &'static str, path: &Path, look: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let mut platform = self.platform();
        platform.check_power()?;
        let id = platform.names.find_file(path).map_err(|source| Error::io(operation, path, source))?;
        platform.content(id, operation, path).map(|content| look(content.live()))
    }
}

impl fmt::Debug for SimFs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SimFs").field("operations", &self.operations()).finish_non_exhaustive()
    }
}

impl Fs for SimFs {
    fn create_dir_all(&self, path: &Path) -> Result<()> {
        let mut platform = self.platform();
        let mut above = PathBuf::new();
        for part in path.components() {
            let dir = above.join(part);
            make_dir(&mut platform, &above, &dir)?;
            above = dir;
        }
        Ok(())
    }

    fn list(&self, dir: &Path) -> Result<Vec<Entry>> {
        let platform = self.platform();
        platform.check_power()?;
        let folder = platform.names.find_folder(dir).map_err(|source| Error::io("list", dir, source))?;
        let describe = |(name, node): (&std::ffi::OsString, Node)| match node {
            Node::Folder(_) => Entry { name: name.clone(), is_dir: true, len: 0 },
            Node::File(id) => {
                let len = platform.contents.get(&id).map_or(0, |content| offset(content.len()));
                Entry { name: name.clone(), is_dir: false, len }
            }
        };
        Ok(platform.names.children(folder).map(describe).collect())
    }

    fn exists(&self, path: &Path) -> Result<bool> {
        let platform = self.platform();
        platform.check_power()?;
        Ok(platform.names.find(path).is_ok())
    }

    fn len(&self, path: &Path) -> Result<u64> {
        self.look("measure", path, |live| offset(live.len()))
    }

    fn create(&self, path: &Path) -> Result<Box<dyn File>> {
        let id = {
            let mut platform = self.platform();
            platform.begin_whole("create", path)?;
            let place =
                platform.names.free_place(path).map_err(|source| Error::io("create", path, source))?;
            let id = platform.new_id();
            platform.contents.insert(id, Content::default());
            platform.names.apply(vec![place.link(Node::File(id))]);
            id
        };
        Ok(Box::new(SimFile::open(&self.shared, id, path)?))
    }

    fn open_append(&self, path: &Path) -> Result<Box<dyn File>> {
        self.open_write(path)
    }

    fn open_write(&self, path: &Path) -> Result<Box<dyn File>> {
        let id = {
            let platform = self.platform();
            platform.check_power()?;
            platform.names.find_file(path).map_err(|source| Error::io("open", path, source))?
        };
        Ok(Box::new(SimFile::open(&self.shared, id, path)?))
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        self.look("read", path, <[u8]>::to_vec)
    }

    fn read_at(&self, path: &Path, position: u64, len: usize) -> Result<Vec<u8>> {
        self.look("read", path, |live| {
            let start = index(position).min(live.len());
            live[start..start.saturating_add(len).min(live.len())].to_vec()
        })
    }

    fn map(&self, path: &Path) -> Result<Bytes> {
        self.look("map", path, |live| Bytes::from(live.to_vec()))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        let mut platform = self.platform();
        platform.begin_whole("rename", from)?;
        let wrap = |source| Error::io("rename", from, source);
        let node = platform.names.find(from).map_err(wrap)?;
        let source = platform.names.place(from).map_err(wrap)?;
        let target = platform.names.place(to).map_err(wrap)?;
        platform.names.apply(vec![source.unlink(), target.link(node)]);
        Ok(())
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<()> {
        let mut platform = self.platform();
        platform.begin_whole("link", from)?;
        let wrap = |source| Error::io("link", from, source);
        let id = platform.names.find_file(from).map_err(wrap)?;
        let target = platform.names.free_place(to).map_err(wrap)?;
        platform.names.apply(vec![target.link(Node::File(id))]);
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> Result<()> {
        let mut platform = self.platform();
        let wrap = |source| Error::io("remove", path, source);
        platform.check_power()?;
        platform.names.find_file(path).map_err(wrap)?;
        platform.begin_whole("remove", path)?;
        let place = platform.names.place(path).map_err(wrap)?;
        platform.names.apply(vec![place.unlink()]);
        Ok(())
    }

    fn remove_dir_all(&self, path: &Path) -> Result<()> {
        let mut platform = self.platform();
        let wrap = |source| Error::io("remove", path, source);
        platform.check_power()?;
        let folder = platform.names.find_folder(path).map_err(wrap)?;
        platform.empty_folder(folder, path)?;
        platform.begin_whole("remove", path)?;
        let place = platform.names.place(path).map_err(wrap)?;
        platform.names.apply(vec![place.unlink()]);
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> Result<()> {
        sync_dir(&mut self.platform(), dir)
    }

    fn space(&self, dir: &Path) -> Result<Space> {
        let platform = self.platform();
        platform.check_power()?;
        platform.names.find_folder(dir).map_err(|source| Error::io("measure the space of", dir, source))?;
        let total = platform.capacity.unwrap_or(UNBOUNDED_BYTES);
        Ok(Space { total, available: total.saturating_sub(platform.used()) })
    }

    fn lock(&self, dir: &Path) -> Result<Box<dyn DirLock>> {
        Ok(Box::new(SimLock::take(&self.shared, dir)?))
    }

    fn is_locked(&self, dir: &Path) -> Result<bool> {
        let platform = self.platform();
        platform.check_power()?;
        Ok(platform.locks.contains(dir))
    }
}

fn make_dir(platform: &mut Platform, above: &Path, dir: &Path) -> Result<()> {
    platform.check_power()?;
    let wrap = |source| Error::io("create the folder", dir, source);
    match platform.names.find(dir) {
        Ok(Node::Folder(_)) => return Ok(()),
        Ok(Node::File(_)) => return Err(wrap(io::ErrorKind::NotADirectory.into())),
        Err(_) => {}
    }
    platform.begin_whole("create the folder", dir)?;
    let place = platform.names.free_place(dir).map_err(wrap)?;
    let id = platform.new_id();
    platform.names.apply(vec![place.link(Node::Folder(id))]);
    sync_dir(platform, above)
}

fn sync_dir(platform: &mut Platform, dir: &Path) -> Result<()> {
    platform.begin_whole("sync the folder", dir)?;
    let folder =
        platform.names.find_folder(dir).map_err(|source| Error::io("sync the folder", dir, source))?;
    platform.names.sync(folder);
    platform.sweep();
    Ok(())
}

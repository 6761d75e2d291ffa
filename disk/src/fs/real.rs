//! The machine's own file system.

use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::real_file::RealFile;
use super::real_lock::RealLock;
use super::{DirLock, Entry, File, Fs, Space};
use crate::replace::parent;
use crate::{Bytes, Error, Result};

/// The machine's own file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct StdFs;

impl Fs for StdFs {
    fn create_dir_all(&self, path: &Path) -> Result<()> {
        let mut missing = missing_parents(path)?;
        while let Some(dir) = missing.pop() {
            make_dir(&dir)?;
            self.sync_dir(parent(&dir))?;
        }
        Ok(())
    }

    fn list(&self, dir: &Path) -> Result<Vec<Entry>> {
        let wrap = |source| Error::io("list", dir, source);
        let mut entries = Vec::new();
        for entry in fs::read_dir(dir).map_err(wrap)? {
            entries.extend(describe(&entry.map_err(wrap)?).map_err(wrap)?);
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn exists(&self, path: &Path) -> Result<bool> {
        path.try_exists().map_err(|source| Error::io("look for", path, source))
    }

    fn len(&self, path: &Path) -> Result<u64> {
        fs::metadata(path).map(|found| found.len()).map_err(|source| Error::io("measure", path, source))
    }

    fn create(&self, path: &Path) -> Result<Box<dyn File>> {
        let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
        let file = file.map_err(|source| Error::io("create", path, source))?;
        Ok(Box::new(RealFile::new(file, path, 0)))
    }

    fn open_append(&self, path: &Path) -> Result<Box<dyn File>> {
        self.open_write(path)
    }

    fn open_write(&self, path: &Path) -> Result<Box<dyn File>> {
        let wrap = |source| Error::io("open", path, source);
        let file = fs::OpenOptions::new().write(true).open(path).map_err(wrap)?;
        let len = file.metadata().map_err(wrap)?.len();
        Ok(Box::new(RealFile::new(file, path, len)))
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        fs::read(path).map_err(|source| Error::io("read", path, source))
    }

    fn read_at(&self, path: &Path, offset: u64, len: usize) -> Result<Vec<u8>> {
        let wrap = |source| Error::io("read", path, source);
        let file = fs::File::open(path).map_err(wrap)?;
        let rest = file.metadata().map_err(wrap)?.len().saturating_sub(offset);
        let mut buf = vec![0; len.min(crate::width::index(rest))];
        let filled = read_full(&file, &mut buf, offset).map_err(wrap)?;
        buf.truncate(filled);
        Ok(buf)
    }

    fn map(&self, path: &Path) -> Result<Bytes> {
        let wrap = |source| Error::io("map", path, source);
        Bytes::map(&fs::File::open(path).map_err(wrap)?).map_err(wrap)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one home of a bare rename: callers sync through this trait"
    )]
    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        fs::rename(from, to).map_err(|source| Error::io("rename", from, source))
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<()> {
        fs::hard_link(from, to).map_err(|source| Error::io("link", from, source))
    }

    fn remove_file(&self, path: &Path) -> Result<()> {
        fs::remove_file(path).map_err(|source| Error::io("remove", path, source))
    }

    fn remove_dir_all(&self, path: &Path) -> Result<()> {
        fs::remove_dir_all(path).map_err(|source| Error::io("remove", path, source))
    }

    fn sync_dir(&self, dir: &Path) -> Result<()> {
        fs::File::open(dir)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| Error::io("sync the folder", dir, source))
    }

    fn space(&self, dir: &Path) -> Result<Space> {
        let found = rustix::fs::statvfs(dir)
            .map_err(|errno| Error::io("measure the space of", dir, io::Error::from(errno)))?;
        let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
        Ok(Space { total: bytes(found.f_blocks), available: bytes(found.f_bavail) })
    }

    fn lock(&self, dir: &Path) -> Result<Box<dyn DirLock>> {
        Ok(Box::new(RealLock::take(dir)?))
    }

    fn is_locked(&self, dir: &Path) -> Result<bool> {
        RealLock::is_taken(dir)
    }
}

/// The folders from `path` upwards that are not there yet, the deepest first.
fn missing_parents(path: &Path) -> Result<Vec<PathBuf>> {
    let mut missing = Vec::new();
    let mut dir = path;
    while !dir.try_exists().map_err(|source| Error::io("look for", dir, source))? {
        missing.push(dir.to_path_buf());
        dir = parent(dir);
    }
    if !dir.is_dir() {
        return Err(Error::io("create the folder", path, io::ErrorKind::NotADirectory.into()));
    }
    Ok(missing)
}

/// Creates one folder; that another thread was faster is fine.
fn make_dir(dir: &Path) -> Result<()> {
    match fs::create_dir(dir) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(Error::io("create the folder", dir, source))
        }
        _ => Ok(()),
    }
}

/// The entry's facts; `None` if it was removed since the folder was read.
fn describe(entry: &fs::DirEntry) -> io::Result<Option<Entry>> {
    let found = match entry.metadata() {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let len = if found.is_dir() { 0 } else { found.len() };
    Ok(Some(Entry { name: entry.file_name(), is_dir: found.is_dir(), len }))
}

/// Fills `buf` from `offset`, or as much of it as the file has.
fn read_full(file: &fs::File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buf.len() {
        match file.read_at(&mut buf[filled..], offset + crate::width::offset(filled)) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(source) if source.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(source),
        }
    }
    Ok(filled)
}

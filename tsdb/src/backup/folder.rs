//! A folder that becomes a backup: filled beside, synced, then renamed, so that it is whole or not there.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::{Fs, temporary_path};

use super::check::Check;
use super::format::LIST_NAME;
use super::list::{BackupFile, BackupList};
use crate::error::{Error, Result};
use crate::limits::BACKUP_PIECE_BYTES;

/// A backup under construction, in `DEST.tmp`.
#[derive(Debug)]
pub struct BackupFolder {
    fs: Arc<dyn Fs>,
    dest: PathBuf,
    building: PathBuf,
    damaged: Vec<String>,
}

impl BackupFolder {
    /// Begins a folder that must not be there yet. What an attempt that was cut short has left goes.
    ///
    /// # Errors
    /// When `dest` is there, or the disk fails.
    pub fn create(fs: Arc<dyn Fs>, dest: &Path) -> Result<Self> {
        if fs.exists(dest)? {
            let found = fs.list(dest).ok().and_then(|entries| entries.into_iter().next());
            let found = found.map_or_else(|| dest.to_path_buf(), |entry| dest.join(entry.name));
            return Err(Error::Occupied { dir: dest.to_path_buf(), found });
        }
        let building = temporary_path(dest);
        if fs.exists(&building)? {
            fs.remove_dir_all(&building)?;
        }
        fs.create_dir_all(&building)?;
        Ok(Self { fs, dest: dest.to_path_buf(), building, damaged: Vec::new() })
    }

    /// Adds a file from its bytes, checked as they pass. One that is damaged is kept, and named by
    /// [`damaged`](Self::damaged): a backup of a store with a bad page is better than none.
    ///
    /// # Errors
    /// When it cannot be read to its length, or not be written.
    pub fn copy(&mut self, file: &BackupFile, from: &mut dyn Read) -> Result<()> {
        let path = self.place(&file.name)?;
        if copy(&*self.fs, file, from, &path)? {
            return Ok(());
        }
        self.damaged.push(file.name.clone());
        Ok(())
    }

    /// Adds a file that is below `from` under the same name: a hard link, or a copy where that is impossible.
    /// Says whether it is a link.
    ///
    /// # Errors
    /// When it is not there, or has another length.
    pub fn link(&mut self, file: &BackupFile, from: &Path) -> Result<bool> {
        let (source, path) = (from.join(&file.name), self.place(&file.name)?);
        let found = self.fs.len(&source)?;
        if found != file.bytes {
            let expected = format!("{} bytes", file.bytes);
            return Err(Error::corrupt(&source, found.min(file.bytes), expected, format!("{found} bytes")));
        }
        if self.fs.hard_link(&source, &path).is_ok() {
            return Ok(true);
        }
        let fs = self.fs.clone();
        self.copy(file, &mut FileReader::new(&*fs, &source)).map(|()| false)
    }

    /// The files whose content did not match their checksums.
    #[must_use]
    pub fn damaged(&self) -> &[String] {
        &self.damaged
    }

    /// Completes the backup: every file of the list must be there.
    ///
    /// # Errors
    /// When one is missing, or the disk fails. There is no backup then.
    pub fn finish(self, list: &BackupList) -> Result<()> {
        let mut folders = BTreeSet::from([self.building.clone()]);
        for file in &list.files {
            let path = self.building.join(&file.name);
            if self.fs.len(&path).is_ok_and(|len| len == file.bytes) {
                folders.extend(path.parent().map(Path::to_path_buf));
            } else {
                let found = format!("{} is missing or has another length", file.name);
                return Err(Error::NotABackup { path: self.building, found });
            }
        }
        // Names become durable from the files upwards.
        folders.iter().rev().try_for_each(|folder| self.fs.sync_dir(folder))?;
        let mut damaged = list.damaged.clone();
        damaged.extend(self.damaged);
        let list = BackupList { damaged, ..list.clone() };
        disk::replace(&*self.fs, &self.building.join(LIST_NAME), &list.encode())?;
        self.fs.rename(&self.building, &self.dest)?;
        let parent = self.dest.parent().filter(|parent| !parent.as_os_str().is_empty());
        Ok(self.fs.sync_dir(parent.unwrap_or(Path::new(".")))?)
    }

    fn place(&self, name: &str) -> Result<PathBuf> {
        place(&*self.fs, &self.building, name)
    }
}

/// The path of a new file below `root`, whose folder is there.
pub(super) fn place(fs: &dyn Fs, root: &Path, name: &str) -> Result<PathBuf> {
    if !super::is_sound(name) {
        return Err(Error::NotABackup { path: root.to_path_buf(), found: format!("a file named {name:?}") });
    }
    let path = root.join(name);
    if let Some(folder) = path.parent() {
        fs.create_dir_all(folder)?;
    }
    Ok(path)
}

/// Copies a file and makes its content durable; says whether it is what it should be.
pub(super) fn copy(fs: &dyn Fs, file: &BackupFile, from: &mut dyn Read, path: &Path) -> Result<bool> {
    let io = |source| disk::Error::io("copy to", path, source);
    let mut copy = fs.create(path)?;
    let mut check = Check::new(file);
    let mut piece = vec![0; BACKUP_PIECE_BYTES];
    let mut left = file.bytes;
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        match from.read(&mut piece[..wanted]) {
            Ok(0) => return Err(io(std::io::ErrorKind::UnexpectedEof.into()).into()),
            Ok(count) => {
                copy.append(&piece[..count])?;
                check.update(&piece[..count]);
                left -= count as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(io(error).into()),
        }
    }
    copy.sync_data()?;
    Ok(check.finish())
}

/// Whether the file at `path` is what it should be.
pub(super) fn is_whole(fs: &dyn Fs, file: &BackupFile, path: &Path) -> Result<bool> {
    let mut check = Check::new(file);
    let mut offset = 0;
    while offset < file.bytes {
        let piece = fs.read_at(path, offset, BACKUP_PIECE_BYTES)?;
        if piece.is_empty() {
            return Ok(false);
        }
        check.update(&piece);
        offset += piece.len() as u64;
    }
    Ok(fs.len(path)? == file.bytes && check.finish())
}

/// Reads a file from its first byte on.
pub(super) struct FileReader<'a> {
    fs: &'a dyn Fs,
    path: &'a Path,
    offset: u64,
}

impl<'a> FileReader<'a> {
    pub(super) fn new(fs: &'a dyn Fs, path: &'a Path) -> Self {
        Self { fs, path, offset: 0 }
    }
}

impl Read for FileReader<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let piece = self.fs.read_at(self.path, self.offset, buf.len()).map_err(std::io::Error::other)?;
        buf[..piece.len()].copy_from_slice(&piece);
        self.offset += piece.len() as u64;
        Ok(piece.len())
    }
}

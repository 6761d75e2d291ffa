//! From a backup to a data directory.
//!
//! The MANIFEST comes last, and until then a mark stands in `segments/`: a directory without a MANIFEST whose
//! `segments/` holds anything is refused by a start, so that a restore which was cut short never looks like an
//! empty store. The next restore finds the mark and begins anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use disk::{DirLock, Fs, LOCK_FILE_NAME};

use super::folder::{FileReader, copy, is_whole, place};
use super::format::LIST_NAME;
use super::list::{BackupFile, BackupList};
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::limits::BACKUP_LIST_BYTES_MAX;

/// What a restore or a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup says of itself.
    pub list: BackupList,
    /// Files that do not match their checksums, or that no folder has; and segments that could not be read when
    /// the backup was made. Queries that need them fail.
    pub damaged: Vec<String>,
}

/// A mark that a restore has not ended.
const UNFINISHED: &str = "restore-is-not-finished";

/// Checks a backup: the folder `source`, and, for one that was made against others, these as `bases`. Every
/// byte is read. `progress` is told the bytes of each file when it is done.
///
/// # Errors
/// When the list is not there or not sound, or a folder cannot be read. Damaged files are told by the answer.
pub fn verify(
    fs: &dyn Fs,
    source: &Path,
    bases: &[PathBuf],
    mut progress: impl FnMut(u64),
) -> Result<Restored> {
    let list = read_list(fs, source)?;
    let mut damaged = list.unreadable.clone();
    for file in &list.files {
        if !find(fs, file, source, bases)?.is_some_and(|(_, is_whole)| is_whole) {
            damaged.push(file.name.clone());
        }
        progress(file.bytes);
    }
    Ok(Restored { list, damaged })
}

/// Makes the data directory `dir`, which must be empty or not there, of the backup in the folder `source`. Files
/// are linked where that is possible: segments never change.
///
/// # Errors
/// Those of [`Restoring::begin`] and [`Restoring::fill`]; when `source` is no backup, `dir` stays as it is.
pub fn restore(
    fs: &dyn Fs,
    source: &Path,
    bases: &[PathBuf],
    dir: &Path,
    accept_damage: bool,
    progress: impl FnMut(u64),
) -> Result<Restored> {
    read_list(fs, source)?;
    Restoring::begin(fs, dir)?.fill(source, bases, accept_damage, progress)
}

/// A data directory that is being made. Until it is filled, a start refuses it, also after a power cut.
#[derive(Debug)]
pub struct Restoring<'a> {
    fs: &'a dyn Fs,
    directory: Directory,
    _lock: Box<dyn DirLock>,
}

impl<'a> Restoring<'a> {
    /// Begins in `dir`, which must be empty or not there, or left by a restore that was cut short. Whoever unpacks a
    /// backup first begins before that: a start in between would take the directory for a new one.
    ///
    /// # Errors
    /// When `dir` holds anything or is in use, or the disk fails.
    pub fn begin(fs: &'a dyn Fs, dir: &Path) -> Result<Self> {
        let directory = Directory::new(dir);
        fs.create_dir_all(dir)?;
        let lock = fs.lock(dir)?;
        clear(fs, &directory)?;
        fs.create_dir_all(&directory.segments())?;
        let text = b"a restore into this directory has not ended; run it again\n";
        disk::replace(fs, &mark(&directory), text)?;
        Ok(Self { fs, directory, _lock: lock })
    }

    /// Brings what the backup in the folder `source` has.
    ///
    /// # Errors
    /// When the backup is not complete; when a file is damaged or missing, unless `accept_damage`, and always when
    /// it is the MANIFEST; when the disk fails. The directory then refuses to start, and may be restored into again.
    pub fn fill(
        self,
        source: &Path,
        bases: &[PathBuf],
        accept_damage: bool,
        mut progress: impl FnMut(u64),
    ) -> Result<Restored> {
        let Self { fs, directory, .. } = &self;
        let (fs, dir) = (*fs, directory.root());
        let list = read_list(fs, source)?;
        let mut damaged = list.unreadable.clone();
        let mut folders = BTreeSet::from([directory.segments(), directory.wal()]);
        folders.iter().try_for_each(|folder| fs.create_dir_all(folder))?;
        let manifest = file_of(&list, &directory.manifest(), source)?;
        for file in list.files.iter().filter(|file| **file != manifest) {
            match find(fs, file, source, bases)? {
                None => damaged.push(file.name.clone()),
                Some((from, is_whole)) => {
                    damaged.extend((!is_whole).then(|| file.name.clone()));
                    let path = place(fs, dir, &file.name)?;
                    bring(fs, file, &from, &path)?;
                    folders.extend(path.parent().map(Path::to_path_buf));
                }
            }
            refuse_damage(source, &damaged, accept_damage)?;
            progress(file.bytes);
        }
        refuse_damage(source, &damaged, accept_damage)?;
        folders.insert(dir.to_path_buf());
        folders.iter().rev().try_for_each(|folder| fs.sync_dir(folder))?;
        let Some((from, true)) = find(fs, &manifest, source, bases)? else {
            return Err(damage(source, &[manifest.name]));
        };
        disk::replace(fs, &directory.manifest(), &fs.read(&from)?)?;
        progress(manifest.bytes);
        fs.remove_file(&mark(directory))?;
        fs.sync_dir(&directory.segments())?;
        Ok(Restored { list, damaged })
    }
}

fn mark(directory: &Directory) -> PathBuf {
    directory.segments().join(UNFINISHED)
}

/// Whether a restore into the directory has begun and not ended. What a cut left of its mark counts, too.
pub(crate) fn is_unfinished(fs: &dyn Fs, directory: &Directory) -> Result<bool> {
    let mark = mark(directory);
    Ok(fs.exists(&mark)? || fs.exists(&disk::temporary_path(&mark))?)
}

fn read_list(fs: &dyn Fs, source: &Path) -> Result<BackupList> {
    let path = source.join(LIST_NAME);
    if !fs.exists(&path)? {
        let found = format!("it has no {LIST_NAME}, which is written last");
        return Err(Error::NotABackup { path: source.to_path_buf(), found });
    }
    let bytes = fs.read_at(&path, 0, BACKUP_LIST_BYTES_MAX + 1)?;
    BackupList::decode(&bytes, &path)
}

/// The list's word on the file that has this path in a data directory.
fn file_of(list: &BackupList, path: &Path, source: &Path) -> Result<BackupFile> {
    let file = list.files.iter().find(|file| path.file_name().is_some_and(|name| name == &*file.name));
    let found = || "its list names no MANIFEST".to_owned();
    file.cloned().ok_or_else(|| Error::NotABackup { path: source.to_path_buf(), found: found() })
}

/// The first folder that has the file whole; or else where it is damaged, or nothing.
fn find(fs: &dyn Fs, file: &BackupFile, source: &Path, bases: &[PathBuf]) -> Result<Option<(PathBuf, bool)>> {
    let mut damaged = None;
    for folder in std::iter::once(source).chain(bases.iter().map(PathBuf::as_path)) {
        let path = folder.join(&file.name);
        if !fs.exists(&path)? {
            continue;
        }
        if is_whole(fs, file, &path)? {
            return Ok(Some((path, true)));
        }
        damaged = damaged.or(Some((path, false)));
    }
    Ok(damaged)
}

/// Gives a file its place. Segments never change, so a second name is as good as a copy; what others own is
/// copied, because they may write to it.
fn bring(fs: &dyn Fs, file: &BackupFile, from: &Path, path: &Path) -> Result<()> {
    let is_segment = matches!(file.checksum, super::Checksum::Segment(_));
    if is_segment && fs.hard_link(from, path).is_ok() {
        return Ok(());
    }
    // One that is damaged has what length it has.
    let file = BackupFile { bytes: fs.len(from)?, ..file.clone() };
    copy(fs, &file, &mut FileReader::new(fs, from), path)?;
    Ok(())
}

fn refuse_damage(source: &Path, damaged: &[String], accept: bool) -> Result<()> {
    if damaged.is_empty() || accept { Ok(()) } else { Err(damage(source, damaged)) }
}

fn damage(source: &Path, damaged: &[String]) -> Error {
    let found = format!("{} missing or damaged", damaged.join(", "));
    Error::NotABackup { path: source.to_path_buf(), found }
}

/// Empties what a restore that was cut short has left; all else stays and is an error.
fn clear(fs: &dyn Fs, directory: &Directory) -> Result<()> {
    let dir = directory.root();
    let unfinished = is_unfinished(fs, directory)?;
    let entries = fs.list(dir)?;
    let mut entries = entries.into_iter().filter(|entry| entry.name != LOCK_FILE_NAME);
    if !unfinished || fs.exists(&directory.manifest())? {
        // A power cut may have left the folders without the mark.
        let holds = |entry: &disk::Entry| {
            let path = dir.join(&entry.name);
            !entry.is_dir || !fs.list(&path).is_ok_and(|inner| inner.is_empty())
        };
        return match entries.find(holds) {
            Some(entry) => Err(Error::Occupied { dir: dir.to_path_buf(), found: entry.name.into() }),
            None => Ok(()),
        };
    }
    // The mark's folder goes last, so that a cut in between changes nothing.
    let (last, first): (Vec<_>, Vec<_>) =
        entries.partition(|entry| dir.join(&entry.name) == directory.segments());
    for entry in first.iter().chain(&last) {
        let path = dir.join(&entry.name);
        if entry.is_dir { fs.remove_dir_all(&path)? } else { fs.remove_file(&path)? }
    }
    Ok(fs.sync_dir(dir)?)
}

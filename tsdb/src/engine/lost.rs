//! Keeping aside what nobody knows.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use disk::Fs;

use crate::directory::Directory;
use crate::error::Result;

/// A free name in `lost+found/`, which is made if need be.
fn place(fs: &dyn Fs, directory: &Directory, name: &OsStr) -> Result<PathBuf> {
    let dir = directory.lost_and_found();
    fs.create_dir_all(&dir)?;
    fs.sync_dir(directory.root())?;
    let mut path = dir.join(name);
    let mut number = 1;
    while fs.exists(&path)? {
        let mut numbered = name.to_os_string();
        numbered.push(format!(".{number}"));
        path = dir.join(numbered);
        number += 1;
    }
    Ok(path)
}

/// Moves a file to `lost+found/`.
pub(in crate::engine) fn move_aside(fs: &dyn Fs, directory: &Directory, from: &Path) -> Result<PathBuf> {
    let to = place(fs, directory, from.file_name().unwrap_or_default())?;
    fs.rename(from, &to)?;
    fs.sync_dir(&directory.lost_and_found())?;
    fs.sync_dir(from.parent().unwrap_or(directory.root()))?;
    Ok(to)
}

/// Gives a file a second name in `lost+found/`, so that it stays when the first one goes. One that has it
/// already, from an earlier start, keeps it.
pub(in crate::engine) fn keep_copy(fs: &dyn Fs, directory: &Directory, from: &Path) -> Result<PathBuf> {
    let name = from.file_name().unwrap_or_default();
    let wanted = directory.lost_and_found().join(name);
    if fs.exists(&wanted)? && fs.len(&wanted)? == fs.len(from)? {
        return Ok(wanted);
    }
    let to = place(fs, directory, name)?;
    fs.hard_link(from, &to)?;
    fs.sync_dir(&directory.lost_and_found())?;
    Ok(to)
}

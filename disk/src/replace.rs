//! Changing a small file as a whole: write beside, sync, rename, sync the folder.
//!
//! After a power cut at any step the path holds the old content or the new, never a mix and never nothing;
//! once [`replace`] has returned, the new. A left-over of an attempt that was cut short lies under
//! [`temporary_path`] and is overwritten by the next one.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::{Fs, Result};

/// Where [`replace`] writes before it renames: the path with `.tmp` appended.
#[must_use]
pub fn temporary_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(".tmp");
    PathBuf::from(name)
}

/// Makes `bytes` the durable content of `path`, whether or not it exists.
///
/// # Errors
/// Any failing step is reported; the path then holds its old content or, if the failing step is the sync of the
/// folder, the new one without the promise that it outlives a power cut.
pub fn replace(fs: &dyn Fs, path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = temporary_path(path);
    remove_if_present(fs, &beside)?;
    let mut file = fs.create(&beside)?;
    file.append(bytes)?;
    file.sync_data()?;
    drop(file);
    fs.rename(&beside, path)?;
    fs.sync_dir(parent(path))
}

/// Removes a file that may not be there.
pub(crate) fn remove_if_present(fs: &dyn Fs, path: &Path) -> Result<()> {
    match fs.remove_file(path) {
        Err(error) if error.is_not_found() => Ok(()),
        other => other,
    }
}

/// The folder that holds `path`'s entry.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

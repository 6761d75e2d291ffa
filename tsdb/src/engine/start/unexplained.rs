//! Whether the MANIFEST still tells whose every file of the WAL is.
//!
//! A run is in the MANIFEST before its first file is made. So a write of that edit that the power cut interrupted leaves
//! no file of the run: where the end of the MANIFEST is lost and there are files that nobody knows, the edit was durable
//! and has been damaged since. Points in the files may have been acknowledged, and to go on without them would be a loss
//! that nobody sees.

use disk::Fs;

use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::manifest::reading::Reading;
use crate::wal::folder::Folder;

/// Refuses a directory whose MANIFEST has lost its end, and with it the run that wrote files of the WAL. Nothing is
/// changed.
pub(super) fn refuse(fs: &dyn Fs, directory: &Directory, manifest: &Reading) -> Result<()> {
    let Some(found) = loss(manifest) else { return Ok(()) };
    let files = Folder::read(fs, directory, &manifest.state)?.unexplained;
    if files.is_empty() {
        return Ok(());
    }
    Err(Error::RunLost { manifest: directory.manifest(), offset: manifest.end(), found, files })
}

/// What says that the MANIFEST may lack its last edits, if anything does.
fn loss(manifest: &Reading) -> Option<String> {
    if manifest.torn_bytes > 0 {
        Some(format!("{} bytes are no edit", manifest.torn_bytes))
    } else if manifest.clean_stop {
        Some("the last edit says that the WAL is empty".to_owned())
    } else {
        manifest.state.runs.is_empty().then(|| "it ends without having told of a run".to_owned())
    }
}

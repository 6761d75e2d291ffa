//! Looking at files that a running server may take away meanwhile.

use std::path::Path;

use disk::Fs;

use crate::error::{Error, Result};
use crate::limits::INSPECT_ATTEMPTS_MAX;

/// Does `look` again, a few times, while it meets what a running server changes under it: a file that a flush or a
/// merge took away, or a MANIFEST that was replaced between two reads.
pub(super) fn again<T>(mut look: impl FnMut() -> Result<T>) -> Result<T> {
    for _ in 1..INSPECT_ATTEMPTS_MAX {
        match look() {
            Err(error) if may_pass(&error) => {}
            other => return other,
        }
    }
    look()
}

fn may_pass(error: &Error) -> bool {
    match error {
        Error::Disk(error) => error.is_not_found(),
        Error::Corrupt { .. } => true,
        _ => false,
    }
}

/// The entries of a folder; none if it is not there.
pub(super) fn list(fs: &dyn Fs, dir: &Path) -> Result<Vec<disk::Entry>> {
    if fs.exists(dir)? { Ok(fs.list(dir)?) } else { Ok(Vec::new()) }
}

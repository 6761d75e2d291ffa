//! The names in a data directory: the only place that makes or reads them.
//!
//! `docs/format/directory.md` draws the tree.

use std::ffi::OsStr;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use crate::generation::GenerationId;

/// The paths below a data directory.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    root: PathBuf,
}

impl Directory {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        self.root.join("MANIFEST")
    }

    /// Where a MANIFEST is written before it takes its place.
    pub(crate) fn next_manifest(&self) -> PathBuf {
        self.root.join("MANIFEST.next")
    }

    /// Which places of files were found damaged.
    pub(crate) fn damage(&self) -> PathBuf {
        self.root.join("DAMAGE")
    }

    /// The last wall time that was believed.
    pub(crate) fn clock(&self) -> PathBuf {
        self.root.join("CLOCK")
    }

    pub(crate) fn wal(&self) -> PathBuf {
        self.root.join("wal")
    }

    pub(crate) fn segments(&self) -> PathBuf {
        self.root.join("segments")
    }

    pub(crate) fn lost_and_found(&self) -> PathBuf {
        self.root.join("lost+found")
    }

    pub(crate) fn wal_file(&self, generation: GenerationId, number: u64) -> PathBuf {
        self.wal().join(wal_file_name(generation, number))
    }

    pub(crate) fn segment(&self, id: u64) -> PathBuf {
        self.segments().join(format!("{id:012}.seg"))
    }
}

/// The name of a WAL file.
pub(crate) fn wal_file_name(generation: GenerationId, number: u64) -> String {
    format!("{generation:010}-{number:010}.wal")
}

/// The generation and number of a WAL file, from its name.
pub(crate) fn wal_name(name: &OsStr) -> Option<(GenerationId, u64)> {
    let (generation, number) = name.to_str()?.strip_suffix(".wal")?.split_once('-')?;
    Some((generation.parse().ok()?, number.parse().ok()?))
}

/// The id of a segment, from the name of its file.
pub(crate) fn segment_name(name: &OsStr) -> Option<u64> {
    name.to_str()?.strip_suffix(".seg")?.parse().ok()
}

/// Whether a file is what an interrupted write left: written beside its place, it never counted.
pub(crate) fn is_temporary(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.ends_with(".tmp"))
}

/// A number that no other log file has: the standard library seeds each hasher state from the system.
pub(crate) fn salt(number: u64) -> u64 {
    RandomState::new().hash_one(number)
}

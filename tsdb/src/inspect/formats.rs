//! Which format the files have, and which ones this program reads and writes.

use std::path::Path;

use disk::Fs;
use disk::log::{Reader, Stop};

use super::store::list;
use crate::directory::{self, Directory};
use crate::error::{Error, Result};
use crate::manifest::format::{FORMAT, READER_FORMAT};
use crate::manifest::reading;
use crate::segment::{SEGMENT_FORMAT, format_version};

/// Bytes that are enough to tell the format of any file.
const HEAD_BYTES: usize = 64;

/// The formats of a data directory. A version of files counts how many have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formats {
    /// The format of which a reader of the MANIFEST has to know.
    pub manifest_reader: u32,
    /// The format of the program that wrote the MANIFEST.
    pub manifest_writer: u32,
    /// The format that this program writes into a MANIFEST; it reads this one and all before it.
    pub manifest_supported: u32,
    /// The format of which a reader has to know once this program has written the MANIFEST.
    pub manifest_reader_after: u32,
    /// Versions of the WAL's files, with how many have it.
    pub wal: Vec<(u32, u64)>,
    /// The version of WAL files that this program reads and writes.
    pub wal_supported: u32,
    /// The segments.
    pub segments: SegmentFormats,
}

/// The formats of the segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentFormats {
    /// Versions of the segments, with how many have it.
    pub versions: Vec<(u32, u64)>,
    /// The version that this program writes; it reads this one and all before it.
    pub supported: u32,
    /// Files whose first bytes are no segment's.
    pub unreadable: u64,
}

impl Formats {
    /// Whether the next start of this program replaces the MANIFEST by one of its own format.
    #[must_use]
    pub const fn rewrites_manifest(&self) -> bool {
        self.manifest_writer < self.manifest_supported
    }

    /// Whether this program can open the directory at all.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        let known =
            |versions: &[(u32, u64)], supported| versions.iter().all(|(found, _)| *found <= supported);
        self.manifest_reader <= self.manifest_supported
            && known(&self.wal, self.wal_supported)
            && known(&self.segments.versions, self.segments.supported)
    }
}

/// The formats of `dir`, also of files that are too new for this program.
///
/// # Errors
/// When it is no data directory, its MANIFEST does not name its format, or the disk fails.
pub fn formats(fs: &dyn Fs, dir: &Path) -> Result<Formats> {
    let directory = Directory::new(dir);
    if !fs.exists(&directory.manifest())? {
        return Err(Error::NotADataDirectory { dir: dir.to_path_buf() });
    }
    let manifest = super::store::again(|| reading::read_formats(fs, &directory.manifest()))?;
    Ok(Formats {
        manifest_reader: manifest.reader,
        manifest_writer: manifest.writer,
        manifest_supported: FORMAT,
        manifest_reader_after: READER_FORMAT,
        wal: wal_versions(fs, &directory)?,
        wal_supported: Reader::FORMAT,
        segments: segment_versions(fs, &directory)?,
    })
}

fn wal_versions(fs: &dyn Fs, directory: &Directory) -> Result<Vec<(u32, u64)>> {
    let mut versions = Vec::new();
    let dir = directory.wal();
    for entry in list(fs, &dir)?.iter().filter(|entry| directory::wal_name(&entry.name).is_some()) {
        let path = dir.join(&entry.name);
        let Some(head) = head(fs, &path)? else { continue };
        match Reader::new(&path, &head, Stop::Unknown) {
            Ok(_) => count(&mut versions, Reader::FORMAT),
            Err(disk::Error::Foreign { found, .. }) => count(&mut versions, found),
            // A damaged header is for `verify` to tell.
            Err(_) => {}
        }
    }
    Ok(versions)
}

fn segment_versions(fs: &dyn Fs, directory: &Directory) -> Result<SegmentFormats> {
    let mut formats = SegmentFormats { versions: Vec::new(), supported: SEGMENT_FORMAT, unreadable: 0 };
    let dir = directory.segments();
    for entry in list(fs, &dir)?.iter().filter(|entry| directory::segment_name(&entry.name).is_some()) {
        let Some(head) = head(fs, &dir.join(&entry.name))? else { continue };
        match format_version(&head) {
            Some(version) => count(&mut formats.versions, version),
            None => formats.unreadable += 1,
        }
    }
    Ok(formats)
}

/// The first bytes of a file; `None` if it is gone by now.
fn head(fs: &dyn Fs, path: &Path) -> Result<Option<Vec<u8>>> {
    match fs.read_at(path, 0, HEAD_BYTES) {
        Err(error) if error.is_not_found() => Ok(None),
        other => Ok(Some(other?)),
    }
}

fn count(versions: &mut Vec<(u32, u64)>, version: u32) {
    match versions.iter_mut().find(|(known, _)| *known == version) {
        Some((_, files)) => *files += 1,
        None => versions.push((version, 1)),
    }
    versions.sort_unstable();
}

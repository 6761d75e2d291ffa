//! The earlier backup that a new one is made against.

use anyhow::Context as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use tsdb::limits::BACKUP_LIST_BYTES_MAX;
use tsdb::{BackupList, CONTENTS_NAME, LIST_NAME};

/// What an earlier backup says of itself, and where its files are, if it is a folder.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    pub(super) folder: Option<PathBuf>,
}

impl Base {
    /// Reads a folder's or an archive's list.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let is_folder = path.is_dir();
        let bytes = if is_folder { of_folder(path) } else { of_archive(path) };
        let bytes = bytes.with_context(|| {
            let expected = format!("expected an earlier backup: a folder with {LIST_NAME}, or a NAME.tar");
            format!("--incremental: cannot read {}; {expected}", path.display())
        })?;
        BackupList::decode(&bytes, path).context("--incremental")?;
        let folder = is_folder.then(|| path.to_path_buf());
        Ok(Self { path: path.to_path_buf(), bytes, folder })
    }
}

fn of_folder(path: &Path) -> anyhow::Result<Vec<u8>> {
    Ok(std::fs::read(path.join(LIST_NAME))?)
}

/// The list that an archive has first; whether its files are all there shows when it is restored.
fn of_archive(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut archive = tar::Archive::new(std::fs::File::open(path)?);
    let entry = archive.entries()?.next().context("it is empty")??;
    anyhow::ensure!(entry.path()? == Path::new(CONTENTS_NAME), "it does not begin with {CONTENTS_NAME}");
    let mut bytes = Vec::new();
    entry.take(BACKUP_LIST_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

//! Saving an archive as it comes: as a folder, as the archive that it is, or to stdout.

use super::base::Base;
use anyhow::{Context as _, bail, ensure};
use disk::{Fs, StdFs, temporary_path};
use std::collections::HashMap;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tsdb::limits::{BACKUP_LIST_BYTES_MAX, BACKUP_PIECE_BYTES};
use tsdb::{BackupFile, BackupFolder, BackupList, CONTENTS_NAME, LIST_NAME};

/// Endings of what would be taken for a folder's name.
const COMPRESSED: [&str; 8] =
    [".tar.gz", ".tar.zst", ".tar.xz", ".tar.bz2", ".tgz", ".tar.lz4", ".zip", ".gz"];

/// Where a backup goes.
#[derive(Debug)]
pub(super) enum Target {
    Folder(PathBuf),
    Archive(PathBuf),
    Stdout,
}

/// What the folder of an archive was made of.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    /// Files whose content does not match their checksums, and segments of the store that could not be read.
    pub(crate) damaged: Vec<String>,
    /// Files of the base that are linked.
    pub(crate) linked: u64,
    /// Files of the base that had to be copied.
    pub(crate) copied: u64,
}

impl Target {
    /// What a word on the command line means; it must not be there yet.
    pub(super) fn new(dest: &str) -> anyhow::Result<Self> {
        if dest == "-" {
            return Ok(Self::Stdout);
        }
        let path = PathBuf::from(dest);
        let name = dest.to_ascii_lowercase();
        let compressed = COMPRESSED.iter().find(|ending| name.ends_with(**ending));
        if let Some(ending) = compressed {
            let plain = &dest[..dest.len() - ending.len()];
            bail!(
                "{dest}: a backup is a folder or a NAME.tar, and not compressed once more: what it holds is; give \
                 {plain}.tar, or {plain} for a folder"
            );
        }
        ensure!(!path.exists(), "{dest} is there already; nothing is overwritten");
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let missing = parent.filter(|parent| !parent.is_dir());
        ensure!(
            missing.is_none(),
            "{dest}: there is no folder {}; expected one in which to make the backup",
            missing.unwrap_or(&path).display()
        );
        let is_archive = path.extension().is_some_and(|extension| extension == "tar");
        Ok(if is_archive { Self::Archive(path) } else { Self::Folder(path) })
    }

    /// Refuses an earlier backup that this one cannot be made against, before anything is sent.
    pub(super) fn accept(&self, base: Option<&Base>) -> anyhow::Result<()> {
        let (Self::Folder(dest), Some(Base { path, folder: None, .. })) = (self, base) else { return Ok(()) };
        bail!(
            "--incremental: {} is an archive, and a folder links what is unchanged from a folder; give an earlier \
             backup that is a folder, or make an archive: {}.tar",
            path.display(),
            dest.display()
        )
    }

    /// Saves an archive to its end.
    pub(super) fn save(self, stream: impl Read, base: Option<&Base>) -> anyhow::Result<Unpacked> {
        match self {
            Self::Folder(dest) => {
                let base =
                    base.and_then(|base| Some(Earlier { folder: base.folder.as_deref()?, name: &base.path }));
                unpack(stream, &dest, &dest, base)
            }
            Self::Archive(dest) => pass_on(stream, &dest).map(|()| Unpacked::default()),
            Self::Stdout => {
                let mut stream = stream;
                io::copy(&mut stream, &mut io::stdout().lock())?;
                io::stdout().lock().flush()?;
                Ok(Unpacked::default())
            }
        }
    }
}

/// The folder of an earlier backup.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Earlier<'a> {
    pub(crate) folder: &'a Path,
    /// What the user called it, which is not the folder when it is an archive.
    pub(crate) name: &'a Path,
}

/// Makes the folder `dest` of the archive that the user calls `name`; what it leaves out comes from `base`.
pub(crate) fn unpack(
    stream: impl Read,
    name: &Path,
    dest: &Path,
    base: Option<Earlier<'_>>,
) -> anyhow::Result<Unpacked> {
    let mut archive = tar::Archive::new(stream);
    let mut entries = archive.entries()?;
    let first = entries.next().context("it is empty")?.map_err(no_tar)?;
    ensure!(
        name_of(&first)? == CONTENTS_NAME,
        "it is no backup: it begins with {:?}, expected {CONTENTS_NAME}",
        name_of(&first)?
    );
    let list = read_list(first, name)?;
    let mut folder = BackupFolder::create(Arc::new(StdFs), dest)?;
    let mut wanted: HashMap<&str, &BackupFile> =
        list.files.iter().map(|file| (file.name.as_str(), file)).collect();
    let mut is_complete = false;
    for entry in entries {
        let mut entry = entry.context("it is damaged, or ends early")?;
        let place = name_of(&entry)?;
        if place == LIST_NAME {
            ensure!(read_list(entry, name)? == list, "its two lists of files differ");
            is_complete = true;
            continue;
        }
        let file = wanted.remove(place.as_str()).with_context(|| format!("{place} is not in its list"))?;
        folder.copy(file, &mut entry).map_err(|error| at_its_end(error, &place))?;
    }
    ensure!(is_complete, "it ends early: {LIST_NAME}, which comes last, is missing");
    let mut unpacked = Unpacked::default();
    for file in wanted.values() {
        let is_linked = take_from(&mut folder, file, base).with_context(|| needed(&list, base))?;
        *(if is_linked { &mut unpacked.linked } else { &mut unpacked.copied }) += 1;
    }
    unpacked.damaged = list.unreadable.iter().chain(folder.damaged()).cloned().collect();
    folder.finish(&list)?;
    Ok(unpacked)
}

/// What the first header of no tar archive comes to; a connection that broke is told as it is.
fn no_tar(error: io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::Other | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            anyhow::anyhow!("it is no tar archive, or is damaged at its beginning: {error}")
        }
        io::ErrorKind::UnexpectedEof => anyhow::anyhow!("it ends early, at its beginning"),
        _ => error.into(),
    }
}

/// An archive that ends in the middle of a file; any other error is about where the file was to go.
fn at_its_end(error: tsdb::Error, file: &str) -> anyhow::Error {
    match &error {
        tsdb::Error::Disk(disk) if matches!(&**disk, disk::Error::Io { source, .. } if source.kind() == io::ErrorKind::UnexpectedEof) =>
        {
            anyhow::anyhow!("it ends early, in the middle of {file}")
        }
        _ => error.into(),
    }
}

fn take_from(
    folder: &mut BackupFolder,
    file: &BackupFile,
    base: Option<Earlier<'_>>,
) -> anyhow::Result<bool> {
    let base = base.with_context(|| format!("{} is not in the archive", file.name))?;
    Ok(folder.link(file, base.folder)?)
}

/// Which other backup an archive needs, and which one it was given.
fn needed(list: &BackupList, base: Option<Earlier<'_>>) -> String {
    let id = list.base.as_deref().unwrap_or("unknown");
    let given = match base {
        None => "none was given".to_owned(),
        Some(Earlier { folder, name }) => {
            match StdFs.read(&folder.join(LIST_NAME)).map(|bytes| BackupList::decode(&bytes, name)) {
                Ok(Ok(given)) => format!("{} is {}", name.display(), given.id),
                _ => format!("{} is no backup", name.display()),
            }
        }
    };
    format!("the archive was made against another backup, {id}, which is needed too; {given}")
}

fn name_of<R: Read>(entry: &tar::Entry<'_, R>) -> anyhow::Result<String> {
    Ok(entry.path()?.to_str().context("a name that is no text")?.to_owned())
}

fn read_list(entry: impl Read, place: &Path) -> anyhow::Result<BackupList> {
    let mut bytes = Vec::new();
    entry.take(BACKUP_LIST_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(BackupList::decode(&bytes, place)?)
}

/// Saves the archive itself: beside, synced, renamed.
fn pass_on(mut stream: impl Read, dest: &Path) -> anyhow::Result<()> {
    let beside = temporary_path(dest);
    if StdFs.exists(&beside)? {
        StdFs.remove_file(&beside)?;
    }
    let mut file = StdFs.create(&beside)?;
    let mut piece = vec![0; BACKUP_PIECE_BYTES];
    loop {
        match stream.read(&mut piece)? {
            0 => break,
            count => file.append(&piece[..count])?,
        }
    }
    file.sync_data()?;
    StdFs.rename(&beside, dest)?;
    let parent = dest.parent().filter(|parent| !parent.as_os_str().is_empty());
    Ok(StdFs.sync_dir(parent.unwrap_or(Path::new(".")))?)
}

//! Saving an archive as it comes: as a folder, as the archive that it is, or to stdout.

use super::base::Base;
use anyhow::{Context as _, ensure};
use disk::{Fs, StdFs, temporary_path};
use std::collections::HashMap;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tsdb::limits::{BACKUP_LIST_BYTES_MAX, BACKUP_PIECE_BYTES};
use tsdb::{BackupFile, BackupFolder, BackupList, CONTENTS_NAME, LIST_NAME};

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

    /// Saves an archive to its end.
    pub(super) fn save(self, stream: impl Read, base: Option<&Base>) -> anyhow::Result<Unpacked> {
        match self {
            Self::Folder(dest) => unpack(stream, &dest, base.and_then(|base| base.folder.as_deref())),
            Self::Archive(dest) => pass_on(stream, &dest).map(|()| Unpacked::default()),
            Self::Stdout => {
                let mut stream = stream;
                std::io::copy(&mut stream, &mut std::io::stdout().lock())?;
                std::io::stdout().lock().flush()?;
                Ok(Unpacked::default())
            }
        }
    }
}

/// Makes the folder `dest` of an archive; what the archive leaves out comes from the folder `base`.
pub(crate) fn unpack(stream: impl Read, dest: &Path, base: Option<&Path>) -> anyhow::Result<Unpacked> {
    let mut folder = BackupFolder::create(Arc::new(StdFs), dest)?;
    let mut archive = tar::Archive::new(stream);
    let mut entries = archive.entries()?;
    let first = entries.next().context("the archive is empty")??;
    ensure!(name_of(&first)? == CONTENTS_NAME, "the archive does not begin with {CONTENTS_NAME}");
    let list = read_list(first, dest)?;
    let mut wanted: HashMap<&str, &BackupFile> =
        list.files.iter().map(|file| (file.name.as_str(), file)).collect();
    let mut is_complete = false;
    for entry in entries {
        let mut entry = entry?;
        let name = name_of(&entry)?;
        if name == LIST_NAME {
            ensure!(read_list(entry, dest)? == list, "the archive's two lists differ");
            is_complete = true;
            continue;
        }
        let file = wanted.remove(name.as_str()).with_context(|| format!("{name} is not in the list"))?;
        folder.copy(file, &mut entry)?;
    }
    ensure!(is_complete, "the archive ends before its {LIST_NAME}");
    let mut unpacked = Unpacked::default();
    for file in wanted.values() {
        let is_linked = take_from(&mut folder, file, base).with_context(|| needed(&list, base))?;
        *(if is_linked { &mut unpacked.linked } else { &mut unpacked.copied }) += 1;
    }
    unpacked.damaged = list.unreadable.iter().chain(folder.damaged()).cloned().collect();
    folder.finish(&list)?;
    Ok(unpacked)
}

fn take_from(folder: &mut BackupFolder, file: &BackupFile, base: Option<&Path>) -> anyhow::Result<bool> {
    let base = base.with_context(|| format!("{} is not in the archive", file.name))?;
    Ok(folder.link(file, base)?)
}

/// Which other backup an archive needs, and which one it was given.
fn needed(list: &BackupList, base: Option<&Path>) -> String {
    let id = list.base.as_deref().unwrap_or("unknown");
    let given = match base {
        None => "none was given".to_owned(),
        Some(path) => match StdFs.read(&path.join(LIST_NAME)).map(|bytes| BackupList::decode(&bytes, path)) {
            Ok(Ok(given)) => format!("{} is {}", path.display(), given.id),
            _ => format!("{} is no backup", path.display()),
        },
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

//! A backup as a tar archive whose length is known before its first byte.

use std::io::{self, Read, Write};
use tar::{Builder, EntryType, Header};
use tsdb::limits::BACKUP_PIECE_BYTES;
use tsdb::{Backup, BackupFile, CONTENTS_NAME, LIST_NAME};

/// Bytes of a tar block.
const BLOCK: u64 = 512;

/// Bytes of the archive of these files and of the list, which comes first and last.
pub(super) fn length(files: &[BackupFile], list_bytes: usize) -> u64 {
    let entry = |bytes: u64| BLOCK + bytes.div_ceil(BLOCK) * BLOCK;
    files.iter().map(|file| entry(file.bytes)).sum::<u64>() + 2 * entry(list_bytes as u64) + 2 * BLOCK
}

/// Writes the archive: the list, so that a receiver can check what follows; the files; and the list under the
/// name that makes a backup of them.
pub(super) fn write(
    backup: &Backup,
    files: &[BackupFile],
    list: &[u8],
    out: &mut dyn Write,
) -> io::Result<()> {
    let seconds = u64::try_from(backup.list().created_ns / 1_000_000_000).unwrap_or(0);
    let mut builder = Builder::new(out);
    let mut add = |name: &str, bytes: u64, content: &mut dyn Read| {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes);
        header.set_mtime(seconds);
        header.set_mode(0o640);
        builder.append_data(&mut header, name, content)
    };
    add(CONTENTS_NAME, list.len() as u64, &mut &*list)?;
    for file in files {
        let content = FileContent { backup, file, offset: 0 };
        add(&file.name, file.bytes, &mut io::BufReader::with_capacity(BACKUP_PIECE_BYTES, content))?;
    }
    add(LIST_NAME, list.len() as u64, &mut &*list)?;
    builder.finish()
}

/// A file of a backup from its first byte to the length that was announced.
struct FileContent<'a> {
    backup: &'a Backup,
    file: &'a BackupFile,
    offset: u64,
}

impl Read for FileContent<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.file.bytes - self.offset).unwrap_or(usize::MAX);
        let wanted = left.min(buf.len());
        let piece = self.backup.read(self.file, self.offset, wanted).map_err(io::Error::other)?;
        if piece.is_empty() && wanted > 0 {
            let found = format!("{} is shorter than its {} bytes", self.file.name, self.file.bytes);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, found));
        }
        buf[..piece.len()].copy_from_slice(&piece);
        self.offset += piece.len() as u64;
        Ok(piece.len())
    }
}

//! What a backup says of itself: `backup.json`, written last, with its own checksum.
//!
//! ```text
//! {"crc32":"89abcdef","backup":{...}}
//! ```
//!
//! The checksum, eight hexadecimal digits, is that of the bytes of the inner object. The layout is in
//! `docs/format/backup.md`.

use std::path::Path;

use model::Lsn;
use serde::{Deserialize, Serialize};

use super::format::{FORMAT, HEAD_BYTES, PREFIX, SEPARATOR, SUFFIX};
use crate::error::{Error, Result};
use crate::limits::{BACKUP_FILES_MAX, BACKUP_LIST_BYTES_MAX, BACKUP_NAME_BYTES_MAX};

/// What a backup is and which files it has. Complete only with every one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupList {
    /// The format that a reader has to know.
    pub format: u32,
    /// What no other backup is called.
    pub id: String,
    /// When it was begun: ns since 1970-01-01 UTC.
    pub created_ns: i64,
    /// Everything accepted up to this number is in it, and nothing later.
    #[serde(with = "lsn_as_number")]
    pub lsn: Lsn,
    /// The backup that it was made against: a part of the files may be there only.
    pub base: Option<String>,
    /// Every file that a restore needs, the store's MANIFEST included.
    pub files: Vec<BackupFile>,
    /// Segments that could not be read when the backup was made: their points are in no file.
    pub unreadable: Vec<String>,
    /// Files that were copied although their content did not match its checksums.
    pub damaged: Vec<String>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupFile {
    /// Its path below the data directory and below the backup, with `/`.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// What its content comes to.
    pub checksum: Checksum,
}

/// What a file's content comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checksum {
    /// CRC-32 of all its bytes.
    Whole(u32),
    /// Of a segment: the CRC-32 of the checksums of its blocks, as its footer says. To learn it costs nothing,
    /// and a segment of the same name, length and checksum is the same.
    Segment(u32),
}

mod lsn_as_number {
    use model::Lsn;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(lsn: &Lsn, serializer: S) -> Result<S::Ok, S::Error> {
        lsn.0.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Lsn, D::Error> {
        u64::deserialize(deserializer).map(Lsn)
    }
}

impl BackupList {
    /// Bytes of all files together.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).fold(0, u64::saturating_add)
    }

    /// The bytes of `backup.json`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let inner = serde_json::to_vec(self).expect("texts and numbers always have a JSON form");
        let mut bytes = format!("{PREFIX}{:08x}{SEPARATOR}", disk::crc32(&inner)).into_bytes();
        bytes.extend_from_slice(&inner);
        bytes.extend_from_slice(SUFFIX.as_bytes());
        bytes
    }

    /// Reads `backup.json`; `path` is where the bytes come from.
    ///
    /// # Errors
    /// When they are damaged, of a later format, or name a file that no backup has.
    pub fn decode(bytes: &[u8], path: &Path) -> Result<Self> {
        let refuse = |found: &str| Error::NotABackup { path: path.to_path_buf(), found: found.to_owned() };
        if bytes.len() > BACKUP_LIST_BYTES_MAX {
            return Err(refuse("a list beyond its limit"));
        }
        let (crc, inner) = split(bytes).ok_or_else(|| refuse("other bytes than a list of files"))?;
        if disk::crc32(inner) != crc {
            return Err(refuse("a list that does not match its checksum"));
        }
        // A later format may have other fields, so its number is looked at first.
        let later = serde_json::from_slice::<Versioned>(inner).is_ok_and(|version| version.format > FORMAT);
        if later {
            return Err(refuse("a later format; a newer version of this program made it"));
        }
        let list: Self = serde_json::from_slice(inner).map_err(|error| refuse(&error.to_string()))?;
        match list.files.iter().find(|file| !is_sound(&file.name)) {
            Some(file) => Err(refuse(&format!("a file named {:?}", file.name))),
            None if list.files.len() > BACKUP_FILES_MAX => Err(refuse("more files than any store has")),
            None => Ok(list),
        }
    }
}

#[derive(Deserialize)]
struct Versioned {
    format: u32,
}

/// The checksum and the object that it is of.
fn split(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
    let digits = head.strip_prefix(PREFIX.as_bytes())?.strip_suffix(SEPARATOR.as_bytes())?;
    let crc = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    Some((crc, rest.strip_suffix(SUFFIX.as_bytes())?))
}

/// Whether a name stays below the folder that it is joined to.
pub(crate) fn is_sound(name: &str) -> bool {
    let is_part = |part: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(is_plain)
    };
    name.len() <= BACKUP_NAME_BYTES_MAX && name.split('/').all(is_part)
}

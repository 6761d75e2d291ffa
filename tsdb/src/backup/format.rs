//! The numbers and names of a backup; `docs/format/backup.md` says what they mean.

/// The format that is written, and the latest that is read.
pub(crate) const FORMAT: u32 = 1;

/// The name of the list in a backup.
pub const LIST_NAME: &str = "backup.json";

/// The name of the same list where an archive has it first, for who checks what follows.
pub const CONTENTS_NAME: &str = "contents.json";

/// What the list begins with, before the eight digits of its checksum.
pub(crate) const PREFIX: &str = "{\"crc32\":\"";
/// Between the checksum and the object that it is of.
pub(crate) const SEPARATOR: &str = "\",\"backup\":";
/// What the list ends with.
pub(crate) const SUFFIX: &str = "}\n";
/// Bytes before the object.
pub(crate) const HEAD_BYTES: usize = PREFIX.len() + 8 + SEPARATOR.len();

//! The layout of a log file: a header, then frames up to the end or to room that was never used.
//!
//! ```text
//! header   0        8         12         16     24          32         36      40
//!          | magic  | version | reserved | salt | first lsn | reserved | crc32 |
//!
//! frame    0     4       8     16     17             17+len   next multiple of 8
//!          | len | crc32 | lsn | kind | payload       | padding |
//! ```
//!
//! Numbers are little endian. The header's checksum covers the 36 bytes before it; a frame's covers, in this
//! order, payload, len, kind, lsn and the salt of its file, so that the costly part is done before the sequence
//! number and the file are known. `docs/format/log.md` says what the fields mean.

use crate::checksum::{Crc32, crc32};

/// First eight bytes of every log file.
pub(super) const MAGIC: [u8; 8] = *b"VIGIELOG";
/// The one version of this layout.
pub(super) const VERSION: u32 = 1;

const MAGIC_AT: usize = 0;
const VERSION_AT: usize = MAGIC_AT + 8;
const SALT_AT: usize = VERSION_AT + 4 + 4;
pub(super) const FIRST_LSN_AT: usize = SALT_AT + 8;
const HEADER_CRC_AT: usize = FIRST_LSN_AT + 8 + 4;
/// Length of the header.
pub(super) const HEADER_BYTES: usize = HEADER_CRC_AT + 4;

/// Offset of the payload's length, `u32`.
pub(super) const FRAME_LEN_AT: usize = 0;
/// Offset of the checksum, `u32`.
pub(super) const FRAME_CRC_AT: usize = FRAME_LEN_AT + 4;
/// Offset of the sequence number, `u64`.
pub(super) const FRAME_LSN_AT: usize = FRAME_CRC_AT + 4;
/// Offset of the kind, `u8`.
pub(super) const FRAME_KIND_AT: usize = FRAME_LSN_AT + 8;
/// Offset of the payload.
pub(super) const FRAME_PAYLOAD_AT: usize = FRAME_KIND_AT + 1;
/// Frames start at multiples of this.
pub(super) const FRAME_ALIGN: usize = 8;

/// Set in the kind of a frame that was written when all before it in its file was synced.
pub(super) const KIND_SYNCED: u8 = 0x80;
/// Largest kind a caller may use; the smallest is 1, so that zeros are never a frame.
pub(super) const KIND_MAX: u8 = 0x7f;

const _: () = assert!(HEADER_BYTES == 40 && HEADER_BYTES.is_multiple_of(FRAME_ALIGN));

/// Bytes that a frame takes on disk.
pub(super) fn frame_bytes(payload_len: usize) -> usize {
    (FRAME_PAYLOAD_AT + payload_len).next_multiple_of(FRAME_ALIGN)
}

/// A frame's checksum, from its payload's.
pub(super) fn seal(payload_crc: u32, len: u32, kind: u8, lsn: u64, salt: u64) -> u32 {
    let mut rest = [0; 21];
    rest[0..4].copy_from_slice(&len.to_le_bytes());
    rest[4] = kind;
    rest[5..13].copy_from_slice(&lsn.to_le_bytes());
    rest[13..21].copy_from_slice(&salt.to_le_bytes());
    Crc32::resume(payload_crc).update(&rest).finish()
}

/// What a log file says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) salt: u64,
    pub(super) first_lsn: u64,
}

/// Why a header was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HeaderFault {
    /// Not a header, or a damaged one.
    Damaged { offset: u64, expected: String, found: String },
    /// A sound header of another version of this layout.
    Foreign { version: u32 },
}

impl Header {
    pub(super) fn encode(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[MAGIC_AT..VERSION_AT].copy_from_slice(&MAGIC);
        bytes[VERSION_AT..VERSION_AT + 4].copy_from_slice(&VERSION.to_le_bytes());
        bytes[SALT_AT..FIRST_LSN_AT].copy_from_slice(&self.salt.to_le_bytes());
        bytes[FIRST_LSN_AT..FIRST_LSN_AT + 8].copy_from_slice(&self.first_lsn.to_le_bytes());
        let crc = crc32(&bytes[..HEADER_CRC_AT]);
        bytes[HEADER_CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, HeaderFault> {
        let Some(header) = bytes.first_chunk::<HEADER_BYTES>() else {
            let found = format!("{} bytes", bytes.len());
            return Err(damaged(MAGIC_AT, format!("a header of {HEADER_BYTES} bytes"), found));
        };
        if header[..VERSION_AT] != MAGIC {
            return Err(damaged(
                MAGIC_AT,
                format!("{:?}", text(&MAGIC)),
                format!("{:?}", text(&header[..8])),
            ));
        }
        let (stored, actual) = (u32_at(header, HEADER_CRC_AT), crc32(&header[..HEADER_CRC_AT]));
        if stored != actual {
            return Err(damaged(HEADER_CRC_AT, format!("checksum {actual:08x}"), format!("{stored:08x}")));
        }
        match u32_at(header, VERSION_AT) {
            VERSION => Ok(Self { salt: u64_at(header, SALT_AT), first_lsn: u64_at(header, FIRST_LSN_AT) }),
            version => Err(HeaderFault::Foreign { version }),
        }
    }
}

/// The `u32` at `offset`, which the caller has checked to be inside.
pub(super) fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, offset))
}

/// The `u64` at `offset`, which the caller has checked to be inside.
pub(super) fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(array_at(bytes, offset))
}

fn array_at<const N: usize>(bytes: &[u8], offset: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[offset..offset + N]);
    array
}

fn damaged(offset: usize, expected: String, found: String) -> HeaderFault {
    HeaderFault::Damaged { offset: crate::width::offset(offset), expected, found }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

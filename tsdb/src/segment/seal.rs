//! Making the checksums of any bytes fit, so that a fuzzer reaches what is behind them.

use super::format::{
    BLOCK_LEN, CHECKSUM_LEN, FOOTER_LEN, HEADER_CRC, HEADER_LEN, SECTIONS, TRAILER_CRC, TRAILER_LEN,
};
use super::header::read_u64;

/// Offset in the footer of where the checksums begin, and of their own checksum.
const CHECKSUMS_AT: usize = (2 * SECTIONS - 2) * 8;
const CHECKSUMS_CRC_AT: usize = FOOTER_LEN - 8;

/// Writes every checksum of a segment anew. Bytes that are too short to be one stay as they are.
pub(crate) fn seal(file: &mut [u8]) {
    let Some(footer_at) = file.len().checked_sub(TRAILER_LEN + FOOTER_LEN).filter(|at| *at >= HEADER_LEN)
    else {
        return;
    };
    let crc = disk::crc32(&file[..HEADER_CRC]);
    file[HEADER_CRC..HEADER_LEN].copy_from_slice(&crc.to_le_bytes());
    let checksums_at = usize::try_from(read_u64(file, footer_at + CHECKSUMS_AT)).unwrap_or(usize::MAX);
    if checksums_at <= footer_at {
        seal_blocks(&mut file[..footer_at], checksums_at);
        let crc = disk::crc32(&file[checksums_at..footer_at]);
        let at = footer_at + CHECKSUMS_CRC_AT;
        file[at..at + 8].copy_from_slice(&u64::from(crc).to_le_bytes());
    }
    let trailer_at = footer_at + FOOTER_LEN;
    let crc = disk::crc32(&file[footer_at..trailer_at]);
    file[trailer_at + TRAILER_CRC..trailer_at + TRAILER_CRC + 4].copy_from_slice(&crc.to_le_bytes());
}

fn seal_blocks(body: &mut [u8], checksums_at: usize) {
    let (blocks, checksums) = body.split_at_mut(checksums_at);
    for (block, checksum) in blocks.chunks(BLOCK_LEN).zip(checksums.chunks_exact_mut(CHECKSUM_LEN)) {
        checksum.copy_from_slice(&disk::crc32(block).to_le_bytes());
    }
}

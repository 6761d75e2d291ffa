//! A log file as bytes, for those who hand one on instead of writing it.

use super::format::Header;
use super::frame::Frames;

/// The bytes of a file that holds these frames and no room behind them; `salt` and `first_lsn` as for
/// [`Writer::create`](super::Writer::create).
#[must_use]
pub fn image(salt: u64, first_lsn: u64, frames: &mut Frames) -> Vec<u8> {
    let mut bytes = Header { salt, first_lsn }.encode().to_vec();
    bytes.extend_from_slice(frames.sealed(0, salt, true));
    bytes
}

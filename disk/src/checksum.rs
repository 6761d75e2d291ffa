//! CRC-32 (IEEE 802.3, reflected, polynomial 0xEDB88320), as in gzip and Ethernet.
//!
//! Chosen over CRC-32C because the library computes it with carry-less multiplication at memory speed. It finds
//! damage, not malice.

/// The CRC-32 of `bytes`.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// A CRC-32 in progress: for bytes that lie in several places.
#[derive(Debug, Clone)]
pub struct Crc32(crc32fast::Hasher);

impl Crc32 {
    /// Starts from nothing.
    #[must_use]
    pub fn new() -> Self {
        Self(crc32fast::Hasher::new())
    }

    /// Goes on where an earlier checksum ended: `resume(crc32(a))` then `update(b)` is the checksum of `a ‖ b`.
    #[must_use]
    pub fn resume(checksum: u32) -> Self {
        Self(crc32fast::Hasher::new_with_initial(checksum))
    }

    /// Takes in more bytes.
    #[must_use]
    pub fn update(mut self, bytes: &[u8]) -> Self {
        self.0.update(bytes);
        self
    }

    /// The checksum of all bytes taken in.
    #[must_use]
    pub fn finish(self) -> u32 {
        self.0.finalize()
    }
}

impl Default for Crc32 {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Crc32, crc32};

    #[test]
    fn the_check_value_of_the_standard_holds() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_resumed_checksum_equals_the_whole() {
        let resumed = Crc32::resume(crc32(b"12345")).update(b"6789").finish();
        assert_eq!(resumed, crc32(b"123456789"));
    }
}

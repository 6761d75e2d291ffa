//! The numbers of the WAL's records; `docs/format/wal.md` says what each holds.
//!
//! ```text
//! rows      varint definitions | definition ... | run ...
//! run       varint shard | varint shape | varint rows | row ...
//! row       zigzag series - previous | zigzag ts - previous | value of each field of the shape
//! changes   varint changes | change ...
//! ```
//!
//! The salt in the header of a file follows from the run that wrote it, its generation and its number.

/// Points of one write.
pub(crate) const KIND_ROWS: u8 = 1;
/// Changes of the catalog by one statement.
pub(crate) const KIND_CHANGES: u8 = 2;

/// The key of runs whose files say nothing of where they belong.
pub(crate) const KEY_NONE: u64 = 0;
/// Added to a generation before it goes into a salt.
pub(crate) const SALT_GENERATION: u64 = 0x6765_6e65_7261_7469;
/// Added to a file's number before it goes into a salt.
pub(crate) const SALT_NUMBER: u64 = 0x6669_6c65_6e75_6d62;

/// The finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): of two
/// different numbers it makes two different ones.
pub(crate) const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

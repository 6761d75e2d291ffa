//! The numbers of the WAL's records; `docs/format/wal.md` says what each holds.
//!
//! ```text
//! rows      varint definitions | definition ... | run ...
//! run       varint shard | varint shape | varint rows | row ...
//! row       zigzag series - previous | zigzag ts - previous | value of each field of the shape
//! changes   varint changes | change ...
//! ```

/// Points of one write.
pub(crate) const KIND_ROWS: u8 = 1;
/// Changes of the catalog by one statement.
pub(crate) const KIND_CHANGES: u8 = 2;

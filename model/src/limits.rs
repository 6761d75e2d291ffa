//! Every bound of this crate, and whom it protects.

/// Longest measurement plus tags of one line, in bytes. InfluxDB has the same; it keeps an index
/// entry from outgrowing its 16-bit length.
pub const SERIES_BYTES_MAX: usize = 65_535;

/// Longest field or tag key, in bytes.
pub const KEY_BYTES_MAX: usize = 65_535;

/// Longest string field, in bytes; as in InfluxDB 1.8. Protects pages and answers.
pub const STRING_BYTES_MAX: usize = 1 << 20;

/// Longest line, in bytes. Protects the parser's caller from one line that is the whole body.
pub const LINE_BYTES_MAX: usize = 16 << 20;

/// Most fields in one line. Protects the engine's row shapes.
pub const FIELDS_MAX: usize = 16_384;

/// Longest text of one batch, in bytes; its spans are 32 bits wide.
pub const BATCH_BYTES_MAX: usize = 1 << 30;

/// Longest name of a database or retention policy, in bytes: it becomes part of answers and paths.
pub const NAME_BYTES_MAX: usize = 255;

/// How many refused lines one answer spells out; the rest is counted. Protects the answer's size.
pub const REFUSED_LINES_MAX: usize = 100;

/// How many bytes of a refused line the answer repeats. Protects the answer's size.
pub const REFUSED_TEXT_BYTES_MAX: usize = 1_024;

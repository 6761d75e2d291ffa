//! Bounds of the verbs that speak to a server, and whom they protect. Those of an import stand beside it.

/// Longest JSON document of a chunked answer, in bytes. Protects memory from one that has no end.
pub(crate) const DOCUMENT_BYTES_MAX: usize = 256 << 20;

/// Rows of a series that `vigie query` has in memory at a time, and that share the widths of a table's columns.
pub(crate) const PAGE_ROWS: u32 = 1_000;

/// Bytes of an error inside a JSON answer that are told. Protects memory from a text that has no end.
pub(crate) const ERROR_BYTES_MAX: usize = 64 << 10;

//! The bounds of a page, and whom they protect.

/// Most rows in a page. A reader decodes whole pages, so this bounds what one instant costs.
pub(crate) const PAGE_ROWS_MAX: usize = 2048;

/// A page of strings is cut when its text passes this, in bytes. Protects the memory of a reader.
pub(crate) const PAGE_TEXT_BYTES: usize = 1 << 20;

/// Most text in a page, in bytes: the cut above comes after the string that passes it. Protects a reader from a
/// damaged length.
pub(crate) const PAGE_TEXT_BYTES_MAX: usize = PAGE_TEXT_BYTES + model::limits::STRING_BYTES_MAX;

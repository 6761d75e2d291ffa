//! Every bound of the parser, and whom it protects.

/// Longest text of one request, in bytes. Protects memory: a tree is several times its text.
pub const TEXT_BYTES_MAX: usize = 1 << 20;

/// How deep parentheses, calls and subqueries may nest. Protects the parser's stack.
pub const NESTING_MAX: u16 = 64;

/// How high the tree of one expression may grow. Protects the stack of everything that walks it.
/// A chain of `AND` or `OR` is a balanced tree and may have any length.
pub const EXPRESSION_HEIGHT_MAX: u16 = 256;

/// How many regular expressions one text may have. Protects memory: each is compiled, and a short one can
/// compile to megabytes.
pub const PATTERNS_MAX: u16 = 256;

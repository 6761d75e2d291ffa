//! EXPLAIN.

use super::Select;
use std::fmt;

/// `EXPLAIN [ANALYZE] SELECT ...`
#[derive(Debug, Clone, PartialEq)]
pub struct Explain {
    /// Whether the SELECT also runs.
    pub analyze: bool,
    /// What is explained.
    pub select: Box<Select>,
}

impl fmt::Display for Explain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let analyze = if self.analyze { "ANALYZE " } else { "" };
        write!(f, "EXPLAIN {analyze}{}", self.select)
    }
}

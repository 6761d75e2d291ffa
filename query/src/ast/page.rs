//! LIMIT and OFFSET.

use std::fmt;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Page {
    /// At most so many; 0 means all, as in InfluxDB.
    pub limit: u64,
    /// Skip so many first.
    pub offset: u64,
}

impl Page {
    /// Prints ` LIMIT n OFFSET m`, or SLIMIT and SOFFSET with the prefix `S`.
    pub(super) fn write_clause(self, f: &mut fmt::Formatter<'_>, prefix: &str) -> fmt::Result {
        if self.limit > 0 {
            write!(f, " {prefix}LIMIT {}", self.limit)?;
        }
        if self.offset > 0 {
            write!(f, " {prefix}OFFSET {}", self.offset)?;
        }
        Ok(())
    }
}

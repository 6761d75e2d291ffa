//! Thrift: how much less memory a merge takes, after others found too little.

use crate::limits::{
    MERGE_INPUTS_MAX, MERGE_INPUTS_MIN, MERGE_SLICE_BYTES, MERGE_SLICE_BYTES_MIN, MERGE_THRIFT_MAX,
};

/// How often a merge was refused memory. Each time halves its slices and the number of its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Thrift(u32);

impl Thrift {
    /// One refusal more.
    pub(crate) fn more(self) -> Self {
        Self((self.0 + 1).min(MERGE_THRIFT_MAX))
    }

    /// One refusal less.
    pub(crate) const fn less(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// Segments that may be merged at once.
    pub(crate) fn inputs_max(self) -> usize {
        (MERGE_INPUTS_MAX >> self.0).max(2)
    }

    /// Like neighbours from which on a merge is worth it.
    pub(crate) fn inputs_min(self) -> usize {
        MERGE_INPUTS_MIN.min(self.inputs_max())
    }

    /// Bytes of one series that are decoded at a time, of `usual` ones.
    pub(crate) fn slice_bytes(self, usual: usize) -> usize {
        (usual >> self.0).clamp(MERGE_SLICE_BYTES_MIN, MERGE_SLICE_BYTES)
    }
}

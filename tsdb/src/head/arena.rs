//! The rows of one shape in one shard.

use std::sync::Arc;

use model::{FieldType, ValueRef};

use super::block::Block;
use crate::generation::{RowNumber, SeriesId};

/// Full blocks and the open one.
#[derive(Debug)]
pub(crate) struct Arena {
    full: Vec<Arc<Block>>,
    open: Block,
    first_row: RowNumber,
    last_row: RowNumber,
}

impl Arena {
    pub(super) fn new(types: &[FieldType], first_row: RowNumber) -> Self {
        Self { full: Vec::new(), open: Block::new(types), first_row, last_row: first_row }
    }

    /// The memory that it takes without a row.
    pub(super) fn fixed_bytes(&self) -> usize {
        size_of::<Self>() + self.open.columns.len() * size_of::<model::Values>()
    }

    /// The number of its first row.
    pub(super) const fn first_row(&self) -> RowNumber {
        self.first_row
    }

    /// The number of its last row.
    pub(super) const fn last_row(&self) -> RowNumber {
        self.last_row
    }

    /// Adds a row: one value for each column, in their order.
    pub(crate) fn push<'a>(
        &mut self,
        series: SeriesId,
        ts: i64,
        row: RowNumber,
        values: impl Iterator<Item = ValueRef<'a>>,
    ) {
        self.last_row = row;
        self.open.push(series, ts, row, values);
        if self.open.is_full() {
            let empty = self.open.empty_like();
            let block = std::mem::replace(&mut self.open, empty).sorted();
            self.full.push(Arc::new(block));
        }
    }

    /// The full blocks, the oldest first.
    pub(super) fn full(&self) -> &[Arc<Block>] {
        &self.full
    }

    /// The block that grows, in the order of arrival.
    pub(super) const fn open(&self) -> &Block {
        &self.open
    }
}

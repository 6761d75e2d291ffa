//! Which rows of a head are left where tombstones hide some.

use std::collections::HashMap;
use std::sync::Arc;

use super::Head;
use super::block::Block;
use crate::generation::{RowNumber, SeriesId, ShapeId, Tables};
use crate::tombstone::{Hidden, Veil};

impl Head {
    /// Whether a shape has a row with a number lower than `rows` that `veil` does not hide.
    pub(crate) fn has_live(&self, shape: ShapeId, tables: &Tables, rows: RowNumber, veil: &Veil<'_>) -> bool {
        let Some(arena) = self.arenas.get(&shape) else { return false };
        let rows = rows.min(arena.last_row().saturating_add(1));
        if veil.hides_every_series(&self.time, rows) {
            return false;
        }
        let mut known: HashMap<SeriesId, Option<Arc<Hidden>>> = HashMap::new();
        let mut has_live = |block: &Block| {
            (0..block.len()).any(|row| {
                let (series, number) = (block.series[row], block.rows[row]);
                let hidden = known.entry(series).or_insert_with(|| veil.hidden(&tables.key(series).tags()));
                number < rows && hidden.as_ref().is_none_or(|hidden| !hidden.hides(block.times[row], number))
            })
        };
        // The latest rows are those that most likely came after the tombstones.
        has_live(arena.open()) || arena.full().iter().rev().any(|block| has_live(block))
    }
}

//! From a sealed head to what a segment stores: its series in the order of their keys.

use std::ops::Range;
use std::sync::Arc;

use model::{Column, SeriesKey, Values};

use super::Head;
use super::block::Block;
use crate::columns;
use crate::generation::{GenerationData, SeriesId, ShapeId, Tables};
use crate::merge::{NamedPiece, Rank, assemble};
use crate::run::Group;
use crate::tombstone::Hidden;

/// Some rows of one series: where they lie.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Place of the series in the order of keys.
    order: usize,
    arena: usize,
    block: usize,
    start: usize,
    end: usize,
}

/// The series of a head with their groups, in rising order of their keys; `hidden` tells which rows of a series to
/// leave out. Of a series of which nothing is left there is no group.
pub(crate) fn frozen_series<'a>(
    data: &'a GenerationData,
    head: &'a Head,
    mut hidden: impl FnMut(SeriesId) -> Option<Arc<Hidden>> + 'a,
) -> impl Iterator<Item = (&'a SeriesKey, Vec<Group>)> + 'a {
    let tables = &data.tables;
    let series = series_by_key(tables, head);
    let arenas: Vec<(ShapeId, Vec<Arc<Block>>)> = head
        .arenas
        .iter()
        .map(|(shape, arena)| {
            let mut blocks = arena.full().to_vec();
            blocks.push(Arc::new(arena.open().sorted_where(|_, _| true)));
            (*shape, blocks)
        })
        .collect();
    let mut stretches = stretches(tables, &series, &arenas).into_iter().peekable();
    series.into_iter().enumerate().map(move |(order, id)| {
        let mut pieces = Vec::new();
        let hidden = hidden(id);
        while let Some(stretch) = stretches.next_if(|stretch| stretch.order == order) {
            let (shape, blocks) = &arenas[stretch.arena];
            let block = &blocks[stretch.block];
            match &hidden {
                None => pieces.push(piece(tables, *shape, block, stretch.start..stretch.end)),
                Some(hidden) => {
                    let live = live_rows(block, &stretch, hidden);
                    pieces.extend(live.map(|rows| piece(tables, *shape, block, rows)));
                }
            }
        }
        (&tables.series(id).key, assemble(pieces))
    })
}

fn series_by_key(tables: &Tables, head: &Head) -> Vec<SeriesId> {
    let mut series: Vec<SeriesId> = head.present.iter().map(|(series, _)| *series).collect();
    series.sort_unstable_by_key(|id| &tables.series(*id).key);
    series
}

fn stretches(tables: &Tables, series: &[SeriesId], arenas: &[(ShapeId, Vec<Arc<Block>>)]) -> Vec<Stretch> {
    let mut order_of = vec![usize::MAX; tables.series_count()];
    for (order, id) in series.iter().enumerate() {
        order_of[*id as usize] = order;
    }
    let mut stretches = Vec::new();
    for (arena, (_, blocks)) in arenas.iter().enumerate() {
        for (block, rows) in blocks.iter().enumerate() {
            let mut start = 0;
            for same in rows.series.chunk_by(|a, b| a == b) {
                let end = start + same.len();
                stretches.push(Stretch { order: order_of[same[0] as usize], arena, block, start, end });
                start = end;
            }
        }
    }
    stretches.sort_by_key(|stretch| stretch.order);
    stretches
}

/// Neighbouring rows of a stretch that are not hidden. A piece without rows must not come about: fields that were
/// deleted may have another type by now.
fn live_rows<'a>(
    block: &'a Block,
    stretch: &Stretch,
    hidden: &'a Hidden,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut rows = stretch.start..stretch.end;
    let is_live = |row: &usize| !hidden.hides(block.times[*row], block.rows[*row]);
    std::iter::from_fn(move || {
        let start = rows.find(is_live)?;
        let end = rows.find(|row| !is_live(row)).unwrap_or(rows.end);
        Some(start..end)
    })
}

fn piece(tables: &Tables, shape: ShapeId, block: &Block, rows: Range<usize>) -> NamedPiece {
    let (start, end) = (rows.start, rows.end);
    let fields = tables.shape(shape).fields.iter().zip(&block.columns).map(|(field, column)| {
        let field = tables.field(*field);
        let mut values = Values::empty(field.ty);
        columns::append(&mut values, column, start, end);
        (Box::<str>::from(&*field.name), Column::dense(values))
    });
    NamedPiece {
        times: block.times[start..end].to_vec(),
        rank: Rank::Rows(block.rows[start..end].iter().map(|row| u64::from(*row)).collect()),
        fields: fields.collect(),
    }
}

//! From a sealed head to what a segment stores: its series in the order of their keys.

use std::ops::Range;
use std::sync::Arc;

use model::{Column, KeyRef, Values};

use super::Head;
use super::block::Block;
use super::stretches::{Stretch, Stretches};
use crate::columns;
use crate::generation::{GenerationData, SeriesId, Shape, ShapeId, Tables, sort_by_key};
use crate::merge::{NamedPiece, Rank, assemble};
use crate::run::Group;
use crate::tombstone::Hidden;

/// The sorted blocks of a head, those of one shape after another, each with its shape.
type Blocks = Vec<(ShapeId, Arc<Block>)>;

/// The series of a head with their groups, in rising order of their keys; `hidden` tells which rows of a series to
/// leave out. Of a series of which nothing is left there is no group.
pub(crate) fn frozen_series<'a>(
    data: &'a GenerationData,
    head: &'a Head,
    mut hidden: impl FnMut(SeriesId) -> Option<Arc<Hidden>> + 'a,
) -> impl Iterator<Item = (KeyRef<'a>, Vec<Group>)> + 'a {
    let tables = &data.tables;
    let mut series: Vec<SeriesId> = head.present.iter().collect();
    sort_by_key(tables, &mut series);
    let blocks = blocks(head);
    let stretches = Stretches::new(blocks.iter().map(|(_, block)| &**block));
    series.into_iter().map(move |id| {
        let stretches = stretches.of(id);
        let groups = match hidden(id) {
            None => groups(tables, &blocks, stretches, id),
            Some(hidden) => live_groups(tables, &blocks, stretches, id, &hidden),
        };
        (tables.key(id), groups)
    })
}

/// Roughly the memory that [`frozen_series`] takes beside the head.
pub(crate) fn freeze_bytes(head: &Head) -> usize {
    let rows = usize::try_from(head.rows).unwrap_or(usize::MAX);
    let stretches = rows.saturating_mul(size_of::<Stretch>());
    stretches.saturating_add(head.series_count() * 2 * size_of::<(u64, SeriesId)>())
}

fn blocks(head: &Head) -> Blocks {
    let of_arena = |(shape, arena): (&ShapeId, &super::Arena)| {
        let mut blocks: Blocks = arena.full().iter().map(|block| (*shape, block.clone())).collect();
        blocks.push((*shape, Arc::new(arena.open().sorted_where(|_, _| true))));
        blocks
    };
    head.arenas.iter().flat_map(of_arena).collect()
}

fn groups(tables: &Tables, blocks: &Blocks, stretches: &[Stretch], series: SeriesId) -> Vec<Group> {
    in_order(tables, blocks, stretches, series).unwrap_or_else(|| {
        let piece = |stretch: &Stretch| {
            let (shape, block) = &blocks[stretch.block as usize];
            piece(tables, *shape, block, block.rows_of(series, stretch.start as usize))
        };
        assemble(stretches.iter().map(piece).collect())
    })
}

/// One group for each shape, where nothing has to be merged: the rows of each came in the order of their times,
/// and no two shapes have a field in common. That is how most writers write.
fn in_order(tables: &Tables, blocks: &Blocks, stretches: &[Stretch], series: SeriesId) -> Option<Vec<Group>> {
    let shape_of = |stretch: &Stretch| blocks[stretch.block as usize].0;
    let mut groups: Vec<Group> = Vec::with_capacity(1);
    for same in stretches.chunk_by(|a, b| shape_of(a) == shape_of(b)) {
        let shape = tables.shape(shape_of(same.first()?));
        if !groups.is_empty() && has_common_field(tables, shape, &groups) {
            return None;
        }
        groups.push(group(tables, shape, blocks, same, series)?);
    }
    Some(groups)
}

fn has_common_field(tables: &Tables, shape: &Shape, groups: &[Group]) -> bool {
    let mut names = groups.iter().flat_map(|group| &group.fields).map(|(name, _)| &**name);
    names.any(|name| shape.fields.iter().any(|field| *tables.field(*field).name == *name))
}

/// The rows of one shape; none if they are not in the order of their times.
fn group(
    tables: &Tables,
    shape: &Shape,
    blocks: &Blocks,
    stretches: &[Stretch],
    series: SeriesId,
) -> Option<Group> {
    let mut times: Vec<i64> = Vec::with_capacity(stretches.len());
    let mut columns: Vec<Values> =
        shape.fields.iter().map(|field| Values::empty(tables.field(*field).ty)).collect();
    for stretch in stretches {
        let block = &blocks[stretch.block as usize].1;
        let Range { start, end } = block.rows_of(series, stretch.start as usize);
        let rows = &block.times[start..end];
        if times.last().is_some_and(|last| *last >= rows[0]) || !rows.is_sorted_by(|a, b| a < b) {
            return None;
        }
        times.extend_from_slice(rows);
        for (to, from) in columns.iter_mut().zip(&block.columns) {
            columns::append(to, from, start, end);
        }
    }
    let names = shape.fields.iter().map(|field| Box::<str>::from(&*tables.field(*field).name));
    Some(Group { times, fields: names.zip(columns.into_iter().map(Column::dense)).collect() })
}

/// The groups of a series of which some rows are hidden.
fn live_groups(
    tables: &Tables,
    blocks: &Blocks,
    stretches: &[Stretch],
    series: SeriesId,
    hidden: &Hidden,
) -> Vec<Group> {
    let mut pieces = Vec::new();
    for stretch in stretches {
        let (shape, block) = &blocks[stretch.block as usize];
        let live = live_rows(block, block.rows_of(series, stretch.start as usize), hidden);
        pieces.extend(live.map(|rows| piece(tables, *shape, block, rows)));
    }
    assemble(pieces)
}

/// Neighbouring rows of a stretch that are not hidden. A piece without rows must not come about: fields that were
/// deleted may have another type by now.
fn live_rows<'a>(
    block: &'a Block,
    mut rows: Range<usize>,
    hidden: &'a Hidden,
) -> impl Iterator<Item = Range<usize>> + 'a {
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

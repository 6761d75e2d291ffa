//! Putting rows of one series together: by time, and of two values for one field the later write.
//!
//! Head blocks and segments overlap freely. What they hold of a series comes here as [`Piece`]s, each with
//! its rank among the writes; out come rows with strictly rising times. A scan, a freeze and a compaction
//! all go through [`merge`], so that they cannot disagree.

mod assemble;

use model::{Column, ColumnBatch, FieldType};

pub(crate) use assemble::{NamedPiece, assemble};

use crate::columns;

/// Rows of one series from one source, by time.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) times: Vec<i64>,
    pub(crate) rank: Rank,
    /// The columns that are here, each with its place in the result. All are as long as `times`.
    pub(crate) columns: Vec<(usize, Column)>,
}

/// Which of two values for one field and instant was written later: the one of higher rank.
#[derive(Debug)]
pub(crate) enum Rank {
    /// All rows have this one; their times rise strictly.
    Run(u64),
    /// Each row has its own; rows of equal time are in rising rank.
    Rows(Vec<u64>),
}

impl Rank {
    fn of(&self, row: usize) -> u64 {
        match self {
            Self::Run(rank) => *rank,
            Self::Rows(ranks) => ranks[row],
        }
    }
}

impl Piece {
    fn rises_strictly(&self) -> bool {
        matches!(self.rank, Rank::Run(_)) || self.times.is_sorted_by(|a, b| a < b)
    }
}

/// Merges pieces into rows with one column for each of `types`. Rows without any value are left out.
pub(crate) fn merge(mut pieces: Vec<Piece>, types: &[FieldType]) -> ColumnBatch {
    pieces.retain(|piece| !piece.times.is_empty() && !piece.columns.is_empty());
    pieces.sort_by_key(|piece| piece.times[0]);
    let apart = pieces.windows(2).all(|pair| pair[0].times.last() < pair[1].times.first());
    let merged = if apart && pieces.iter().all(Piece::rises_strictly) {
        concatenate(pieces, types)
    } else {
        interleave(&pieces, types)
    };
    without_empty_rows(merged)
}

/// Pieces that do not overlap in time follow each other.
fn concatenate(mut pieces: Vec<Piece>, types: &[FieldType]) -> ColumnBatch {
    if pieces.len() == 1 {
        return whole(pieces.remove(0), types);
    }
    let mut out =
        ColumnBatch { times: Vec::new(), columns: types.iter().map(|ty| Column::empty(*ty)).collect() };
    for piece in pieces {
        let rows = piece.times.len();
        out.times.extend_from_slice(&piece.times);
        for (place, column) in &piece.columns {
            columns::append_column(&mut out.columns[*place], column, 0, rows);
        }
        let total = out.times.len();
        for column in &mut out.columns {
            (column.len()..total).for_each(|_| column.push(None));
        }
    }
    out
}

fn whole(piece: Piece, types: &[FieldType]) -> ColumnBatch {
    let rows = piece.times.len();
    let mut columns: Vec<Option<Column>> = vec![None; types.len()];
    for (place, column) in piece.columns {
        columns[place] = Some(column);
    }
    let columns = columns.into_iter().zip(types);
    let columns = columns.map(|(column, ty)| column.unwrap_or_else(|| Column::nulls(*ty, rows))).collect();
    ColumnBatch { times: piece.times, columns }
}

/// Where a row lies, in the order of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    ts: i64,
    rank: u64,
    piece: usize,
    row: usize,
}

fn interleave(pieces: &[Piece], types: &[FieldType]) -> ColumnBatch {
    let mut places = Vec::with_capacity(pieces.iter().map(|piece| piece.times.len()).sum());
    for (index, piece) in pieces.iter().enumerate() {
        let rows = piece.times.iter().enumerate();
        places.extend(rows.map(|(row, ts)| Place { ts: *ts, rank: piece.rank.of(row), piece: index, row }));
    }
    places.sort_unstable();
    let mut out =
        ColumnBatch { times: Vec::new(), columns: types.iter().map(|ty| Column::empty(*ty)).collect() };
    let mut winners: Vec<Option<(usize, usize, usize)>> = vec![None; types.len()];
    for instant in places.chunk_by(|a, b| a.ts == b.ts) {
        winners.fill(None);
        for place in instant {
            for (index, (field, column)) in pieces[place.piece].columns.iter().enumerate() {
                if column.is_valid(place.row) {
                    winners[*field] = Some((place.piece, index, place.row));
                }
            }
        }
        out.times.push(instant[0].ts);
        for (column, winner) in out.columns.iter_mut().zip(&winners) {
            column.push(winner.and_then(|(piece, index, row)| pieces[piece].columns[index].1.get(row)));
        }
    }
    out
}

fn without_empty_rows(batch: ColumnBatch) -> ColumnBatch {
    if batch.columns.iter().any(|column| column.valid_count() == column.len()) {
        return batch;
    }
    let rows = 0..batch.times.len();
    let kept: Vec<usize> =
        rows.filter(|row| batch.columns.iter().any(|column| column.is_valid(*row))).collect();
    if kept.len() == batch.times.len() {
        return batch;
    }
    let mut out = ColumnBatch {
        times: kept.iter().map(|row| batch.times[*row]).collect(),
        columns: batch.columns.iter().map(|column| Column::empty(column.field_type())).collect(),
    };
    for (to, from) in out.columns.iter_mut().zip(&batch.columns) {
        kept.iter().for_each(|row| to.push(from.get(*row)));
    }
    out
}

#[cfg(test)]
mod tests;

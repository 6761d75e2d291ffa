//! Reading one series in one window.

use model::{Column, ColumnBatch, TimeRange};

use super::plan::{Plan, ShardPlan};
use crate::columns;
use crate::error::Result;
use crate::generation::RowNumber;
use crate::merge::{Piece, Rank, merge};
use crate::snapshot::{Local, Matched};

/// The rows of a series in a window, by rising time.
pub(super) fn read(plan: &Plan, series: &Matched, number: usize, time: &TimeRange) -> Result<ColumnBatch> {
    let shard = &plan.shards[number];
    let mut pieces = Vec::new();
    for (place, hidden) in series.places_in(number) {
        match place {
            Local::Segment { segment, chunk, .. } => {
                let Some(held) = &shard.segments[*segment] else { continue };
                let reader = held.reader()?;
                let names: Vec<&str> = plan.names.iter().map(|name| &**name).collect();
                let live = hidden.map_or(*time, |hidden| hidden.live(time, RowNumber::MAX));
                for group in reader.read(*chunk, live, &names)? {
                    let group = if let Some(hidden) = hidden { group.without(hidden) } else { group };
                    let fields = group.fields.into_iter();
                    let columns = fields
                        .filter_map(|(name, column)| {
                            let place = *plan.places.get(&*name)?;
                            Some((place, column))
                        })
                        .collect();
                    pieces.push(Piece { times: group.times, rank: Rank::Run(*segment as u64), columns });
                }
            }
            Local::Head { generation, series, .. } => {
                let Some(head) = &shard.heads[*generation] else { continue };
                head.pieces(*series, time, hidden, head_rank(shard, *generation), &mut pieces);
            }
        }
    }
    let pieces = pieces.into_iter().map(|piece| typed(piece, plan)).collect();
    Ok(merge(pieces, &plan.types()))
}

/// Every row of a head was written later than every segment, and than every older generation.
const fn head_rank(shard: &ShardPlan, generation: usize) -> u64 {
    (shard.segments.len() as u64 + 1 + generation as u64) << 32
}

/// The columns of the answer out of those of the names, cast where that is possible.
fn typed(piece: Piece, plan: &Plan) -> Piece {
    let Piece { times, rank, columns } = piece;
    let mut by_name: Vec<Option<&Column>> = vec![None; plan.names.len()];
    for (name, column) in &columns {
        by_name[*name] = Some(column);
    }
    let typed = plan
        .columns
        .iter()
        .enumerate()
        .filter_map(|(place, (name, ty))| Some((place, columns::cast(by_name[*name]?, *ty)?)));
    let columns = typed.collect();
    Piece { times, rank, columns }
}

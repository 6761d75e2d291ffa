//! The series of a snapshot that have a row left where tombstones hide some.

use std::collections::HashMap;

use model::{SeriesRequest, TimeRange};

use super::Snapshot;
use super::series::{Found, Local, each_place};
use crate::error::Result;
use crate::head::HeadView;

/// Gives the places of the series that are asked for and have a row there, at whatever time: as long as nothing is
/// deleted a place in which part of the time lies that is asked for lists all of its series, and what a delete has
/// emptied goes out of the list at once, not when it is carried out.
pub(super) fn each_live(
    snapshot: &Snapshot,
    request: &SeriesRequest,
    mut take: impl FnMut(Found) -> Result<()>,
) -> Result<()> {
    let shards: Vec<_> = snapshot.shards().collect();
    let mut partly_hidden = Vec::new();
    let each = |found: Found| {
        let Some(hidden) = &found.hidden else { return take(found) };
        match found.place {
            Local::Segment { shard, segment, chunk } => {
                let reader = shards[shard].segments[segment].reader()?;
                if reader.has_live(chunk, hidden)? { take(found) } else { Ok(()) }
            }
            // Under the lock of the head's generation, which is needed once more.
            Local::Head { .. } => {
                partly_hidden.push(found);
                Ok(())
            }
        }
    };
    each_place(snapshot, request, &TimeRange::ALL, each)?;
    let mut heads = HashMap::new();
    for found in partly_hidden {
        let Local::Head { shard, generation, series } = found.place else { continue };
        let view = heads
            .entry((shard, generation))
            .or_insert_with(|| head_view(snapshot, shards[shard].info.id, generation, &request.measurement));
        let is_live = found
            .hidden
            .as_ref()
            .is_none_or(|hidden| view.as_ref().is_some_and(|view: &HeadView| view.has_live(series, hidden)));
        if is_live {
            take(found)?;
        }
    }
    Ok(())
}

fn head_view(snapshot: &Snapshot, shard: u64, generation: usize, measurement: &str) -> Option<HeadView> {
    let (generation, rows) = &snapshot.generations()[generation];
    let data = generation.data.read();
    let (head, measurement) = data.heads.get(&shard).zip(data.tables.measurement_id(measurement))?;
    let mut view = HeadView::rows_of(head, &data.tables, measurement, *rows);
    let series = head.series_count();
    drop(data);
    view.prepare(series);
    Some(view)
}

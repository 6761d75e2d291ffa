//! Which stretches of a series statistics can tell, and what is left to be read.

use std::collections::VecDeque;
use std::sync::Arc;

use model::{FieldRequest, FieldSummary, SummaryBatch, SummaryRequest, TimeRange};

use super::plan::{Plan, ShardPlan};
use crate::error::Result;
use crate::segment::{ChunkId, OpenChunk, SegmentReader, Stretches, WantedField};
use crate::snapshot::{Local, Matched};
use crate::tombstone::Hidden;

/// Tells what it can of the series in `parts` of shards, and gives back the parts that must be read.
pub(super) fn tell(
    plan: &Plan,
    series: &Matched,
    request: &SummaryRequest,
    parts: Vec<(usize, TimeRange)>,
    told: &mut VecDeque<SummaryBatch>,
) -> Result<Vec<(usize, TimeRange)>> {
    let wanted: Vec<WantedField<'_>> = request.scan.fields.iter().zip(&request.kinds).map(field).collect();
    let mut left = Vec::with_capacity(parts.len());
    for (number, time) in parts {
        let found = of_shard(
            &plan.shards[number],
            &series.places_in(number).collect::<Vec<_>>(),
            request,
            &wanted,
            time,
        )?;
        let mut start = time.start;
        let mut skip = |gap_end: i64, next: i64| {
            if start < gap_end {
                left.push((number, TimeRange::new(start, gap_end)));
            }
            start = next;
        };
        let mut ranges: Vec<TimeRange> = found.iter().flat_map(|of| &of.ranges).copied().collect();
        ranges.sort_unstable_by_key(|range| range.start);
        for range in ranges {
            skip(range.start, range.end);
        }
        skip(time.end, time.end);
        told.extend(found.into_iter().map(|Stretches { ranges, fields }| SummaryBatch {
            tags: series.tags.clone(),
            stretches: ranges,
            fields,
        }));
    }
    Ok(left)
}

/// Roughly the memory that a batch takes: a series of many years has a stretch for each of its hours.
pub(super) fn bytes(batch: &SummaryBatch) -> usize {
    let of_field = |field: &FieldSummary| {
        let picked = [&field.min, &field.max, &field.first, &field.last].into_iter().flatten().count();
        let columns = 1 + usize::from(field.sums.is_some()) + 2 * picked;
        columns * size_of::<u64>() * field.counts.len()
    };
    size_of::<TimeRange>() * batch.stretches.len() + batch.fields.iter().map(of_field).sum::<usize>()
}

fn field<'a>((request, kinds): (&'a FieldRequest, &model::SummaryKinds)) -> WantedField<'a> {
    WantedField { name: &request.name, ty: request.ty, kinds: *kinds }
}

/// The stretches that the segments of a shard can tell. One in which another segment or a head may have rows of the
/// series is not told: of two values for one instant only one counts. Nor is one in which rows may be deleted.
fn of_shard(
    shard: &ShardPlan,
    places: &[(&Local, Option<&Hidden>)],
    request: &SummaryRequest,
    wanted: &[WantedField<'_>],
    time: TimeRange,
) -> Result<Vec<Stretches>> {
    let mut readers: Vec<(Arc<SegmentReader>, ChunkId, Option<&Hidden>)> = Vec::new();
    for (place, hidden) in places {
        if let Local::Segment { segment, chunk, .. } = place
            && let Some(held) = &shard.segments[*segment]
        {
            readers.push((held.reader()?, *chunk, *hidden));
        }
    }
    let chunks = readers.iter().map(|(reader, chunk, hidden)| Ok((reader.open_chunk(*chunk)?, *hidden)));
    let chunks = chunks.collect::<Result<Vec<(OpenChunk<'_>, Option<&Hidden>)>>>()?;
    let in_heads = |range: &TimeRange| {
        places.iter().any(|(place, _)| match place {
            Local::Head { generation, series, .. } => {
                shard.heads[*generation].as_ref().is_some_and(|head| head.may_hold(*series, range))
            }
            Local::Segment { .. } => false,
        })
    };
    let mut found = Vec::new();
    for (number, (chunk, hidden)) in chunks.iter().enumerate() {
        let is_alone = |range: TimeRange| {
            let others = chunks.iter().enumerate().filter(|(other, _)| *other != number);
            !others.into_iter().any(|(_, (other, _))| other.may_hold(range)) && !in_heads(&range)
        };
        let is_touched = |range: TimeRange| hidden.is_some_and(|hidden| hidden.touches(&range));
        let usable = |range: TimeRange| {
            time.intersect(&range) == range
                && request.is_in_one_window(range)
                && !is_touched(range)
                && is_alone(range)
        };
        found.extend(chunk.stretches(wanted, request.times, usable)?);
    }
    Ok(found)
}

//! Which segments of a shard to merge, and where to cut the result.
//!
//! * *Like neighbours*: four or more segments that follow each other in the order of writes and are of like size
//!   become one, so that a write is rewritten once per factor of four.
//! * *Crowded*: where very many overlap, those that cost least, whatever their sizes.
//! * *Past*: a partition whose end is past and into which nothing came for a while ends as one segment, or few.
//! * *Deleted from*: what holds many deleted rows, or some for long, is rewritten by itself when nothing else is due, to
//!   give back the space.
//!
//! A freeze leaves one segment per shard, *wide* if it spans partitions. Merging cuts it, one result per
//! partition, unless the pieces would be small: a backfill over ten years would else leave a file per day.
//!
//! Invariant: two segments that share an instant have ranges of LSNs that do not touch. So the one with the
//! higher range is the later write for every row. A choice that would break this is not made.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use model::{Lsn, TimeRange};

use super::{Partitions, Thrift};
use crate::limits::{MERGE_BYTES_MAX, PARTITION_GRACE, SEGMENTS_ALIKE_MAX};
use crate::manifest::SegmentInfo;

/// Segments below this are of one size: what a freeze of a few minutes leaves. Pieces below it are not cut.
const SMALL_BYTES: u64 = 1 << 20;

/// Segments differ in size by less than this factor if they are alike: merging unlike ones rewrites the
/// larger for the sake of the smaller.
const LIKE_FACTOR: u64 = 4;

/// A past partition is rewritten once more if that adds at least this part to its largest segment, as a divisor:
/// a point that comes late must not rewrite gigabytes.
const PAST_FACTOR: u64 = 16;

/// A segment of a shard, as the plan sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub(crate) info: SegmentInfo,
    /// Whether it must be left alone for now, as after damage in it was found.
    pub(crate) is_barred: bool,
    /// Whether it is there for so long that its neighbourhood counts as quiet.
    pub(crate) is_rested: bool,
    /// Whether it holds rows that were deleted, and is worth rewriting for them by itself.
    pub(crate) is_deleted_from: bool,
}

/// Segments to merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Their places among the members.
    pub(crate) inputs: Vec<usize>,
    /// The time of each result.
    pub(crate) outputs: Vec<TimeRange>,
    /// Whether queries suffer so much that it should be done as fast as possible.
    pub(crate) is_urgent: bool,
}

/// What to do next in a shard whose segments are `members`, in the order of their last LSNs. Pure.
pub(crate) fn plan(
    members: &[Member],
    partitions: &Partitions,
    now_ns: i64,
    thrift: Thrift,
) -> Option<Choice> {
    if members.len() < 2 && !members.iter().any(|member| member.is_deleted_from) {
        return None;
    }
    let scene = Scene::new(members, partitions, now_ns, thrift);
    let lanes: Vec<Vec<usize>> = (0..partitions.count()).map(|partition| scene.lane(partition)).collect();
    scene
        .like_neighbours(&scene.loose())
        .or_else(|| lanes.iter().find_map(|lane| scene.like_neighbours(lane)))
        .or_else(|| lanes.iter().find_map(|lane| scene.crowded(lane)))
        .or_else(|| (0..).zip(&lanes).find_map(|(partition, lane)| scene.past(partition, lane)))
        .or_else(|| scene.deleted_from())
}

/// The most segments that any instant may be in.
pub(crate) fn crowd<'a>(segments: impl Iterator<Item = &'a SegmentInfo>, partitions: &Partitions) -> usize {
    let mut counts = vec![0; partitions.count()];
    for segment in segments {
        partitions.touched(&segment.time).for_each(|partition| counts[partition] += 1);
    }
    counts.into_iter().max().unwrap_or(0)
}

struct Scene<'a> {
    members: &'a [Member],
    partitions: &'a Partitions,
    /// The partitions that each member touches.
    touched: Vec<RangeInclusive<usize>>,
    now_ns: i64,
    thrift: Thrift,
}

impl<'a> Scene<'a> {
    fn new(members: &'a [Member], partitions: &'a Partitions, now_ns: i64, thrift: Thrift) -> Self {
        let touched = members.iter().map(|member| partitions.touched(&member.info.time)).collect();
        Self { members, partitions, touched, now_ns, thrift }
    }

    fn info(&self, place: usize) -> &SegmentInfo {
        &self.members[place].info
    }

    fn width(&self, place: usize) -> u64 {
        (self.touched[place].end() - self.touched[place].start() + 1) as u64
    }

    fn is_loose(&self, place: usize) -> bool {
        self.width(place) > 1 || self.info(place).bytes < SMALL_BYTES
    }

    /// The segments that have not found their partition yet, or are too small to have one.
    fn loose(&self) -> Vec<usize> {
        let places = 0..self.members.len();
        places.filter(|place| self.is_loose(*place) && !self.members[*place].is_barred).collect()
    }

    /// The segments that touch a partition.
    fn lane(&self, partition: usize) -> Vec<usize> {
        let places = 0..self.members.len();
        let is_in = |place: &usize| self.touched[*place].contains(&partition);
        places.filter(|place| is_in(place) && !self.members[*place].is_barred).collect()
    }

    fn like_neighbours(&self, list: &[usize]) -> Option<Choice> {
        (0..list.len()).find_map(|start| {
            let longest = self.run_len(&list[start..]);
            (self.thrift.inputs_min()..=longest).rev().find_map(|len| self.choice(&list[start..start + len]))
        })
    }

    /// How many segments from the first one on are of like size and small enough together.
    fn run_len(&self, list: &[usize]) -> usize {
        let (mut least, mut most, mut total) = (u64::MAX, 0, 0_u64);
        let fits = |place: &&usize| {
            let share = (self.info(**place).bytes / self.width(**place)).max(SMALL_BYTES);
            (least, most) = (least.min(share), most.max(share));
            total += self.info(**place).bytes;
            most < least * LIKE_FACTOR && total <= MERGE_BYTES_MAX
        };
        list.iter().take(self.thrift.inputs_max()).take_while(fits).count()
    }

    fn crowded(&self, lane: &[usize]) -> Option<Choice> {
        if lane.len() <= SEGMENTS_ALIKE_MAX {
            return None;
        }
        let mut windows: Vec<&[usize]> = lane.windows(self.thrift.inputs_min()).collect();
        windows.sort_by_key(|window| self.bytes(window));
        windows.into_iter().find_map(|window| self.choice(window))
    }

    fn past(&self, partition: usize, lane: &[usize]) -> Option<Choice> {
        if !self.is_past(partition) {
            return None;
        }
        let is_quiet = |place: &usize| {
            self.members[*place].is_rested && self.touched[*place].clone().all(|other| self.is_past(other))
        };
        let quiet: Vec<usize> = lane.iter().copied().filter(is_quiet).collect();
        let longest = quiet.len().min(self.thrift.inputs_max());
        let mut runs = (2..=longest).rev().flat_map(|len| quiet.windows(len));
        runs.find_map(|run| self.is_worth(run).then(|| self.choice(run)).flatten())
    }

    /// The smallest one first: on a full disk there is room for its result, and then for that of a larger one.
    fn deleted_from(&self) -> Option<Choice> {
        let is_due = |place: &usize| {
            let member = &self.members[*place];
            member.is_deleted_from && !member.is_barred
        };
        let place = (0..self.members.len()).filter(is_due).min_by_key(|place| self.info(*place).bytes)?;
        self.choice(&[place])
    }

    fn is_past(&self, partition: usize) -> bool {
        let grace = i64::try_from(PARTITION_GRACE.as_nanos()).unwrap_or(i64::MAX);
        self.partitions.end(partition).saturating_add(grace) <= self.now_ns
    }

    fn is_worth(&self, run: &[usize]) -> bool {
        let largest = run.iter().map(|place| self.info(*place).bytes).max().unwrap_or(0);
        largest <= (self.bytes(run) - largest).saturating_mul(PAST_FACTOR)
    }

    fn bytes(&self, places: &[usize]) -> u64 {
        places.iter().map(|place| self.info(*place).bytes).sum()
    }

    /// Merging these, if that is allowed.
    fn choice(&self, inputs: &[usize]) -> Option<Choice> {
        if inputs.len() > 1 && self.bytes(inputs) > MERGE_BYTES_MAX {
            return None;
        }
        let partitions: BTreeSet<usize> =
            inputs.iter().flat_map(|place| self.touched[*place].clone()).collect();
        let pieces_are_small = self.bytes(inputs) < SMALL_BYTES * partitions.len() as u64;
        let is_whole = pieces_are_small && inputs.iter().all(|place| self.is_loose(*place));
        let outputs: Vec<TimeRange> = if partitions.len() == 1 || is_whole {
            vec![TimeRange::ALL]
        } else {
            partitions.iter().map(|partition| self.partitions.time(*partition)).collect()
        };
        let is_urgent = partitions.iter().any(|partition| self.lane(*partition).len() > SEGMENTS_ALIKE_MAX);
        let is_sound = outputs.iter().all(|output| self.is_sound(inputs, output));
        is_sound.then(|| Choice { inputs: inputs.to_vec(), outputs, is_urgent })
    }

    /// Whether what the inputs have in `output` may become one segment: no other that shares its time was
    /// written between them.
    fn is_sound(&self, inputs: &[usize], output: &TimeRange) -> bool {
        let (mut time, mut first, mut last) = (TimeRange::new(i64::MAX, i64::MIN), Lsn(u64::MAX), Lsn(0));
        for info in inputs.iter().map(|place| self.info(*place)) {
            let part = info.time.intersect(output);
            if !part.is_empty() {
                time = TimeRange::new(time.start.min(part.start), time.end.max(part.end));
                (first, last) = (first.min(info.lsn_start), last.max(info.lsn_end));
            }
        }
        (0..self.members.len()).filter(|place| !inputs.contains(place)).all(|place| {
            let other = self.info(place);
            !other.time.overlaps(&time) || other.lsn_end < first || other.lsn_start > last
        })
    }
}

#[cfg(test)]
mod tests;

//! Which segments of a shard to merge.

use std::ops::Range;

use crate::limits::{MERGE_BYTES_MAX, MERGE_INPUTS_MAX, MERGE_INPUTS_MIN, SEGMENTS_ALIKE_MAX};
use crate::manifest::SegmentInfo;

/// Segments below this are of one size: what a freeze of a few minutes leaves.
const SMALL_BYTES: u64 = 1 << 20;

/// Segments differ in size by less than this factor if they are alike: merging unlike ones rewrites the
/// larger for the sake of the smaller.
const LIKE_FACTOR: u64 = 4;

/// The first run of neighbours, in the order of writes, that is long enough and of like size; of very many
/// segments, those that cost least.
pub(crate) fn plan(segments: &[SegmentInfo]) -> Option<Range<usize>> {
    (0..segments.len())
        .map(|start| start..start + run_len(&segments[start..]))
        .find(|range| range.len() >= MERGE_INPUTS_MIN)
        .or_else(|| if segments.len() > SEGMENTS_ALIKE_MAX { least(segments) } else { None })
}

/// The neighbours with the fewest bytes, unless even these are too large to be touched.
fn least(segments: &[SegmentInfo]) -> Option<Range<usize>> {
    let windows = segments.windows(MERGE_INPUTS_MIN).enumerate();
    let sums =
        windows.map(|(start, window)| (window.iter().map(|segment| segment.bytes).sum::<u64>(), start));
    let (bytes, start) = sums.min()?;
    (bytes <= MERGE_BYTES_MAX).then_some(start..start + MERGE_INPUTS_MIN)
}

/// How many segments from the first one on are of like size and small enough together.
fn run_len(segments: &[SegmentInfo]) -> usize {
    let (mut least, mut most, mut total) = (u64::MAX, 0, 0_u64);
    let fits = |segment: &&SegmentInfo| {
        let bytes = segment.bytes.max(SMALL_BYTES);
        (least, most, total) = (least.min(bytes), most.max(bytes), total + bytes);
        most < least * LIKE_FACTOR && total <= MERGE_BYTES_MAX
    };
    segments.iter().take(MERGE_INPUTS_MAX).take_while(fits).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Lsn, TimeRange};

    fn check(sizes: &[u64], expected: &Option<Range<usize>>) {
        let segments: Vec<SegmentInfo> = sizes
            .iter()
            .enumerate()
            .map(|(index, bytes)| SegmentInfo {
                id: index as u64,
                shard: 0,
                lsn_start: Lsn(index as u64),
                lsn_end: Lsn(index as u64),
                time: TimeRange::new(0, 1),
                rows: 1,
                values: 1,
                series: 1,
                bytes: *bytes,
                settled: Lsn(index as u64),
            })
            .collect();
        assert_eq!(plan(&segments), *expected, "{sizes:?}");
    }

    #[test]
    fn four_neighbours_of_like_size_are_merged() {
        const MIB: u64 = 1 << 20;
        check(&[], &None);
        check(&[1, 2, 3], &None);
        check(&[1, 2, 3, 4], &Some(0..4));
        check(&[100 * MIB, 1, 2, 3, 4, 5], &Some(1..6));
        check(&[100 * MIB, 90 * MIB, 80 * MIB, 1, 2, 3], &None);
        check(&[100 * MIB, 90 * MIB, 80 * MIB, 70 * MIB, 2, 3], &Some(0..4));
        check(&[1500 * MIB, 1400 * MIB, 1300 * MIB, 1200 * MIB], &None);
        check(&[1; 40], &Some(0..MERGE_INPUTS_MAX));
    }

    #[test]
    fn sizes_that_alternate_are_merged_when_there_are_very_many() {
        const MIB: u64 = 1 << 20;
        let sizes: Vec<u64> = (0..25).map(|number| if number % 2 == 0 { 20 * MIB } else { MIB }).collect();
        check(&sizes[..24], &None);
        check(&sizes, &Some(0..4));
        check(&[1500 * MIB; 30], &None);
    }
}

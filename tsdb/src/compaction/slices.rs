//! Slices: a series that is too large for memory is merged piece of time by piece of time.

use model::TimeRange;

use crate::segment::Extent;

/// A piece of time, and roughly the bytes that its rows take when decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) time: TimeRange,
    pub(crate) bytes: usize,
}

/// Cuts `time` so that the rows of each piece come to about `bytes_max`. Pages that reach over a cut count to the
/// piece in which they begin.
pub(crate) fn slices(time: TimeRange, extents: &[Extent], bytes_max: usize) -> Vec<Slice> {
    let total = extents.iter().map(|extent| extent.bytes).sum();
    if total <= bytes_max {
        return vec![Slice { time, bytes: total }];
    }
    let mut parts: Vec<(i64, usize)> = extents.iter().flat_map(|extent| parts(extent, bytes_max)).collect();
    parts.sort_unstable();
    let mut slices = Vec::new();
    let (mut start, mut bytes) = (time.start, 0);
    for (at, more) in parts {
        if bytes > 0 && bytes + more > bytes_max && at > start && at < time.end {
            slices.push(Slice { time: TimeRange::new(start, at), bytes });
            (start, bytes) = (at, 0);
        }
        bytes += more;
    }
    slices.push(Slice { time: TimeRange::new(start, time.end), bytes });
    slices
}

/// A page as it is, or one that is too large by itself in even parts.
fn parts(extent: &Extent, bytes_max: usize) -> impl Iterator<Item = (i64, usize)> {
    let count = extent.bytes.div_ceil(bytes_max.max(1)).max(1);
    let (start, span) = (i128::from(extent.start), i128::from(extent.end) - i128::from(extent.start));
    let bytes = extent.bytes / count;
    (0..count).map(move |part| {
        let at = start + span * part as i128 / count as i128;
        (i64::try_from(at).unwrap_or(i64::MAX), bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pages: &[(i64, i64, usize)], bytes_max: usize, expected: &[(i64, i64)]) {
        let extents: Vec<Extent> = pages
            .iter()
            .map(|(start, end, bytes)| Extent { start: *start, end: *end, bytes: *bytes })
            .collect();
        let found = slices(TimeRange::new(0, 1000), &extents, bytes_max);
        let times: Vec<(i64, i64)> = found.iter().map(|slice| (slice.time.start, slice.time.end)).collect();
        assert_eq!(times, expected, "{pages:?}");
    }

    #[test]
    fn a_series_is_cut_where_pages_begin_and_large_pages_are_cut_within() {
        check(&[], 10, &[(0, 1000)]);
        check(&[(0, 100, 5), (100, 200, 5)], 10, &[(0, 1000)]);
        check(&[(0, 100, 5), (100, 200, 5), (200, 300, 5)], 10, &[(0, 200), (200, 1000)]);
        check(&[(0, 300, 8), (0, 300, 8)], 10, &[(0, 1000)]);
        check(&[(0, 300, 30)], 10, &[(0, 100), (100, 200), (200, 1000)]);
    }
}

//! Which rows of one series are hidden: ranges of time, each up to a row number.

use std::collections::BinaryHeap;

use model::TimeRange;

use crate::generation::RowNumber;

/// Hides the rows inside `time` whose number is lower than `below`. Rows of segments count as row 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cover {
    pub(crate) time: TimeRange,
    pub(crate) below: RowNumber,
}

/// Covers that do not overlap, by rising time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hidden(Box<[Cover]>);

impl Hidden {
    /// What covers hide together; nothing if there are none.
    pub(crate) fn new(mut covers: Vec<Cover>) -> Option<Self> {
        covers.retain(|cover| cover.below > 0 && !cover.time.is_empty());
        if covers.len() > 1 {
            covers = disjoint(covers);
        }
        (!covers.is_empty()).then(|| Self(covers.into_boxed_slice()))
    }

    /// Whether the row with this number at `ts` is hidden.
    pub(crate) fn hides(&self, ts: i64, row: RowNumber) -> bool {
        self.cover_at(ts).is_some_and(|cover| row < cover.below)
    }

    /// Whether anything inside `time` may be hidden.
    pub(crate) fn touches(&self, time: &TimeRange) -> bool {
        let next = self.0.partition_point(|cover| cover.time.end <= time.start);
        self.0.get(next).is_some_and(|cover| cover.time.overlaps(time))
    }

    /// Whether every row inside `time` with a number lower than `rows` is hidden.
    pub(crate) fn hides_all(&self, time: &TimeRange, rows: RowNumber) -> bool {
        self.live(time, rows).is_empty()
    }

    /// The part of `time` outside of which each row with a number lower than `rows` is hidden.
    pub(crate) fn live(&self, time: &TimeRange, rows: RowNumber) -> TimeRange {
        let mut live = *time;
        while !live.is_empty()
            && let Some(cover) = self.cover_at(live.start).filter(|cover| cover.below >= rows)
        {
            live.start = cover.time.end;
        }
        while !live.is_empty()
            && let Some(cover) = self.cover_at(live.end - 1).filter(|cover| cover.below >= rows)
        {
            live.end = cover.time.start;
        }
        live
    }

    fn cover_at(&self, ts: i64) -> Option<&Cover> {
        let next = self.0.partition_point(|cover| cover.time.end <= ts);
        self.0.get(next).filter(|cover| cover.time.contains(ts))
    }
}

/// Cuts time where a cover begins or ends; of several covers of one piece the one that hides most counts.
fn disjoint(mut covers: Vec<Cover>) -> Vec<Cover> {
    covers.sort_by_key(|cover| cover.time.start);
    let mut cuts: Vec<i64> = covers.iter().flat_map(|cover| [cover.time.start, cover.time.end]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut begin = covers.iter().peekable();
    let mut open: BinaryHeap<(RowNumber, i64)> = BinaryHeap::new();
    let mut out: Vec<Cover> = Vec::with_capacity(covers.len());
    for cut in cuts.windows(2) {
        let time = TimeRange::new(cut[0], cut[1]);
        while let Some(cover) = begin.next_if(|cover| cover.time.start <= time.start) {
            open.push((cover.below, cover.time.end));
        }
        while open.peek().is_some_and(|(_, end)| *end <= time.start) {
            open.pop();
        }
        let Some((below, _)) = open.peek().copied() else { continue };
        match out.last_mut() {
            Some(last) if last.time.end == time.start && last.below == below => last.time.end = time.end,
            _ => out.push(Cover { time, below }),
        }
    }
    out
}

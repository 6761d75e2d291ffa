//! What of each segment was deleted, as far as it was looked at: which tombstones hide rows of it, and how many.
//!
//! Each pair of a tombstone and a segment is judged once, by the segment's postings and the index of its pages: no
//! page is decoded. A tombstone that hides nothing of a segment is not kept by it, whatever other ones wait for.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Lsn;

use crate::error::Result;
use crate::limits::{JUDGED_SERIES_MAX, RECLAIM_BYTES_SMALL, RECLAIM_DELETES, RECLAIM_ROWS_DIVISOR};
use crate::manifest::SegmentInfo;
use crate::segment::{ChunkId, SegmentReader};
use crate::tombstone::Tombstone;

/// What was deleted of one segment.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    /// Up to which LSN tombstones were judged.
    judged: Lsn,
    /// The tombstones that hide rows of it, and roughly how many rows each.
    hiding: BTreeMap<Lsn, u64>,
    /// The monotonic time from which on even a few deleted rows are worth rewriting it.
    due: Duration,
    /// Why tombstones could not be judged at the last look.
    pub(super) unread: Option<String>,
}

impl Verdict {
    /// Of a segment in which tombstones were carried out up to `settled`.
    pub(super) fn new(settled: Lsn) -> Self {
        Self { judged: settled, hiding: BTreeMap::new(), due: Duration::ZERO, unread: None }
    }

    pub(super) const fn judged(&self) -> Lsn {
        self.judged
    }

    /// Takes in that every tombstone up to `lsn` was judged.
    pub(super) fn judged_to(&mut self, lsn: Lsn) {
        self.judged = self.judged.max(lsn);
    }

    /// Takes in how many rows a tombstone hides, and from when on even a few are worth it.
    pub(super) fn note(&mut self, tombstone: Lsn, rows: u64, due: Duration) {
        if rows > 0 {
            self.due = if self.hiding.is_empty() { due } else { self.due.min(due) };
            self.hiding.insert(tombstone, rows);
        }
        self.judged_to(tombstone);
    }

    /// Keeps those tombstones for which `is_there` holds.
    pub(super) fn retain(&mut self, is_there: impl Fn(&Lsn) -> bool) {
        self.hiding.retain(|lsn, _| is_there(lsn));
    }

    /// The tombstones that hide rows.
    pub(super) fn hiding(&self) -> impl Iterator<Item = Lsn> + '_ {
        self.hiding.keys().copied()
    }

    pub(super) fn hiding_count(&self) -> usize {
        self.hiding.len()
    }

    /// Whether what was deleted is worth rewriting the segment.
    pub(super) fn is_due(&self, info: &SegmentInfo, now: Duration) -> bool {
        let rows: u64 = self.hiding.values().fold(0, |sum, rows| sum.saturating_add(*rows));
        rows > 0
            && (info.bytes <= RECLAIM_BYTES_SMALL
                || rows.saturating_mul(RECLAIM_ROWS_DIVISOR) >= info.rows
                || self.hiding.len() >= RECLAIM_DELETES
                || now >= self.due)
    }
}

/// Roughly how many rows of a segment a tombstone of its database hides; 0 only if it hides none.
///
/// # Errors
/// When the segment is damaged.
pub(super) fn rows_hidden(
    tombstone: &Tombstone,
    policy: u64,
    info: &SegmentInfo,
    reader: &SegmentReader,
) -> Result<u64> {
    let mut rows: u64 = 0;
    for measurement in reader.measurements().filter(|name| tombstone.concerns(policy, name)) {
        let chunks = reader.chunks(measurement, &tombstone.tags)?;
        if chunks.len() > JUDGED_SERIES_MAX {
            rows = rows.saturating_add(estimate(chunks.len(), tombstone, info));
            continue;
        }
        for chunk in chunks.iter().map(ChunkId) {
            rows = rows.saturating_add(reader.open_chunk(chunk)?.rows_near(tombstone.time));
        }
    }
    Ok(rows)
}

/// The share of so many series of the rows, in the share of its time.
fn estimate(series: u64, tombstone: &Tombstone, info: &SegmentInfo) -> u64 {
    let length = |time: &model::TimeRange| u128::from(time.end.abs_diff(time.start)).max(1);
    let of_series = u128::from(info.rows) * u128::from(series) / u128::from(info.series.max(1));
    let rows = of_series * length(&tombstone.time.intersect(&info.time)) / length(&info.time);
    u64::try_from(rows).unwrap_or(u64::MAX).max(1)
}

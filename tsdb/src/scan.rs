//! A scan: from the series that pass to batches of rows in the wanted order.
//!
//! Groups come one after another. Inside a group, a *bundle* of series (one, or all of the group when rows
//! are wanted by time) is read shard by shard and window by window: what lies in memory at a time is what
//! one window decodes. The width of a window follows the number of rows that the one before gave.

mod emit;
mod plan;
mod read;
mod summarise;
mod windows;

use std::collections::VecDeque;

use model::{
    ColumnBatch, Lease, ScanBatch, ScanOrder, ScanRequest, Share, SummaryBatch, SummaryPart, SummaryRequest,
};

use crate::error::{Error, Result};
use crate::snapshot::Snapshot;
use plan::Plan;
use windows::Windows;

/// A scan under way.
#[derive(Debug)]
pub struct Scan {
    request: ScanRequest,
    plan: Plan,
    group: usize,
    /// The first series of the bundle within the group.
    bundle: usize,
    /// Rows that each series of the bundle gave.
    given: Vec<usize>,
    /// What is left of the bundle; none before it is begun.
    windows: Option<Windows>,
    ready: VecDeque<ScanBatch>,
    /// How values may be told by what they come to.
    summaries: Option<SummaryRequest>,
    /// What the rows come to that will not be read.
    told: VecDeque<SummaryBatch>,
    /// For what lies in `ready` and `told`.
    lease: Lease,
}

/// A scan that tells by statistics what it can, and gives the rows of the rest.
///
/// Statistics stand for a stretch of time only if one segment alone has rows of the series there.
#[derive(Debug)]
pub struct SummaryScan(Scan);

impl SummaryScan {
    pub(crate) fn new(snapshot: &Snapshot, request: &SummaryRequest) -> Result<Self> {
        let mut scan = Scan::new(snapshot, request.scan.clone())?;
        scan.summaries = Some(request.clone());
        Ok(Self(scan))
    }

    /// More of the answer, or nothing when there is no more. All parts of a group come one after another.
    ///
    /// # Errors
    /// When a page is damaged, the budget has no room, or the reader gave up.
    pub fn next_part(&mut self) -> Result<Option<SummaryPart>> {
        loop {
            if self.0.request.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            if let Some(told) = self.0.told.pop_front() {
                return Ok(Some(SummaryPart::Summaries(told)));
            }
            if let Some(batch) = self.0.ready.pop_front() {
                return Ok(Some(SummaryPart::Rows(batch)));
            }
            if !self.0.advance()? {
                return Ok(None);
            }
        }
    }
}

impl Scan {
    pub(crate) fn new(snapshot: &Snapshot, request: ScanRequest) -> Result<Self> {
        let plan = Plan::new(snapshot, &request)?;
        let lease = request.budget.lease(Share::Query, 0)?;
        Ok(Self {
            request,
            plan,
            group: 0,
            bundle: 0,
            given: Vec::new(),
            windows: None,
            ready: VecDeque::new(),
            summaries: None,
            told: VecDeque::new(),
            lease,
        })
    }

    /// The next rows, or nothing when there are no more.
    ///
    /// # Errors
    /// When a page is damaged, the budget has no room, or the reader gave up.
    pub fn next_batch(&mut self) -> Result<Option<ScanBatch>> {
        loop {
            if self.request.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            if let Some(batch) = self.ready.pop_front() {
                return Ok(Some(batch));
            }
            if !self.advance()? {
                return Ok(None);
            }
        }
    }

    /// Reads one more window; false when everything was read.
    fn advance(&mut self) -> Result<bool> {
        self.lease.shrink_to(0);
        let Some(group) = self.plan.groups.get(self.group) else { return Ok(false) };
        let bundle_len = match self.request.order {
            ScanOrder::BySeries => 1,
            ScanOrder::ByTime => group.series.len(),
        };
        if self.bundle >= group.series.len() {
            (self.group, self.bundle) = (self.group + 1, 0);
            return Ok(true);
        }
        let series = &group.series[self.bundle..self.bundle + bundle_len];
        if self.windows.is_none() {
            self.given = vec![0; bundle_len];
            let parts = Windows::parts(&self.plan, series);
            let parts = match (&self.summaries, series) {
                (Some(request), [one]) => summarise::tell(&self.plan, one, request, parts, &mut self.told)?,
                _ => parts,
            };
            self.lease.grow(self.told.iter().map(summarise::bytes).sum())?;
            self.windows = Some(Windows::new(&self.plan, series, &self.request, parts));
        }
        let is_satisfied = self.is_satisfied();
        let window = self.windows.as_mut().filter(|_| !is_satisfied).and_then(Windows::next);
        let Some((shard, time)) = window else {
            self.windows = None;
            self.bundle += bundle_len;
            return Ok(true);
        };
        let mut columns = Vec::with_capacity(bundle_len);
        for one in series {
            let rows = read::read(&self.plan, one, shard, &time)?;
            if let Err(over) = self.lease.grow(2 * rows.bytes()) {
                let seen = columns.iter().map(ColumnBatch::len).sum::<usize>() + rows.len();
                let windows = self.windows.as_mut();
                let comes_again = windows.is_some_and(|windows| windows.give_back(shard, time, seen));
                return if comes_again { Ok(true) } else { Err(over.into()) };
            }
            columns.push(rows);
        }
        for (given, rows) in self.given.iter_mut().zip(&columns) {
            *given += rows.len();
        }
        let rows = columns.iter().map(ColumnBatch::len).sum();
        if let Some(windows) = self.windows.as_mut() {
            windows.learn(rows);
        }
        emit::emit(series, columns, self.request.direction, &mut self.ready);
        Ok(true)
    }

    /// Whether the reader has as many rows of each series as it wants.
    fn is_satisfied(&self) -> bool {
        self.request.series_rows_max.is_some_and(|max| self.given.iter().all(|given| *given >= max))
    }
}

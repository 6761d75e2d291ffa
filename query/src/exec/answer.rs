//! The outermost SELECT's rows on their way to the sink: the order of series, the header of each, and the limits of one answer.

use super::columns::slice;
use super::rows::{Group, Taker, is_same};
use crate::limits::SINK_ROWS_MAX;
use crate::statement::Select;
use crate::{Context, Error, Result, RowSink, SeriesHeader};
use model::{Column, Lease, Share, Values};
use std::sync::Arc;

/// Passes rows on to a sink.
pub(crate) struct Answer<'a> {
    context: &'a Context<'a>,
    select: &'a Select,
    sink: &'a mut dyn RowSink,
    columns: Arc<[String]>,
    current: Option<Arc<Group>>,
    /// Series shown so far.
    series: usize,
    rows: usize,
    /// What has to wait until all groups are known, because they are shown in reverse.
    held: Vec<Held>,
    lease: Lease,
}

struct Held {
    group: Arc<Group>,
    parts: Vec<Vec<Column>>,
}

impl<'a> Answer<'a> {
    /// An answer that has not begun.
    pub(crate) fn new(
        context: &'a Context<'a>,
        select: &'a Select,
        sink: &'a mut dyn RowSink,
    ) -> Result<Self> {
        let names = select.outputs.iter().map(|output| output.name.clone());
        Ok(Self {
            context,
            select,
            sink,
            columns: std::iter::once(select.time_column.clone()).chain(names).collect(),
            current: None,
            series: 0,
            rows: 0,
            held: Vec::new(),
            lease: context.budget.lease(Share::Result, 0)?,
        })
    }

    /// Shows what was held back.
    pub(crate) fn finish(mut self) -> Result<()> {
        let held = std::mem::take(&mut self.held);
        for Held { group, parts } in held.into_iter().rev() {
            for part in parts {
                self.show(&group, &part)?;
            }
        }
        Ok(())
    }

    /// Newest first turns the series around too. A single group needs no turning.
    fn is_reversed(&self) -> bool {
        !(self.select.ascending || self.select.is_one_group())
    }

    fn hold(&mut self, group: &Arc<Group>, part: Vec<Column>) -> Result<()> {
        self.lease.grow(part.iter().map(Column::bytes).sum())?;
        match self.held.last_mut().filter(|held| is_same(&held.group, group)) {
            Some(held) => held.parts.push(part),
            None => self.held.push(Held { group: Arc::clone(group), parts: vec![part] }),
        }
        Ok(())
    }

    fn show(&mut self, group: &Arc<Group>, part: &[Column]) -> Result<()> {
        if !self.current.as_ref().is_some_and(|current| is_same(current, group)) {
            self.enter(group)?;
        }
        let len = part.first().map_or(0, Column::len);
        if len == 0 {
            return Ok(());
        }
        self.rows += len;
        let limit = self.context.limits.rows_max;
        if self.rows > limit {
            return Err(Error::Rows { limit });
        }
        if len <= SINK_ROWS_MAX {
            return Ok(self.sink.rows(part)?);
        }
        for start in (0..len).step_by(SINK_ROWS_MAX) {
            if self.context.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let rows = start..len.min(start + SINK_ROWS_MAX);
            let piece: Vec<Column> = part.iter().map(|column| slice(column, rows.clone())).collect();
            self.sink.rows(&piece)?;
        }
        Ok(())
    }

    fn enter(&mut self, group: &Arc<Group>) -> Result<()> {
        self.current = Some(Arc::clone(group));
        self.series += 1;
        let limit = self.context.limits.series_max;
        if self.series > limit {
            return Err(Error::Series { series: self.series, limit });
        }
        let mut tags = group.tags.clone();
        tags.sort();
        Ok(self.sink.series(&SeriesHeader {
            name: Some(Arc::clone(&group.name)),
            tags,
            columns: Arc::clone(&self.columns),
            has_time: true,
            zone: self.select.window.zone.clone(),
        })?)
    }
}

impl Taker for Answer<'_> {
    fn take(&mut self, group: &Arc<Group>, times: &[i64], columns: Vec<Column>) -> Result<()> {
        let mut part = Vec::with_capacity(columns.len() + 1);
        part.push(Column::dense(Values::Integer(times.to_vec())));
        part.extend(columns);
        if self.is_reversed() { self.hold(group, part) } else { self.show(group, &part) }
    }
}

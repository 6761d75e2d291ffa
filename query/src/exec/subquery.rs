//! The rows of a SELECT as the source of another one.
//!
//! The inner SELECT runs to its end first, its rows leased from the budget. It groups by the tags of
//! the outer one before its own, so that the groups of the outer one come in one piece. Within
//! them rows are in the order of time, unless the inner one reduces its whole range at once: those stay
//! in the order of the inner groups, as InfluxDB shows them.

use super::columns::{append, cast_to, gather};
use super::eval::{Slots, truths};
use super::rows::{Chunk, Group, Rows, Taker, is_same};
use super::select::{Range, run_within};
use super::union::by_time;
use crate::statement::{Input, Select, Subquery, SubqueryColumn};
use crate::{Context, Result};
use model::{Column, FieldType, Lease, MAX_TIME, MIN_TIME, Share, Values};
use std::collections::VecDeque;
use std::sync::Arc;

/// The rows of a subquery as inputs of the outer SELECT.
pub(crate) struct SubqueryRows {
    chunks: VecDeque<Chunk>,
    _lease: Lease,
}

/// Runs the inner SELECT.
///
/// It reads what the outer one reads, buckets before its range included, and no more than the outermost
/// one's range.
pub(crate) fn open(
    context: &Context<'_>,
    outer: &Select,
    subquery: &Subquery,
    range: Range,
) -> Result<SubqueryRows> {
    let mut collected =
        Collected { outer, subquery, chunks: VecDeque::new(), lease: context.budget.lease(Share::Query, 0)? };
    let mut inner = subquery.select.clone();
    inner.window.first = inner.bounds.first.unwrap_or(MIN_TIME).max(range.wanted.first);
    inner.window.last = inner.bounds.last.unwrap_or(MAX_TIME).min(range.wanted.last);
    if inner.window.interval > 0 && inner.window.last == MAX_TIME {
        inner.window.last = context.now_ns;
    }
    run_within(context, &inner, range.mapped, &mut collected)?;
    let Collected { mut chunks, lease, .. } = collected;
    if inner.runs_in_time() {
        chunks = chunks.iter().map(|chunk| by_time(chunk, inner.ascending)).collect();
    }
    Ok(SubqueryRows { chunks, _lease: lease })
}

impl Rows for SubqueryRows {
    fn next(&mut self) -> Result<Option<Chunk>> {
        Ok(self.chunks.pop_front())
    }
}

struct Collected<'a> {
    outer: &'a Select,
    subquery: &'a Subquery,
    chunks: VecDeque<Chunk>,
    lease: Lease,
}

impl Taker for Collected<'_> {
    fn take(&mut self, group: &Arc<Group>, times: &[i64], columns: Vec<Column>) -> Result<()> {
        let extra = self.subquery.residual.iter().flat_map(|residual| &residual.inputs);
        let inputs = self.outer.inputs.iter().chain(extra);
        let mut mapped: Vec<Column> = inputs
            .zip(&self.subquery.columns)
            .map(|(input, place)| input_column(input, place, group, &columns, times.len()))
            .collect();
        let keep = self.subquery.residual.as_ref().map(|residual| {
            truths(&residual.condition, Slots { inputs: &mapped, calls: &[], len: times.len() })
        });
        mapped.truncate(self.outer.inputs.len());
        let rows: Vec<usize> =
            (0..times.len()).filter(|row| keep.as_ref().is_none_or(|keep| keep[*row])).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let chunk = Chunk {
            group: Arc::new(group.by(&self.outer.grouping)),
            times: rows.iter().map(|row| times[*row]).collect(),
            columns: mapped.iter().map(|column| gather(column, &rows)).collect(),
        };
        self.lease.grow(chunk.bytes())?;
        self.push(chunk);
        Ok(())
    }
}

impl Collected<'_> {
    /// Rows of a group that is already there go to its end.
    fn push(&mut self, chunk: Chunk) {
        match self.chunks.back_mut().filter(|last| is_same(&last.group, &chunk.group)) {
            Some(last) => {
                last.times.extend(&chunk.times);
                last.columns.iter_mut().zip(&chunk.columns).for_each(|(all, more)| append(all, more));
            }
            None => self.chunks.push_back(chunk),
        }
    }
}

fn input_column(
    input: &Input,
    place: &SubqueryColumn,
    group: &Group,
    columns: &[Column],
    len: usize,
) -> Column {
    let ty = input.field_type().unwrap_or(FieldType::Float);
    match place {
        SubqueryColumn::Output(index) => match columns.get(*index) {
            Some(column) => cast_to(column, ty),
            None => Column::nulls(ty, len),
        },
        SubqueryColumn::Tag(key) => Column::dense(Values::String((0..len).map(|_| group.tag(key)).collect())),
        SubqueryColumn::Missing => Column::nulls(ty, len),
    }
}

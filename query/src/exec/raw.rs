//! SELECT without calls: rows as they are, with LIMIT, OFFSET and the fill option applied per group.

use super::columns::{filler, gather};
use super::eval::{Slots, eval};
use super::rows::{Chunk, Group, Rows, Taker, is_same};
use crate::Result;
use crate::ast::Fill;
use crate::functions::Number;
use crate::statement::Select;
use model::{Column, FieldType, FieldValue, ValueRef};
use std::sync::Arc;

/// Shows every row of `rows`.
pub(crate) fn run(select: &Select, rows: &mut dyn Rows, taker: &mut dyn Taker) -> Result<()> {
    let mut state = State { select, group: None, seen: 0, held: Vec::new() };
    while let Some(chunk) = rows.next()? {
        state.enter(&chunk.group);
        if let Some((times, inputs)) = state.page(chunk) {
            let inputs = state.filled(inputs);
            let slots = Slots { inputs: &inputs, calls: &[], len: times.len() };
            let columns =
                select.outputs.iter().map(|output| eval(&output.scalar, slots).into_owned()).collect();
            if let Some(group) = &state.group {
                taker.take(group, &times, columns)?;
            }
        }
        if state.is_done() {
            break;
        }
    }
    Ok(())
}

struct State<'a> {
    select: &'a Select,
    group: Option<Arc<Group>>,
    /// How many rows of the group came.
    seen: u64,
    /// What `fill(previous)` shows.
    held: Vec<Option<FieldValue>>,
}

impl State<'_> {
    fn enter(&mut self, group: &Arc<Group>) {
        if !self.group.as_ref().is_some_and(|current| is_same(current, group)) {
            self.group = Some(Arc::clone(group));
            self.seen = 0;
            self.held = vec![None; self.select.inputs.len()];
        }
    }

    /// Whether no row that may still come is wanted: the page is full and there is only one group.
    fn is_done(&self) -> bool {
        let rows = self.select.rows;
        let is_full = rows.limit > 0 && self.seen >= rows.limit.saturating_add(rows.offset);
        is_full && self.select.is_one_group()
    }

    /// The rows of the chunk that LIMIT and OFFSET leave.
    fn page(&mut self, chunk: Chunk) -> Option<(Vec<i64>, Vec<Column>)> {
        let rows = self.select.rows;
        let len = chunk.times.len() as u64;
        let start = rows.offset.saturating_sub(self.seen).min(len);
        let end = match rows.limit {
            0 => len,
            limit => rows.offset.saturating_add(limit).saturating_sub(self.seen).min(len),
        };
        self.seen += len;
        if start >= end {
            return None;
        }
        if start == 0 && end == len {
            return Some((chunk.times, chunk.columns));
        }
        let rows: Vec<usize> = (start..end).filter_map(|row| usize::try_from(row).ok()).collect();
        let times = rows.iter().map(|row| chunk.times[*row]).collect();
        Some((times, chunk.columns.iter().map(|column| gather(column, &rows)).collect()))
    }

    fn filled(&mut self, columns: Vec<Column>) -> Vec<Column> {
        match self.select.fill {
            Fill::Integer(number) => {
                columns.iter().map(|column| numbered(column, number.to_float())).collect()
            }
            Fill::Float(number) => columns.iter().map(|column| numbered(column, number)).collect(),
            Fill::Previous => {
                columns.iter().zip(&mut self.held).map(|(column, held)| carried(column, held)).collect()
            }
            Fill::Null | Fill::None | Fill::Linear => columns,
        }
    }
}

fn numbered(column: &Column, number: f64) -> Column {
    let filler = filler(number, column.field_type());
    replaced(column, |_| Some(filler.clone()))
}

fn carried(column: &Column, held: &mut Option<FieldValue>) -> Column {
    let mut shown = Column::empty(column.field_type());
    for value in column.iter() {
        if let Some(value) = value {
            *held = Some(value.to_owned());
        }
        shown.push(held.as_ref().map(FieldValue::as_ref));
    }
    shown
}

fn replaced(column: &Column, by: impl Fn(FieldType) -> Option<FieldValue>) -> Column {
    let mut shown = Column::empty(column.field_type());
    let filler = by(column.field_type());
    for value in column.iter() {
        let value: Option<ValueRef<'_>> = value.or(filler.as_ref().map(FieldValue::as_ref));
        shown.push(value);
    }
    shown
}

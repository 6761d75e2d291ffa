//! The order of rows of several series at one instant: by the texts that they show, column by column
//! in the order of their names, up to the first column that is no text; then by series. Newest first
//! turns ties around too.

use super::columns::{append, gather};
use super::rows::{Chunk, Rows, is_same};
use crate::Result;
use model::{Column, ValueRef};
use std::cmp::Ordering;

/// Rows whose ties are in order.
pub(crate) struct Ties<'a> {
    rows: Box<dyn Rows + 'a>,
    /// The columns that decide.
    columns: Vec<usize>,
    ascending: bool,
    held: Option<Chunk>,
}

impl<'a> Ties<'a> {
    /// Orders ties by the leading texts among `columns`.
    pub(crate) fn new(rows: Box<dyn Rows + 'a>, columns: Vec<usize>, ascending: bool) -> Self {
        Self { rows, columns, ascending, held: None }
    }

    fn sort(&self, chunk: Chunk) -> Chunk {
        if chunk.times.windows(2).all(|pair| pair[0] != pair[1]) {
            return chunk;
        }
        let mut order: Vec<usize> = (0..chunk.times.len()).collect();
        for run in order.chunk_by_mut(|a, b| chunk.times[*a] == chunk.times[*b]) {
            if !self.ascending {
                run.reverse();
            }
            run.sort_by(|a, b| {
                let by_text = texts(&chunk.columns, &self.columns, *a, *b);
                if self.ascending { by_text } else { by_text.reverse() }
            });
        }
        Chunk {
            group: chunk.group,
            times: chunk.times,
            columns: chunk.columns.iter().map(|column| gather(column, &order)).collect(),
        }
    }
}

fn texts(columns: &[Column], deciding: &[usize], a: usize, b: usize) -> Ordering {
    for index in deciding {
        match (columns[*index].get(a), columns[*index].get(b)) {
            (Some(ValueRef::String(x)), Some(ValueRef::String(y))) if x == y => {}
            (Some(ValueRef::String(x)), Some(ValueRef::String(y))) => return x.cmp(y),
            _ => return Ordering::Equal,
        }
    }
    Ordering::Equal
}

impl Rows for Ties<'_> {
    fn next(&mut self) -> Result<Option<Chunk>> {
        let mut held = match self.held.take() {
            Some(held) => held,
            None => match self.rows.next()? {
                Some(chunk) => chunk,
                None => return Ok(None),
            },
        };
        while let Some(next) = self.rows.next()? {
            let goes_on = is_same(&held.group, &next.group) && held.times.last() == next.times.first();
            if !goes_on {
                self.held = Some(next);
                break;
            }
            held.times.extend(&next.times);
            held.columns.iter_mut().zip(&next.columns).for_each(|(column, more)| append(column, more));
        }
        Ok(Some(self.sort(held)))
    }
}

//! A list of texts on its way to the sink: in pieces, while it is made.

use super::header;
use crate::ast::Page;
use crate::limits::SINK_ROWS_MAX;
use crate::{Context, Error, Result, RowSink};
use model::{Column, StringColumn, Values};

/// One series of texts: the rows that LIMIT and OFFSET leave of those that are pushed.
pub(super) struct Listing<'a> {
    context: &'a Context<'a>,
    sink: &'a mut dyn RowSink,
    name: Option<&'a str>,
    titles: &'a [&'a str],
    /// What the sink has not got yet.
    columns: Vec<StringColumn>,
    rows: usize,
    /// Rows that OFFSET leaves out from here on.
    to_skip: u64,
    /// Rows that LIMIT lets through from here on.
    to_give: u64,
    is_begun: bool,
}

impl<'a> Listing<'a> {
    /// An empty list.
    pub(super) fn new(
        context: &'a Context<'a>,
        sink: &'a mut dyn RowSink,
        name: Option<&'a str>,
        titles: &'a [&'a str],
        page: Page,
    ) -> Self {
        let columns = titles.iter().map(|_| StringColumn::default()).collect();
        let to_give = if page.limit == 0 { u64::MAX } else { page.limit };
        let (rows, to_skip, is_begun) = (0, page.offset, false);
        Self { context, sink, name, titles, columns, rows, to_skip, to_give, is_begun }
    }

    /// Whether LIMIT is reached: what is pushed from here on goes nowhere.
    pub(super) const fn is_full(&self) -> bool {
        self.to_give == 0
    }

    /// Adds a row: one text for each column.
    ///
    /// # Errors
    /// When the reader gave up, or the sink refuses.
    pub(super) fn push(&mut self, row: &[&str]) -> Result<()> {
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return if self.context.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) };
        }
        if self.is_full() {
            return Ok(());
        }
        self.to_give -= 1;
        self.rows += 1;
        self.columns.iter_mut().zip(row).for_each(|(column, text)| column.push(text));
        if self.rows >= SINK_ROWS_MAX { self.flush() } else { Ok(()) }
    }

    /// Gives the rest to the sink, which learns nothing of a list without rows.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub(super) fn finish(mut self) -> Result<()> {
        if self.rows > 0 { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        if self.context.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        if !std::mem::replace(&mut self.is_begun, true) {
            self.sink.series(&header(self.name, self.titles))?;
        }
        self.rows = 0;
        let full = self.columns.iter_mut().map(std::mem::take);
        let columns: Vec<Column> = full.map(|texts| Column::dense(Values::String(texts))).collect();
        Ok(self.sink.rows(&columns)?)
    }
}

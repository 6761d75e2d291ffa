//! SHOW: what exists, answered from names alone.
//!
//! Measurements, tags and series are those of all retention policies of a database, as InfluxDB's index
//! has them; field keys and counts are those of one.

mod cardinality;
mod database;
mod field_keys;
mod measurements;
mod series;
mod tables;
mod tag_keys;
mod tag_values;

pub(crate) use cardinality::cardinality;
pub(crate) use database::{databases, retention_policies};
pub(crate) use field_keys::field_keys;
pub(crate) use measurements::measurements;
pub(crate) use series::series;
pub(crate) use tag_keys::tag_keys;
pub(crate) use tag_values::tag_values;

use crate::ast::Page;
use crate::limits::SINK_ROWS_MAX;
use crate::{Context, Error, Result, RowSink, SeriesHeader};
use model::{Column, Values};

/// Gives one series of texts to the sink.
fn emit(
    context: &Context<'_>,
    sink: &mut dyn RowSink,
    name: Option<&str>,
    columns: &[&str],
    rows: &[Vec<String>],
) -> Result<()> {
    sink.series(&header(name, columns))?;
    for rows in rows.chunks(SINK_ROWS_MAX) {
        if context.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let texts = |column: usize| rows.iter().map(|row| row[column].as_str()).collect();
        let columns: Vec<Column> =
            (0..columns.len()).map(|column| Column::dense(Values::String(texts(column)))).collect();
        sink.rows(&columns)?;
    }
    Ok(())
}

fn header(name: Option<&str>, columns: &[&str]) -> SeriesHeader {
    SeriesHeader {
        name: name.map(Into::into),
        tags: Vec::new(),
        columns: columns.iter().map(ToString::to_string).collect(),
        has_time: false,
        zone: None,
    }
}

/// The part of a list that LIMIT and OFFSET leave.
fn page<T>(items: Vec<T>, page: Page) -> Vec<T> {
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let limit = if page.limit == 0 { usize::MAX } else { usize::try_from(page.limit).unwrap_or(usize::MAX) };
    items.into_iter().skip(offset).take(limit).collect()
}

//! A query's rows as the page wants them: numbers by tag set.

use dashboards::Rows;
use model::{Column, ValueRef, Values};
use query::{Message, RowSink, SeriesHeader, SinkError};

/// A sink that keeps numbers. What is no number counts as null.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) rows: Vec<Rows>,
}

impl RowSink for Collected {
    fn series(&mut self, header: &SeriesHeader) -> Result<(), SinkError> {
        let tags = header.tags.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let columns = vec![Vec::new(); header.columns.len().saturating_sub(1)];
        self.rows.push(Rows { tags, times: Vec::new(), columns });
        Ok(())
    }

    fn rows(&mut self, columns: &[Column]) -> Result<(), SinkError> {
        let (Some(series), Some((times, fields))) = (self.rows.last_mut(), columns.split_first()) else {
            return Ok(());
        };
        if let Values::Integer(times) = &times.values {
            series.times.extend_from_slice(times);
        }
        for (kept, field) in series.columns.iter_mut().zip(fields) {
            kept.extend(field.iter().map(|value| value.and_then(number)));
        }
        Ok(())
    }

    fn message(&mut self, _: &Message) -> Result<(), SinkError> {
        Ok(())
    }
}

/// A value as the plots draw it; beyond 2^53 they cannot show the last digits anyway.
fn number(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Float(v) => Some(v),
        ValueRef::Integer(v) => Some(v as f64),
        ValueRef::Unsigned(v) => Some(v as f64),
        ValueRef::Boolean(_) | ValueRef::String(_) => None,
    }
}

//! Rows told by what they come to, so that every operator meets rows and summaries of one group side by side.

use model::{
    ColumnBatch, FieldSummary, FieldType, Picked, ScanBatch, SeriesColumn, SummaryBatch, SummaryPart,
    SummaryRequest, TimeRange, ValueRef, Values,
};
use std::sync::Arc;

/// Rows of one batch: those that share series and window with a neighbour are told, the others stay.
pub(crate) fn parts(batch: &ScanBatch, request: &SummaryRequest) -> Vec<SummaryPart> {
    let times = &batch.columns.times;
    let mut parts = Vec::new();
    let mut start = 0;
    while start < times.len() {
        let belongs = |row: usize| {
            Arc::ptr_eq(batch.series.tags(row), batch.series.tags(start))
                && request.is_in_one_window(TimeRange::new(times[start], times[row] + 1))
        };
        let end = (start + 1..times.len()).find(|row| !belongs(*row)).unwrap_or(times.len());
        parts.push(if end - start > 1 && has_no_text(batch) {
            SummaryPart::Summaries(told(batch, request, start, end))
        } else {
            SummaryPart::Rows(cut(batch, start, end))
        });
        start = end;
    }
    parts
}

fn has_no_text(batch: &ScanBatch) -> bool {
    batch.columns.columns.iter().all(|column| column.field_type() != FieldType::String)
}

fn cut(batch: &ScanBatch, start: usize, end: usize) -> ScanBatch {
    let columns = batch.columns.columns.iter().map(|column| {
        let mut part = model::Column::empty(column.field_type());
        (start..end).for_each(|row| part.push(column.get(row)));
        part
    });
    let columns = ColumnBatch { times: batch.columns.times[start..end].to_vec(), columns: columns.collect() };
    let table: Arc<[_]> = (start..end).map(|row| Arc::clone(batch.series.tags(row))).collect();
    let rows = (0..u32::try_from(end - start).unwrap()).collect();
    ScanBatch { series: SeriesColumn::Many { table, rows }, columns }
}

fn told(batch: &ScanBatch, request: &SummaryRequest, start: usize, end: usize) -> SummaryBatch {
    let times = &batch.columns.times;
    let fields = batch.columns.columns.iter().zip(&request.kinds).map(|(column, kinds)| {
        let found: Vec<(ValueRef<'_>, i64)> =
            (start..end).filter_map(|row| Some((column.get(row)?, times[row]))).collect();
        let (Some(first), Some(last)) = (found.first(), found.last()) else { return FieldSummary::absent(1) };
        let picked = |wanted: bool, (value, ts): &(ValueRef<'_>, i64)| {
            wanted.then(|| Picked { values: one(*value), times: vec![*ts] })
        };
        let min = found.iter().fold(first, |min, next| if is_less(next.0, min.0) { next } else { min });
        let max = found.iter().fold(first, |max, next| if is_less(max.0, next.0) { next } else { max });
        FieldSummary {
            counts: vec![found.len() as u64],
            sums: kinds.sum.then(|| sum(found.iter().map(|(value, _)| *value))),
            min: picked(kinds.min, min),
            max: picked(kinds.max, max),
            first: picked(kinds.first, first),
            last: picked(kinds.last, last),
        }
    });
    SummaryBatch {
        tags: Arc::clone(batch.series.tags(start)),
        stretches: vec![TimeRange::new(times[start], times[end - 1] + 1)],
        fields: fields.collect(),
    }
}

fn one(value: ValueRef<'_>) -> Values {
    let mut column = model::Column::empty(value.field_type());
    column.push(Some(value));
    column.values
}

fn sum<'a>(values: impl Iterator<Item = ValueRef<'a>>) -> Values {
    let mut values = values.peekable();
    match values.peek() {
        Some(ValueRef::Float(_)) => Values::Float(vec![values.map(float).sum()]),
        Some(ValueRef::Integer(_)) => {
            let integer = |value| if let ValueRef::Integer(value) = value { value } else { 0 };
            Values::Integer(vec![values.map(integer).fold(0, i64::wrapping_add)])
        }
        _ => {
            let unsigned = |value| if let ValueRef::Unsigned(value) = value { value } else { 0 };
            Values::Unsigned(vec![values.map(unsigned).fold(0, u64::wrapping_add)])
        }
    }
}

fn float(value: ValueRef<'_>) -> f64 {
    if let ValueRef::Float(value) = value { value } else { 0.0 }
}

fn is_less(a: ValueRef<'_>, b: ValueRef<'_>) -> bool {
    match (a, b) {
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a < b,
        (ValueRef::Unsigned(a), ValueRef::Unsigned(b)) => a < b,
        (ValueRef::Boolean(a), ValueRef::Boolean(b)) => !a & b,
        (a, b) => float(a) < float(b),
    }
}

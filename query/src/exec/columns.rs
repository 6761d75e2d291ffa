//! Moving rows between columns: by number, by range, end to end.

use crate::functions::{Number, cast};
use model::{Bitmap, Column, FieldType, FieldValue, StringColumn, ValueRef, Values};
use std::ops::Range;

/// The rows with these numbers, in this order.
pub(crate) fn gather(column: &Column, rows: &[usize]) -> Column {
    let values = match &column.values {
        Values::Float(v) => Values::Float(rows.iter().map(|row| v[*row]).collect()),
        Values::Integer(v) => Values::Integer(rows.iter().map(|row| v[*row]).collect()),
        Values::Unsigned(v) => Values::Unsigned(rows.iter().map(|row| v[*row]).collect()),
        Values::Boolean(v) => Values::Boolean(rows.iter().map(|row| v[*row]).collect()),
        Values::String(v) => Values::String(rows.iter().map(|row| v.get(*row)).collect::<StringColumn>()),
    };
    let validity = column.validity.as_ref().map(|bits| {
        let mut kept = Bitmap::default();
        rows.iter().for_each(|row| kept.push(bits.get(*row)));
        kept
    });
    Column { values, validity }
}

/// The rows in a range.
pub(crate) fn slice(column: &Column, rows: Range<usize>) -> Column {
    if rows == (0..column.len()) {
        return column.clone();
    }
    gather(column, &rows.collect::<Vec<_>>())
}

/// Adds the rows of `more` at the end. What is not of the column's type becomes null.
pub(crate) fn append(column: &mut Column, more: &Column) {
    let is_dense = column.validity.is_none() && more.validity.is_none();
    match (&mut column.values, &more.values) {
        (Values::Float(all), Values::Float(more)) if is_dense => all.extend_from_slice(more),
        (Values::Integer(all), Values::Integer(more)) if is_dense => all.extend_from_slice(more),
        (Values::Unsigned(all), Values::Unsigned(more)) if is_dense => all.extend_from_slice(more),
        (Values::Boolean(all), Values::Boolean(more)) if is_dense => all.extend_from_slice(more),
        (all, values) => {
            let fits = all.field_type() == values.field_type();
            more.iter().for_each(|value| column.push(value.filter(|_| fits)));
        }
    }
}

/// A column of values, null where there is none or where one cannot be cast to `ty`.
pub(crate) fn from_values<'a>(ty: FieldType, values: impl Iterator<Item = Option<&'a FieldValue>>) -> Column {
    let mut column = Column::empty(ty);
    for value in values {
        let value = value.and_then(|value| cast(value, ty));
        column.push(value.as_ref().map(FieldValue::as_ref));
    }
    column
}

/// The column with its numbers cast to `ty`; null where that cannot be.
pub(crate) fn cast_to(column: &Column, ty: FieldType) -> Column {
    if column.field_type() == ty {
        return column.clone();
    }
    let mut changed = Column::empty(ty);
    for value in column.iter() {
        let value = value.and_then(|value| cast(&value.to_owned(), ty));
        changed.push(value.as_ref().map(FieldValue::as_ref));
    }
    changed
}

/// The same constant in each of `len` rows.
pub(crate) fn constant(value: &FieldValue, len: usize) -> Column {
    Column::dense(match value {
        FieldValue::Float(v) => Values::Float(vec![*v; len]),
        FieldValue::Integer(v) => Values::Integer(vec![*v; len]),
        FieldValue::Unsigned(v) => Values::Unsigned(vec![*v; len]),
        FieldValue::Boolean(v) => Values::Boolean(vec![*v; len]),
        FieldValue::String(v) => Values::String((0..len).map(|_| &**v).collect()),
    })
}

/// The number that `fill(number)` puts where a value of type `ty` is missing.
pub(crate) fn filler(number: f64, ty: FieldType) -> FieldValue {
    match ty {
        FieldType::Float => FieldValue::Float(number),
        FieldType::Integer => FieldValue::Integer(Number::from_float(number)),
        FieldType::Unsigned => FieldValue::Unsigned(Number::from_float(number)),
        FieldType::Boolean => FieldValue::Boolean(false),
        FieldType::String => FieldValue::String("".into()),
    }
}

/// The row's value, owned.
pub(crate) fn owned(column: &Column, row: usize) -> Option<FieldValue> {
    column.get(row).map(ValueRef::to_owned)
}

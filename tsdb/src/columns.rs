//! Moving rows between columns: cut, pick, append, cast.

use model::{Column, FieldType, ValueRef, Values};

/// Adds a value to dense values of its own type.
///
/// # Panics
/// If the value is of another type: a shape's columns are typed by its fields.
pub(crate) fn push(values: &mut Values, value: ValueRef<'_>) {
    match (values, value) {
        (Values::Float(v), ValueRef::Float(x)) => v.push(x),
        (Values::Integer(v), ValueRef::Integer(x)) => v.push(x),
        (Values::Unsigned(v), ValueRef::Unsigned(x)) => v.push(x),
        (Values::Boolean(v), ValueRef::Boolean(x)) => v.push(x),
        (Values::String(v), ValueRef::String(x)) => v.push(x),
        (values, other) => panic!("a {} among values of {}", other.field_type(), values.field_type()),
    }
}

/// The rows that `rows` names, in its order.
pub(crate) fn pick(values: &Values, rows: &[u32]) -> Values {
    fn of<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
        rows.iter().map(|row| values[*row as usize]).collect()
    }
    match values {
        Values::Float(v) => Values::Float(of(v, rows)),
        Values::Integer(v) => Values::Integer(of(v, rows)),
        Values::Unsigned(v) => Values::Unsigned(of(v, rows)),
        Values::Boolean(v) => Values::Boolean(of(v, rows)),
        Values::String(v) => Values::String(rows.iter().map(|row| v.get(*row as usize)).collect()),
    }
}

/// Appends the rows from `start` up to `end` of `from`, which is of the same type.
pub(crate) fn append(to: &mut Values, from: &Values, start: usize, end: usize) {
    match (to, from) {
        (Values::Float(to), Values::Float(from)) => to.extend_from_slice(&from[start..end]),
        (Values::Integer(to), Values::Integer(from)) => to.extend_from_slice(&from[start..end]),
        (Values::Unsigned(to), Values::Unsigned(from)) => to.extend_from_slice(&from[start..end]),
        (Values::Boolean(to), Values::Boolean(from)) => to.extend_from_slice(&from[start..end]),
        (Values::String(to), Values::String(from)) => (start..end).for_each(|row| to.push(from.get(row))),
        (to, from) => panic!("values of {} after values of {}", from.field_type(), to.field_type()),
    }
}

/// Appends the rows from `start` up to `end` of a column of the same type, nulls included.
pub(crate) fn append_column(to: &mut Column, from: &Column, start: usize, end: usize) {
    if to.validity.is_none() && from.validity.is_none() {
        append(&mut to.values, &from.values, start, end);
    } else {
        (start..end).for_each(|row| to.push(from.get(row)));
    }
}

/// The rows from `start` up to `end`.
pub(crate) fn cut(column: &Column, start: usize, end: usize) -> Column {
    let mut out = Column::empty(column.field_type());
    append_column(&mut out, column, start, end);
    out
}

/// Some rows.
pub(crate) fn keep(column: &Column, rows: &[usize]) -> Column {
    let mut out = Column::empty(column.field_type());
    rows.iter().for_each(|row| out.push(column.get(*row)));
    out
}

/// The rows in opposite order.
pub(crate) fn reverse(column: &Column) -> Column {
    let mut out = Column::empty(column.field_type());
    (0..column.len()).rev().for_each(|row| out.push(column.get(row)));
    out
}

/// The column as another numeric type, or nothing where there is no cast.
pub(crate) fn cast(column: &Column, ty: FieldType) -> Option<Column> {
    if column.field_type() == ty {
        return Some(column.clone());
    }
    if !column.field_type().is_numeric() || !ty.is_numeric() {
        return None;
    }
    let mut out = Column::empty(ty);
    column.iter().for_each(|value| out.push(value.map(|value| cast_value(value, ty))));
    Some(out)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "InfluxDB's cast of a float to an integer drops the fraction; what does not fit saturates"
)]
fn cast_value(value: ValueRef<'_>, ty: FieldType) -> ValueRef<'static> {
    match (value, ty) {
        (ValueRef::Float(v), FieldType::Integer) => ValueRef::Integer(v as i64),
        (ValueRef::Float(v), FieldType::Unsigned) => ValueRef::Unsigned(v as u64),
        (ValueRef::Float(v), _) => ValueRef::Float(v),
        (ValueRef::Integer(v), FieldType::Float) => ValueRef::Float(v as f64),
        (ValueRef::Integer(v), FieldType::Unsigned) => ValueRef::Unsigned(v.cast_unsigned()),
        (ValueRef::Integer(v), _) => ValueRef::Integer(v),
        (ValueRef::Unsigned(v), FieldType::Float) => ValueRef::Float(v as f64),
        (ValueRef::Unsigned(v), FieldType::Integer) => ValueRef::Integer(v.cast_signed()),
        (ValueRef::Unsigned(v), _) => ValueRef::Unsigned(v),
        (ValueRef::Boolean(v), _) => ValueRef::Boolean(v),
        (ValueRef::String(_), _) => ValueRef::String(""),
    }
}

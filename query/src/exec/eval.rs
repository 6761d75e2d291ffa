//! Expressions over columns. Types are looked at once per batch; values follow InfluxDB 1.x: a number
//! divided by zero is zero, integers wrap, the quotient of integers is a float in SELECT, comparisons of
//! types that do not meet are false, and in SELECT a missing boolean counts as false.

use super::columns::{constant, slice};
use crate::analyze::compared;
use crate::ast::Operator;
use crate::functions::{Number, compare};
use crate::statement::Scalar;
use model::{Bitmap, Column, FieldType, ValueRef, Values};
use std::borrow::Cow;

/// The columns that an expression reads.
#[derive(Clone, Copy)]
pub(crate) struct Slots<'a> {
    /// The inputs of the rows.
    pub(crate) inputs: &'a [Column],
    /// The results of calls.
    pub(crate) calls: &'a [Column],
    /// How many rows there are.
    pub(crate) len: usize,
}

/// The value of `scalar` in each row.
pub(crate) fn eval<'a>(scalar: &Scalar, slots: Slots<'a>) -> Cow<'a, Column> {
    match scalar {
        Scalar::Input(index) => slot(slots.inputs, *index, slots.len),
        Scalar::Call(index) => slot(slots.calls, *index, slots.len),
        Scalar::Constant(value) => Cow::Owned(constant(value, slots.len)),
        Scalar::Null => Cow::Owned(Column::nulls(FieldType::Float, slots.len)),
        Scalar::Binary { operator, is_shown, left, right } => {
            let (left, right) = (eval(left, slots), eval(right, slots));
            Cow::Owned(binary(*operator, *is_shown, &left, &right))
        }
        Scalar::Matches { text, regex, negated } => {
            let text = eval(text, slots);
            let matches = text.iter().map(|value| match value {
                Some(ValueRef::String(text)) => regex.is_match(text) != *negated,
                _ => false,
            });
            Cow::Owned(Column::dense(Values::Boolean(matches.collect())))
        }
        Scalar::Math { function, args } => {
            let args: Vec<Column> = args.iter().map(|arg| eval(arg, slots).into_owned()).collect();
            Cow::Owned(function.apply(&args))
        }
    }
}

/// In which rows a condition is true.
pub(crate) fn truths(condition: &Scalar, slots: Slots<'_>) -> Vec<bool> {
    let column = eval(condition, slots);
    match &column.values {
        Values::Boolean(values) => {
            values.iter().enumerate().map(|(row, value)| *value && column.is_valid(row)).collect()
        }
        _ => vec![false; slots.len],
    }
}

fn slot(columns: &[Column], index: usize, len: usize) -> Cow<'_, Column> {
    match columns.get(index) {
        Some(column) if column.len() == len => Cow::Borrowed(column),
        Some(column) => Cow::Owned(slice(column, 0..len.min(column.len()))),
        None => Cow::Owned(Column::nulls(FieldType::Float, len)),
    }
}

fn binary(operator: Operator, is_shown: bool, left: &Column, right: &Column) -> Column {
    use Values::{Boolean, Float, Integer, String, Unsigned};
    if operator.is_comparison() {
        return comparison(operator, is_shown, left, right);
    }
    match (&left.values, &right.values) {
        (Boolean(_), _) | (_, Boolean(_)) => logic(operator, left, right),
        (String(_), _) | (_, String(_)) => Column::nulls(FieldType::Float, left.len()),
        (Float(a), _) => floats(operator, left, right, a.iter().copied()),
        (Integer(a), Float(_)) => floats(operator, left, right, a.iter().map(|v| v.to_float())),
        (Unsigned(a), Float(_)) => floats(operator, left, right, a.iter().map(|v| v.to_float())),
        (Integer(a), Integer(b)) if operator == Operator::Divide && is_shown => {
            let quotients = a.iter().zip(b).map(|(a, b)| quotient(a.to_float(), b.to_float()));
            with_validity(Float(quotients.collect()), left, right)
        }
        (Integer(a), Integer(b)) => {
            let values = a.iter().zip(b).map(|(a, b)| integers(operator, *a, *b));
            with_validity(Integer(values.collect()), left, right)
        }
        (Unsigned(a), Unsigned(b)) => unsigned(operator, left, right, a.iter().copied(), b.iter().copied()),
        (Unsigned(a), Integer(b)) => {
            unsigned(operator, left, right, a.iter().copied(), b.iter().map(|v| v.cast_unsigned()))
        }
        (Integer(a), Unsigned(b)) => {
            unsigned(operator, left, right, a.iter().map(|v| v.cast_unsigned()), b.iter().copied())
        }
    }
}

fn with_validity(values: Values, left: &Column, right: &Column) -> Column {
    let validity = match (&left.validity, &right.validity) {
        (None, None) => None,
        (Some(bits), None) | (None, Some(bits)) => Some(bits.clone()),
        (Some(a), Some(b)) => {
            let words = a.words().iter().zip(b.words()).map(|(a, b)| a & b).collect();
            Bitmap::from_words(words, a.len())
        }
    };
    Column { values, validity }
}

/// NaN, which JSON lacks and InfluxDB shows as null, is made null.
fn floats(operator: Operator, left: &Column, right: &Column, a: impl Iterator<Item = f64>) -> Column {
    let apply = |a: f64, b: f64| match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => quotient(a, b),
        Operator::Modulo => a % b,
        _ => f64::NAN,
    };
    let values: Vec<f64> = match &right.values {
        Values::Float(b) => a.zip(b).map(|(a, b)| apply(a, *b)).collect(),
        Values::Integer(b) => a.zip(b).map(|(a, b)| apply(a, b.to_float())).collect(),
        Values::Unsigned(b) => a.zip(b).map(|(a, b)| apply(a, b.to_float())).collect(),
        Values::Boolean(_) | Values::String(_) => vec![f64::NAN; left.len()],
    };
    let has_nan = values.iter().any(|value| value.is_nan());
    let mut column = with_validity(Values::Float(values), left, right);
    if has_nan {
        hide_nan(&mut column);
    }
    column
}

fn hide_nan(column: &mut Column) {
    let Values::Float(values) = &column.values else { return };
    let mut bits = column.validity.take().unwrap_or_else(|| Bitmap::filled(values.len(), true));
    for (row, value) in values.iter().enumerate() {
        if value.is_nan() {
            bits.set(row, false);
        }
    }
    column.validity = Some(bits);
}

fn quotient(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

fn integers(operator: Operator, a: i64, b: i64) -> i64 {
    match operator {
        Operator::Add => a.wrapping_add(b),
        Operator::Subtract => a.wrapping_sub(b),
        Operator::Multiply => a.wrapping_mul(b),
        Operator::Divide if b != 0 => a.wrapping_div(b),
        Operator::Modulo if b != 0 => a.wrapping_rem(b),
        Operator::BitAnd => a & b,
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        _ => 0,
    }
}

fn unsigned(
    operator: Operator,
    left: &Column,
    right: &Column,
    a: impl Iterator<Item = u64>,
    b: impl Iterator<Item = u64>,
) -> Column {
    let values = a.zip(b).map(|(a, b)| match operator {
        Operator::Add => a.wrapping_add(b),
        Operator::Subtract => a.wrapping_sub(b),
        Operator::Multiply => a.wrapping_mul(b),
        Operator::Divide => a.checked_div(b).unwrap_or(0),
        Operator::Modulo => a.checked_rem(b).unwrap_or(0),
        Operator::BitAnd => a & b,
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        _ => 0,
    });
    with_validity(Values::Unsigned(values.collect()), left, right)
}

/// A null beside a boolean is false; two nulls, or a boolean and something else, are false too.
fn logic(operator: Operator, left: &Column, right: &Column) -> Column {
    let truth = |value: Option<ValueRef<'_>>| match value {
        Some(ValueRef::Boolean(value)) => Some(value),
        Some(_) => None,
        None => Some(false),
    };
    let values = left.iter().zip(right.iter()).map(|(a, b)| match (truth(a), truth(b)) {
        (Some(a), Some(b)) => match operator {
            Operator::And | Operator::BitAnd => a && b,
            Operator::Or | Operator::BitOr => a || b,
            Operator::BitXor => a != b,
            _ => false,
        },
        _ => false,
    });
    Column::dense(Values::Boolean(values.collect()))
}

fn comparison(operator: Operator, is_shown: bool, left: &Column, right: &Column) -> Column {
    if let (Values::Float(a), Values::Float(b), None, None) =
        (&left.values, &right.values, &left.validity, &right.validity)
    {
        let values = a.iter().zip(b).map(|(a, b)| compare_floats(operator, *a, *b));
        return Column::dense(Values::Boolean(values.collect()));
    }
    let values = left.iter().zip(right.iter()).map(|(a, b)| compare_values(operator, is_shown, a, b));
    Column::dense(Values::Boolean(values.collect()))
}

fn compare_floats(operator: Operator, a: f64, b: f64) -> bool {
    match a.partial_cmp(&b) {
        Some(order) => compared(operator, order).unwrap_or(false),
        None => operator == Operator::NotEqual,
    }
}

fn compare_values(
    operator: Operator,
    is_shown: bool,
    a: Option<ValueRef<'_>>,
    b: Option<ValueRef<'_>>,
) -> bool {
    use ValueRef::{Boolean, Float, Integer, String, Unsigned};
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (Some(a @ Boolean(_)), None) if is_shown => (a, Boolean(false)),
        (None, Some(b @ Boolean(_))) if is_shown => (Boolean(false), b),
        _ => return false,
    };
    match (a, b) {
        (Float(a), Float(b)) => compare_floats(operator, a, b),
        (Float(a), Integer(b)) => compare_floats(operator, a, b.to_float()),
        (Float(a), Unsigned(b)) => compare_floats(operator, a, b.to_float()),
        (Integer(a), Float(b)) => compare_floats(operator, a.to_float(), b),
        (Unsigned(a), Float(b)) => compare_floats(operator, a.to_float(), b),
        (Integer(a), Unsigned(b)) => compared(operator, i128::from(a).cmp(&i128::from(b))).unwrap_or(false),
        (Unsigned(a), Integer(b)) => compared(operator, i128::from(a).cmp(&i128::from(b))).unwrap_or(false),
        (String(_), String(_)) | (Boolean(_), Boolean(_)) => {
            let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
            is_equality && compared(operator, compare(a, b)).unwrap_or(false)
        }
        (Integer(_), Integer(_)) | (Unsigned(_), Unsigned(_)) => {
            compared(operator, compare(a, b)).unwrap_or(false)
        }
        _ => false,
    }
}

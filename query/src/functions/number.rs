//! The three numeric types behind one trait, so that a kernel is written once and dispatched once.

use model::{Column, Values};

/// A number that columns hold.
pub(crate) trait Number: Copy + PartialOrd + PartialEq + 'static {
    /// Nothing.
    const ZERO: Self;
    /// The values of a column of this type; empty for any other type.
    fn slice(values: &Values) -> &[Self];
    /// A column of values.
    fn values(values: Vec<Self>) -> Values;
    /// The sum; integers wrap in 64 bits.
    fn plus(self, other: Self) -> Self;
    /// The difference; integers wrap in 64 bits.
    fn minus(self, other: Self) -> Self;
    /// The nearest float.
    fn to_float(self) -> f64;
    /// The number that a float cuts to.
    fn from_float(value: f64) -> Self;
}

impl Number for f64 {
    const ZERO: Self = 0.0;

    fn slice(values: &Values) -> &[Self] {
        if let Values::Float(values) = values { values } else { &[] }
    }

    fn values(values: Vec<Self>) -> Values {
        Values::Float(values)
    }

    fn plus(self, other: Self) -> Self {
        self + other
    }

    fn minus(self, other: Self) -> Self {
        self - other
    }

    fn to_float(self) -> f64 {
        self
    }

    fn from_float(value: f64) -> Self {
        value
    }
}

impl Number for i64 {
    const ZERO: Self = 0;

    fn slice(values: &Values) -> &[Self] {
        if let Values::Integer(values) = values { values } else { &[] }
    }

    fn values(values: Vec<Self>) -> Values {
        Values::Integer(values)
    }

    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    fn minus(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }

    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
    fn to_float(self) -> f64 {
        self as f64
    }

    #[expect(clippy::cast_possible_truncation, reason = "a float cuts to an integer, saturating")]
    fn from_float(value: f64) -> Self {
        value as Self
    }
}

impl Number for u64 {
    const ZERO: Self = 0;

    fn slice(values: &Values) -> &[Self] {
        if let Values::Unsigned(values) = values { values } else { &[] }
    }

    fn values(values: Vec<Self>) -> Values {
        Values::Unsigned(values)
    }

    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    fn minus(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }

    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
    fn to_float(self) -> f64 {
        self as f64
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cuts to an integer, saturating"
    )]
    fn from_float(value: f64) -> Self {
        value as Self
    }
}

/// Calls `each` with every value in `rows` that is there.
pub(crate) fn for_each_valid<T: Number>(
    column: &Column,
    rows: std::ops::Range<usize>,
    mut each: impl FnMut(T),
) {
    let values = T::slice(&column.values);
    if values.is_empty() {
        return;
    }
    match &column.validity {
        None => values[rows].iter().for_each(|value| each(*value)),
        Some(valid) => rows.filter(|row| valid.get(*row)).for_each(|row| each(values[row])),
    }
}

/// How many values in `rows` are there.
pub(crate) fn count_valid(column: &Column, rows: std::ops::Range<usize>) -> usize {
    match &column.validity {
        None => rows.len(),
        Some(valid) => rows.filter(|row| valid.get(*row)).count(),
    }
}

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "what is counted are far fewer than 2^52 things")]
pub(crate) fn count(count: usize) -> f64 {
    count as f64
}

//! Functions of numbers in one row: abs, floor, sin and so on.

use super::number::Number;
use model::{Column, FieldType, FieldValue, ValueRef, Values};

/// Which function. Its name is the one that InfluxQL uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MathFunction(&'static str);

/// What a function does.
enum Kind {
    /// Keeps integers as they are.
    Rounding(fn(f64) -> f64),
    /// A float of one number.
    One(fn(f64) -> f64),
    /// A float of two numbers.
    Two(fn(f64, f64) -> f64),
    /// The absolute value.
    Abs,
}

const TABLE: &[(&str, Kind)] = &[
    ("abs", Kind::Abs),
    ("floor", Kind::Rounding(f64::floor)),
    ("ceil", Kind::Rounding(f64::ceil)),
    ("round", Kind::Rounding(f64::round)),
    ("sin", Kind::One(f64::sin)),
    ("cos", Kind::One(f64::cos)),
    ("tan", Kind::One(f64::tan)),
    ("asin", Kind::One(f64::asin)),
    ("acos", Kind::One(f64::acos)),
    ("atan", Kind::One(f64::atan)),
    ("exp", Kind::One(f64::exp)),
    ("ln", Kind::One(f64::ln)),
    ("log2", Kind::One(f64::log2)),
    ("log10", Kind::One(f64::log10)),
    ("sqrt", Kind::One(f64::sqrt)),
    ("atan2", Kind::Two(f64::atan2)),
    ("log", Kind::Two(|value, base| value.ln() / base.ln())),
    ("pow", Kind::Two(f64::powf)),
];

impl MathFunction {
    /// The function of this name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        TABLE.iter().find(|(known, _)| *known == name).map(|(known, _)| Self(known))
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        self.0
    }

    fn kind(self) -> &'static Kind {
        let entry = TABLE.iter().find(|(known, _)| *known == self.0);
        &entry.expect("it is only made from the table").1
    }

    /// How many arguments it takes.
    pub(crate) fn arity(self) -> usize {
        if matches!(self.kind(), Kind::Two(_)) { 2 } else { 1 }
    }

    /// The type of its result for a first argument of type `ty`.
    pub(crate) fn result(self, ty: FieldType) -> FieldType {
        match self.kind() {
            Kind::Abs | Kind::Rounding(_) => ty,
            Kind::One(_) | Kind::Two(_) => FieldType::Float,
        }
    }

    /// The result for each row; null where an argument is null or no number.
    pub(crate) fn apply(self, args: &[Column]) -> Column {
        let Some(first) = args.first() else { return Column::empty(FieldType::Float) };
        match (self.kind(), &first.values) {
            (Kind::Abs, Values::Integer(values)) => {
                let values = values.iter().map(|value| value.wrapping_abs()).collect();
                Column { values: Values::Integer(values), validity: first.validity.clone() }
            }
            (Kind::Abs | Kind::Rounding(_), Values::Integer(_) | Values::Unsigned(_)) => first.clone(),
            (Kind::Abs, _) => each(first, f64::abs),
            (Kind::Rounding(function) | Kind::One(function), _) => each(first, *function),
            (Kind::Two(function), _) => match args.get(1) {
                Some(second) => pairs(first, second, *function),
                None => Column::nulls(FieldType::Float, first.len()),
            },
        }
    }
}

fn each(column: &Column, function: fn(f64) -> f64) -> Column {
    rows(column.iter().map(|value| value.and_then(number).map(function)))
}

fn pairs(left: &Column, right: &Column, function: fn(f64, f64) -> f64) -> Column {
    rows(
        left.iter()
            .zip(right.iter())
            .map(|(left, right)| Some(function(left.and_then(number)?, right.and_then(number)?))),
    )
}

fn rows(values: impl Iterator<Item = Option<f64>>) -> Column {
    let mut column = Column::empty(FieldType::Float);
    values.for_each(|value| column.push(value.map(ValueRef::Float)));
    column
}

/// A number as a float; nothing for other values.
pub(crate) fn number(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Float(value) => Some(value),
        ValueRef::Integer(value) => Some(value.to_float()),
        ValueRef::Unsigned(value) => Some(value.to_float()),
        ValueRef::Boolean(_) | ValueRef::String(_) => None,
    }
}

/// A number as a value of a numeric type, as a cast makes it; nothing where it cannot be one.
pub(crate) fn cast(value: &FieldValue, ty: FieldType) -> Option<FieldValue> {
    if value.field_type() == ty {
        return Some(value.clone());
    }
    match (ty, value) {
        (FieldType::Float, _) => number(value.as_ref()).map(FieldValue::Float),
        (FieldType::Integer, FieldValue::Float(v)) => Some(FieldValue::Integer(Number::from_float(*v))),
        (FieldType::Integer, FieldValue::Unsigned(v)) => Some(FieldValue::Integer(v.cast_signed())),
        (FieldType::Unsigned, FieldValue::Float(v)) => Some(FieldValue::Unsigned(Number::from_float(*v))),
        (FieldType::Unsigned, FieldValue::Integer(v)) => Some(FieldValue::Unsigned(v.cast_unsigned())),
        _ => None,
    }
}

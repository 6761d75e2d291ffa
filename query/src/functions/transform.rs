//! Functions that make a new sequence of points of one: derivative, difference, moving_average,
//! cumulative_sum, elapsed.
//!
//! Points come in the order of the statement, newest first under ORDER BY time DESC. Of several points
//! at one instant derivative and difference take the first; they arise where series are joined.

use super::number::Number;
use model::{Column, FieldType, Values};

/// Points in the order of the statement, none of them null.
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    /// When.
    pub(crate) times: Vec<i64>,
    /// What.
    pub(crate) values: Column,
}

/// What is made of the points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Transform {
    /// The change per `unit_ns`.
    Derivative {
        /// The unit of time, in ns.
        unit_ns: i64,
        /// Whether falls are left out.
        non_negative: bool,
    },
    /// The change.
    Difference {
        /// Whether falls are left out.
        non_negative: bool,
    },
    /// The mean of the last so many values.
    MovingAverage(usize),
    /// The sum so far.
    CumulativeSum,
    /// The time since the point before, in units of so many ns.
    Elapsed(i64),
}

impl Transform {
    /// The type of the result for an argument of type `ty`.
    pub(crate) fn result(self, ty: FieldType) -> FieldType {
        match self {
            Self::Derivative { .. } | Self::MovingAverage(_) => FieldType::Float,
            Self::Difference { .. } | Self::CumulativeSum => ty,
            Self::Elapsed(_) => FieldType::Integer,
        }
    }

    /// Whether it takes an argument of this type.
    pub(crate) fn accepts(self, ty: FieldType) -> bool {
        ty.is_numeric() || matches!(self, Self::Elapsed(_))
    }

    /// The new points.
    pub(crate) fn apply(self, input: &Sequence) -> Sequence {
        if let Self::Elapsed(unit) = self {
            return elapsed(&input.times, unit);
        }
        match input.values.field_type() {
            FieldType::Float => self.apply_numbers::<f64>(input),
            FieldType::Integer => self.apply_numbers::<i64>(input),
            FieldType::Unsigned => self.apply_numbers::<u64>(input),
            FieldType::Boolean | FieldType::String => {
                Sequence { times: Vec::new(), values: Column::empty(FieldType::Float) }
            }
        }
    }

    fn apply_numbers<T: Number>(self, input: &Sequence) -> Sequence {
        let values = T::slice(&input.values.values);
        match self {
            Self::Derivative { unit_ns, non_negative } => {
                derivative(&input.times, values, unit_ns, non_negative)
            }
            Self::Difference { non_negative } => difference(&input.times, values, non_negative),
            Self::MovingAverage(width) => moving_average(&input.times, values, width),
            Self::CumulativeSum => cumulative_sum(&input.times, values),
            Self::Elapsed(unit) => elapsed(&input.times, unit),
        }
    }
}

fn sequence<T: Number>(points: Vec<(i64, T)>) -> Sequence {
    let (times, values) = points.into_iter().unzip();
    Sequence { times, values: Column::dense(T::values(values)) }
}

/// Pairs of neighbours at different instants: before and after.
fn steps<'a, T: Number>(
    times: &'a [i64],
    values: &'a [T],
) -> impl Iterator<Item = ((i64, T), (i64, T))> + 'a {
    let mut points = times.iter().copied().zip(values.iter().copied());
    let mut before = points.next();
    points.filter_map(move |after| {
        let previous = before.filter(|(time, _)| *time != after.0)?;
        before = Some(after);
        Some((previous, after))
    })
}

/// The difference as a float, exact in sign for unsigned numbers too.
fn change<T: Number>(before: T, after: T) -> f64 {
    if after >= before { after.minus(before).to_float() } else { -before.minus(after).to_float() }
}

fn derivative<T: Number>(times: &[i64], values: &[T], unit_ns: i64, non_negative: bool) -> Sequence {
    sequence(
        steps(times, values)
            .map(|(before, after)| {
                let elapsed = after.0.wrapping_sub(before.0).unsigned_abs();
                (after.0, change(before.1, after.1), elapsed.to_float() / unit_ns.to_float())
            })
            .filter(|(_, change, _)| !(non_negative && *change < 0.0))
            .map(|(time, change, units)| (time, change / units))
            .collect(),
    )
}

fn difference<T: Number>(times: &[i64], values: &[T], non_negative: bool) -> Sequence {
    sequence(
        steps(times, values)
            .filter(|(before, after)| !(non_negative && after.1 < before.1))
            .map(|(before, after)| (after.0, after.1.minus(before.1)))
            .collect(),
    )
}

fn moving_average<T: Number>(times: &[i64], values: &[T], width: usize) -> Sequence {
    let mut sum = T::ZERO;
    let mut points = Vec::new();
    for (index, (time, value)) in times.iter().zip(values).enumerate() {
        if index >= width {
            sum = sum.minus(values[index - width]);
        }
        sum = sum.plus(*value);
        if index + 1 >= width {
            points.push((*time, sum.to_float() / (width as u64).to_float()));
        }
    }
    sequence(points)
}

fn cumulative_sum<T: Number>(times: &[i64], values: &[T]) -> Sequence {
    let mut sum = T::ZERO;
    let sums = values.iter().map(|value| {
        sum = sum.plus(*value);
        sum
    });
    sequence(times.iter().copied().zip(sums).collect())
}

fn elapsed(times: &[i64], unit_ns: i64) -> Sequence {
    let gaps = times.windows(2).map(|pair| (pair[1], pair[1].wrapping_sub(pair[0]) / unit_ns));
    let (times, gaps) = gaps.unzip();
    Sequence { times, values: Column::dense(Values::Integer(gaps)) }
}

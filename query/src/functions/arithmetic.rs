//! count, sum, mean, spread and stddev: functions of all values of a bucket that pick no row.

use super::accumulate::{Accumulator, Batch, Point, entry};
use super::number::{Number, count_valid, for_each_valid};
use model::{FieldSummary, FieldType, FieldValue, Picked, Values};
use std::ops::Range;

/// `count`: how many values of any type there are.
#[derive(Default)]
pub(crate) struct Count(Vec<i64>);

impl Accumulator for Count {
    fn add(&mut self, bucket: usize, batch: &Batch<'_>, rows: Range<usize>) {
        *entry(&mut self.0, bucket) += count_valid(batch.values, rows).cast_signed() as i64;
    }

    fn add_told(&mut self, bucket: usize, told: &FieldSummary, index: usize) {
        *entry(&mut self.0, bucket) += told.counts[index].cast_signed();
    }

    fn finish(&mut self, bucket: usize, start: i64) -> Vec<Point> {
        match self.0.get(bucket) {
            Some(count @ 1..) => vec![Point::bare(start, Some(FieldValue::Integer(*count)))],
            _ => Vec::new(),
        }
    }

    fn bytes(&self) -> usize {
        self.0.capacity() * 8
    }
}

/// What is kept of a bucket's numbers.
#[derive(Clone, Copy)]
struct Moments<T> {
    count: u64,
    sum: T,
    min: T,
    max: T,
    /// Whether there is a smallest and a largest value.
    is_wide: bool,
    mean: f64,
    squares: f64,
}

impl<T: Number> Default for Moments<T> {
    fn default() -> Self {
        Self { count: 0, sum: T::ZERO, min: T::ZERO, max: T::ZERO, is_wide: false, mean: 0.0, squares: 0.0 }
    }
}

/// What is made of a bucket's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// `sum`: integers wrap.
    Sum,
    /// `mean`: the sum as a float over the count.
    Mean,
    /// `spread`: the largest value less the smallest.
    Spread,
    /// `stddev`: of a sample; NaN, which is shown as null, for a single value. Welford's algorithm.
    StdDev,
}

/// One of the [`Moment`]s over numbers of one type.
pub(crate) struct Numeric<T> {
    moment: Moment,
    buckets: Vec<Moments<T>>,
}

impl<T: Number> Numeric<T> {
    fn new(moment: Moment) -> Self {
        Self { moment, buckets: Vec::new() }
    }
}

/// The accumulator of `moment` for an argument of type `ty`, if it is a number.
pub(crate) fn numeric(moment: Moment, ty: FieldType) -> Option<Box<dyn Accumulator>> {
    Some(match ty {
        FieldType::Float => Box::new(Numeric::<f64>::new(moment)),
        FieldType::Integer => Box::new(Numeric::<i64>::new(moment)),
        FieldType::Unsigned => Box::new(Numeric::<u64>::new(moment)),
        FieldType::Boolean | FieldType::String => return None,
    })
}

impl<T: Number> Accumulator for Numeric<T> {
    fn add(&mut self, bucket: usize, batch: &Batch<'_>, rows: Range<usize>) {
        let moments = entry(&mut self.buckets, bucket);
        match self.moment {
            Moment::Sum | Moment::Mean => add_sum(moments, batch, rows),
            Moment::Spread => add_spread(moments, batch, rows),
            Moment::StdDev => add_squares(moments, batch, rows),
        }
    }

    fn add_told(&mut self, bucket: usize, told: &FieldSummary, index: usize) {
        let moments = entry(&mut self.buckets, bucket);
        if let Some(sums) = &told.sums {
            moments.sum = moments.sum.plus(T::slice(sums)[index]);
        }
        if let (Some(min), Some(max)) = (&told.min, &told.max) {
            let at = |picked: &Picked| T::slice(&picked.values)[index];
            widen(moments, at(min));
            widen(moments, at(max));
        }
        moments.count += told.counts[index];
    }

    fn finish(&mut self, bucket: usize, start: i64) -> Vec<Point> {
        let Some(moments) = self.buckets.get(bucket).filter(|moments| moments.count > 0) else {
            return Vec::new();
        };
        let count = moments.count.to_float();
        let value = match self.moment {
            Moment::Sum => owned(moments.sum),
            Moment::Mean => FieldValue::Float(moments.sum.to_float() / count),
            Moment::Spread => owned(moments.max.minus(moments.min)),
            Moment::StdDev => FieldValue::Float((moments.squares / (count - 1.0)).sqrt()),
        };
        vec![Point::bare(start, Some(value))]
    }

    fn bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<Moments<T>>()
    }
}

fn add_sum<T: Number>(moments: &mut Moments<T>, batch: &Batch<'_>, rows: Range<usize>) {
    let (mut sum, mut count) = (moments.sum, moments.count);
    for_each_valid(batch.values, rows, |value: T| {
        sum = sum.plus(value);
        count += 1;
    });
    (moments.sum, moments.count) = (sum, count);
}

fn add_spread<T: Number>(moments: &mut Moments<T>, batch: &Batch<'_>, rows: Range<usize>) {
    for_each_valid(batch.values, rows, |value: T| {
        widen(moments, value);
        moments.count += 1;
    });
}

fn widen<T: Number>(moments: &mut Moments<T>, value: T) {
    if !moments.is_wide || value < moments.min {
        moments.min = value;
    }
    if !moments.is_wide || value > moments.max {
        moments.max = value;
    }
    moments.is_wide = true;
}

fn add_squares<T: Number>(moments: &mut Moments<T>, batch: &Batch<'_>, rows: Range<usize>) {
    for_each_valid(batch.values, rows, |value: T| {
        moments.count += 1;
        let delta = value.to_float() - moments.mean;
        moments.mean += delta / moments.count.to_float();
        moments.squares += delta * (value.to_float() - moments.mean);
    });
}

/// A number as a field's value.
pub(crate) fn owned<T: Number>(value: T) -> FieldValue {
    match T::values(vec![value]) {
        Values::Float(v) => FieldValue::Float(v[0]),
        Values::Integer(v) => FieldValue::Integer(v[0]),
        Values::Unsigned(v) => FieldValue::Unsigned(v[0]),
        Values::Boolean(_) | Values::String(_) => unreachable!("a number has a numeric type"),
    }
}

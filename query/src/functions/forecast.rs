//! `holt_winters` and `holt_winters_with_fit`: a series continued by its level, its trend and its season.
//!
//! The damped, multiplicative method of Holt and Winters. Its parameters are those with the least sum of
//! squared errors, searched from a grid of guesses, as in InfluxDB 1.x. A missing bucket is no error.

use super::nelder_mead::minimize;
use super::number::Number;
use super::transform::Sequence;
use super::{nelder_mead, number};
use crate::window::Window;
use crate::{Context, Error, Result};
use model::{Column, FieldType, Share, Values};

/// Where the search for smoothing parameters begins.
const GUESSES: [f64; 2] = [0.3, 0.7];

/// The search is over once the errors around the best parameters differ by less.
const SETTLED: f64 = 1e-4;

/// What a series that has no season begins with: half of what its first points say.
const FIRST_WEIGHT: f64 = 0.5;

/// How many parameters there are before those of the season: four weights, level and trend.
const FIXED_PARAMETERS: usize = 6;

/// A forecast, with its constant arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forecast {
    /// How many points.
    pub(crate) ahead: usize,
    /// How many points a season has; below 2 there is none.
    pub(crate) season: usize,
    /// Whether the points that the model has for the past are shown too.
    pub(crate) with_fit: bool,
}

/// A series with one value per bucket, NaN where there is none.
struct Model<'a> {
    values: &'a [f64],
    season: usize,
}

impl Forecast {
    /// The forecast; nothing where there are too few points or time runs back.
    ///
    /// # Errors
    /// When it has more points than allowed, does not fit into memory, or the reader gave up.
    pub(crate) fn apply(self, input: &Sequence, window: &Window, context: &Context<'_>) -> Result<Sequence> {
        let interval = window.interval;
        let season = if self.season < 2 { 0 } else { self.season };
        let mut points = Vec::new();
        if input.times.len() >= season.max(2) && interval > 0 {
            let values = even(input, interval, self.ahead, context)?;
            if values.len() >= season.max(2) {
                let model = Model { values: &values, season };
                points = self.points(&model, input, interval, context)?;
            }
        }
        let (times, values) = points.into_iter().unzip();
        Ok(Sequence { times, values: Column::dense(Values::Float(values)) })
    }

    fn points(
        self,
        model: &Model<'_>,
        input: &Sequence,
        interval: i64,
        context: &Context<'_>,
    ) -> Result<Vec<(i64, f64)>> {
        let parameters = FIXED_PARAMETERS + model.season;
        let _lease = context.budget.lease(Share::Query, nelder_mead::bytes(parameters))?;
        let mut best = model.best_parameters(context)?;
        let len = model.values.len();
        let (origin, skipped) = match (self.with_fit, input.times.as_slice()) {
            (true, [first, ..]) => (*first, 0),
            (false, [.., last]) => (last.saturating_add(interval), len),
            _ => return Ok(Vec::new()),
        };
        let mut points = Vec::new();
        model.run(&mut best, len + self.ahead, |at, value| {
            if at >= skipped && !value.is_nan() {
                let steps = i64::try_from(at - skipped).unwrap_or(i64::MAX);
                points.push((origin.saturating_add(interval.saturating_mul(steps)), value));
            }
        });
        Ok(points)
    }
}

/// The values of consecutive buckets; of several in one the first counts.
fn even(input: &Sequence, interval: i64, ahead: usize, context: &Context<'_>) -> Result<Vec<f64>> {
    let numbers = floats(&input.values);
    let starts: Vec<i64> = input.times.iter().map(|time| rounded(*time, interval)).collect();
    let (Some(first), Some(last)) = (starts.first(), starts.last()) else { return Ok(Vec::new()) };
    let buckets = (last.saturating_sub(*first) / interval).unsigned_abs().saturating_add(ahead as u64);
    let limit = context.limits.buckets_max;
    if !usize::try_from(buckets).is_ok_and(|buckets| buckets <= limit) {
        return Err(Error::Buckets { buckets, limit });
    }
    if last <= first {
        return Ok(Vec::new());
    }
    let mut values = Vec::new();
    let mut next = *first;
    for (start, number) in starts.iter().zip(numbers) {
        if *start < next {
            continue;
        }
        while next < *start {
            values.push(f64::NAN);
            next = next.saturating_add(interval);
        }
        values.push(number);
        next = next.saturating_add(interval);
    }
    Ok(values)
}

fn floats(column: &Column) -> Vec<f64> {
    fn all<T: Number>(values: &Values) -> Vec<f64> {
        T::slice(values).iter().map(|value| value.to_float()).collect()
    }
    match column.field_type() {
        FieldType::Float => all::<f64>(&column.values),
        FieldType::Integer => all::<i64>(&column.values),
        FieldType::Unsigned => all::<u64>(&column.values),
        FieldType::Boolean | FieldType::String => Vec::new(),
    }
}

/// The nearest multiple of `interval`, the earlier one from the middle.
fn rounded(time: i64, interval: i64) -> i64 {
    let up = i64::from(time % interval > interval / 2);
    (time / interval + up).saturating_mul(interval)
}

impl Model<'_> {
    /// The parameters with the least error: weights of level, trend and season, damping, the first
    /// level and trend, and the first season.
    fn best_parameters(&self, context: &Context<'_>) -> Result<Vec<f64>> {
        let mut start = vec![0.0; FIXED_PARAMETERS];
        let level = self.first_level();
        (start[4], start[5]) = (level, self.first_trend());
        start.extend((0..self.season).map(|at| self.value(at).map_or(0.0, |value| value / level)));
        let mut best: Option<(f64, Vec<f64>)> = None;
        for guess in 0..1 << 4 {
            for (weight, number) in start[..4].iter_mut().zip([3, 2, 1, 0]) {
                *weight = GUESSES[guess >> number & 1];
            }
            // A search whose reader is gone ends at once: all errors look the same.
            let error = |at: &mut [f64]| if context.cancel.is_cancelled() { 0.0 } else { self.error(at) };
            let found = minimize(&start, SETTLED, error);
            if best.as_ref().is_none_or(|best| found.0 < best.0) {
                best = Some(found);
            }
        }
        if context.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        Ok(best.map_or(start, |(_, parameters)| parameters))
    }

    fn value(&self, at: usize) -> Option<f64> {
        self.values.get(at).copied().filter(|value| !value.is_nan())
    }

    fn first_level(&self) -> f64 {
        if self.season == 0 {
            return FIRST_WEIGHT * self.values[0];
        }
        let share = 1.0 / number::count(self.season);
        (0..self.season).filter_map(|at| self.value(at)).fold(0.0, |level, value| level + share * value)
    }

    fn first_trend(&self) -> f64 {
        if self.season == 0 {
            return self.value(1).map_or(0.0, |second| FIRST_WEIGHT * (second - self.values[0]));
        }
        let share = 1.0 / number::count(self.season * self.season);
        let pairs = (0..self.season).filter_map(|at| Some((self.value(at)?, self.value(at + self.season)?)));
        pairs.fold(0.0, |trend, (first, second)| trend + share * (second - first))
    }

    /// The sum of squared errors; infinite where the model has no number.
    fn error(&self, parameters: &mut [f64]) -> f64 {
        let mut sum = 0.0;
        self.run(parameters, self.values.len(), |at, value| {
            let wanted = self.values[at];
            if value.is_nan() && !wanted.is_nan() {
                sum = f64::INFINITY;
            } else if !wanted.is_nan() {
                sum += (value - wanted) * (value - wanted);
            }
        });
        sum
    }

    /// Gives `each` the number and the value of the model's first `len` points. Puts the weights into
    /// their bounds and leaves the last season behind, as InfluxDB does.
    fn run(&self, parameters: &mut [f64], len: usize, mut each: impl FnMut(usize, f64)) {
        let (fixed, seasons) = parameters.split_at_mut(FIXED_PARAMETERS);
        fixed[..4].iter_mut().for_each(|weight| *weight = weight.clamp(0.0, 1.0));
        let [alpha, beta, gamma, phi, mut level, mut trend] = *fixed else { return };
        let (mut value, mut damping) = (self.values[0], phi);
        each(0, value);
        for at in 1..len {
            let (past, coming) = match self.season {
                0 => (1.0, 1.0),
                season => (seasons[(2 * at - 2) % season], seasons[(3 * at - 2) % season]),
            };
            let expected = level + phi * trend;
            let next_level = alpha * (value / past) + (1.0 - alpha) * expected;
            let next_trend = beta * (next_level - level) + (1.0 - beta) * phi * trend;
            let next_season = gamma * (value / expected) + (1.0 - gamma) * past;
            value = (next_level + damping * next_trend) * coming;
            (level, trend) = (next_level, next_trend);
            damping += power(phi, at);
            if self.season > 0 {
                seasons[(2 * at - 2) % self.season] = next_season;
            }
            each(at, value);
        }
    }
}

/// By squaring, in the order of Go's `math.Pow`: the same bits.
fn power(mut base: f64, mut exponent: usize) -> f64 {
    let mut product = 1.0;
    while exponent > 0 {
        if exponent & 1 == 1 {
            product *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_without_a_point_are_missing_and_the_first_of_two_counts() {
        assert_eq!(rounded(14, 10), 10);
        assert_eq!(rounded(15, 10), 10);
        assert_eq!(rounded(16, 10), 20);
        assert_eq!(power(0.5, 3), 0.125);
        assert_eq!(power(0.3, 0), 1.0);
    }
}

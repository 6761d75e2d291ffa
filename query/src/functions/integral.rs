//! The area under a line through the points, by the trapezium rule.

use super::number::Number;
use super::transform::Sequence;
use crate::window::{Bucket, Window};
use model::{Column, FieldType, Values};

/// The integral of the points per bucket of `window`, in units of `unit_ns`. Where a bucket ends
/// between two points the line is cut there. A result carries its bucket's start, or 1970 where there
/// are no buckets.
pub(crate) fn integral(input: &Sequence, window: &Window, unit_ns: i64, ascending: bool) -> Sequence {
    match input.values.field_type() {
        FieldType::Float => run::<f64>(input, window, unit_ns, ascending),
        FieldType::Integer => run::<i64>(input, window, unit_ns, ascending),
        FieldType::Unsigned => run::<u64>(input, window, unit_ns, ascending),
        FieldType::Boolean | FieldType::String => {
            Sequence { times: Vec::new(), values: Column::empty(FieldType::Float) }
        }
    }
}

struct Area<'a> {
    window: &'a Window,
    unit: f64,
    ascending: bool,
    bucket: Bucket,
    previous: Option<(i64, f64)>,
    sum: f64,
    points: Vec<(i64, f64)>,
}

fn run<T: Number>(input: &Sequence, window: &Window, unit_ns: i64, ascending: bool) -> Sequence {
    let mut area = Area {
        window,
        unit: unit_ns.to_float(),
        ascending,
        bucket: Bucket { start: 0, end: 0 },
        previous: None,
        sum: 0.0,
        points: Vec::new(),
    };
    for (time, value) in input.times.iter().zip(T::slice(&input.values.values)) {
        area.add(*time, value.to_float());
    }
    area.close();
    let (times, sums) = area.points.into_iter().unzip();
    Sequence { times, values: Column::dense(Values::Float(sums)) }
}

impl Area<'_> {
    fn add(&mut self, time: i64, value: f64) {
        let Some(previous) = self.previous else {
            self.enter(time);
            self.previous = Some((time, value));
            return;
        };
        if previous.0 != time {
            let previous = if self.is_past(time) { self.leave(previous, time, value) } else { previous };
            self.sum += self.trapezium(previous, (time, value));
        }
        self.previous = Some((time, value));
    }

    fn is_past(&self, time: i64) -> bool {
        let past = if self.ascending { time >= self.bucket.end } else { time <= self.bucket.end };
        self.window.interval != 0 && past
    }

    /// Emits the current bucket, cut at its end, and enters the one of `time`. Returns where the line
    /// goes on.
    fn leave(&mut self, previous: (i64, f64), time: i64, value: f64) -> (i64, f64) {
        let mut at = previous;
        if previous.0 != self.bucket.end {
            let slope = (value - previous.1) / time.wrapping_sub(previous.0).to_float();
            let cut = slope * self.bucket.end.wrapping_sub(previous.0).to_float() + previous.1;
            at = (self.bucket.end, cut);
            self.sum += self.trapezium(previous, at);
        }
        self.points.push((self.bucket.start, self.sum));
        self.sum = 0.0;
        self.enter(time);
        at
    }

    fn enter(&mut self, time: i64) {
        if self.window.interval == 0 {
            return;
        }
        let bucket = self.window.bucket(time);
        self.bucket = if self.ascending { bucket } else { Bucket { start: bucket.end, end: bucket.start } };
    }

    fn trapezium(&self, from: (i64, f64), to: (i64, f64)) -> f64 {
        0.5 * (from.1 + to.1) * (to.0.wrapping_sub(from.0).to_float() / self.unit)
    }

    /// A last point at the very start of its bucket has no area there.
    fn close(&mut self) {
        if self.previous.is_some_and(|(time, _)| time != self.bucket.start) {
            self.points.push((self.bucket.start, self.sum));
        }
    }
}

//! The window node: stretches of event time, one after the other, each with one value.
//!
//! A window closes when a later point of its group arrives; its value then stands at its end. A point
//! before the open window is late.

use crate::rule::{Aggregate, Window, nanoseconds};

/// The open window of one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) start_ns: i64,
    pub(crate) last_ns: i64,
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) last: f64,
}

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Windowed {
    /// It is in the open window.
    Open,
    /// It is too old.
    Late,
    /// It opened a window; the one before ended at `time_ns` with `value`.
    Closed { time_ns: i64, value: f64 },
}

impl Window {
    /// Puts a value into the group's window.
    pub(crate) fn push(&self, bucket: &mut Option<Box<Bucket>>, time_ns: i64, value: f64) -> Windowed {
        let length_ns = nanoseconds(self.length).max(1);
        let start_ns = time_ns.saturating_sub(time_ns.rem_euclid(length_ns));
        match bucket {
            Some(open) if start_ns < open.start_ns => Windowed::Late,
            Some(open) if start_ns == open.start_ns => {
                open.add(time_ns, value);
                Windowed::Open
            }
            other => {
                let closed = other.replace(Box::new(Bucket::new(start_ns, time_ns, value)));
                closed.map_or(Windowed::Open, |closed| Windowed::Closed {
                    time_ns: closed.start_ns.saturating_add(length_ns),
                    value: closed.value(self.aggregate),
                })
            }
        }
    }
}

impl Bucket {
    fn new(start_ns: i64, time_ns: i64, value: f64) -> Self {
        Self { start_ns, last_ns: time_ns, count: 1, sum: value, min: value, max: value, last: value }
    }

    fn add(&mut self, time_ns: i64, value: f64) {
        self.count = self.count.saturating_add(1);
        self.sum += value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        if time_ns >= self.last_ns {
            (self.last_ns, self.last) = (time_ns, value);
        }
    }

    fn value(&self, aggregate: Aggregate) -> f64 {
        match aggregate {
            Aggregate::Mean => self.sum / self.count as f64,
            Aggregate::Min => self.min,
            Aggregate::Max => self.max,
            Aggregate::Sum => self.sum,
            Aggregate::Count => self.count as f64,
            Aggregate::Last => self.last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn closed(aggregate: Aggregate, points: &[(i64, f64)]) -> Vec<Windowed> {
        let window = Window { length: Duration::from_nanos(10), aggregate };
        let mut bucket = None;
        points.iter().map(|(time_ns, value)| window.push(&mut bucket, *time_ns, *value)).collect()
    }

    #[test]
    fn a_window_closes_with_the_first_later_point() {
        let told = closed(Aggregate::Mean, &[(1, 1.0), (9, 3.0), (10, 7.0), (45, 8.0), (40, 9.0), (39, 1.0)]);
        let expected = [
            Windowed::Open,
            Windowed::Open,
            Windowed::Closed { time_ns: 10, value: 2.0 },
            Windowed::Closed { time_ns: 20, value: 7.0 },
            Windowed::Open,
            Windowed::Late,
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn every_aggregate_has_its_value() {
        let points = [(-3, 4.0), (-5, 1.0), (-1, 2.0), (0, 0.0)];
        for (aggregate, value) in Aggregate::ALL.into_iter().zip([7.0 / 3.0, 1.0, 4.0, 7.0, 3.0, 2.0]) {
            let told = closed(aggregate, &points);
            assert_eq!(told[3], Windowed::Closed { time_ns: 0, value }, "{aggregate:?}");
        }
    }

    #[test]
    fn the_extremes_of_time_do_not_overflow() {
        let told = closed(Aggregate::Sum, &[(model::MIN_TIME, 1.0), (model::MAX_TIME, 2.0), (0, 1.0)]);
        assert!(matches!(told[..], [Windowed::Open, Windowed::Closed { .. }, Windowed::Late]));
    }
}

//! Empty buckets: one point for each bucket of the range, as the fill option says.

use super::columns::filler;
use crate::ast::Fill;
use crate::functions::{Number, Point};
use crate::window::{Steps, Window};
use crate::{Error, Limits, Result};
use model::{FieldType, FieldValue, MIN_TIME};

/// How a call's empty buckets are filled.
#[derive(Clone, Copy)]
pub(crate) struct Filling<'a> {
    /// The buckets.
    pub(crate) window: &'a Window,
    /// What they show.
    pub(crate) fill: Fill,
    /// The type of the values.
    pub(crate) ty: FieldType,
    /// Whether time runs forward.
    pub(crate) ascending: bool,
}

impl Filling<'_> {
    /// The points of a series and those between, before and after them. A series without points gets
    /// none. Without a lower bound the first point's bucket is the first.
    ///
    /// # Errors
    /// When there are more buckets than allowed.
    pub(crate) fn apply(self, points: Vec<Point>, limits: &Limits) -> Result<Vec<Point>> {
        let Some(first) = points.first() else { return Ok(points) };
        let (from, to) = self.ends();
        let from = if from == MIN_TIME { self.window.bucket(first.time).start } else { from };
        self.check(from, to, limits)?;
        let mut steps = Steps::new(self.window, from, self.ascending);
        let mut filled: Vec<Point> = Vec::with_capacity(points.len());
        let mut previous: Option<Point> = None;
        let mut points = points.into_iter().peekable();
        while points.peek().is_some() || self.is_inside(steps.time, to) {
            let is_due = points.peek().is_some_and(|next| !self.is_before(steps.time, next.time));
            match points.next_if(|_| is_due) {
                Some(point) => {
                    previous = Some(Point::bare(point.time, point.value.clone()));
                    filled.push(point);
                }
                None => filled.push(self.between(steps.time, previous.as_ref(), points.peek())),
            }
            if filled.len() > limits.buckets_max {
                return Err(Error::Buckets { buckets: filled.len() as u64, limit: limits.buckets_max });
            }
            steps.advance();
        }
        Ok(filled)
    }

    /// The starts of the first and the last bucket in the direction of time.
    fn ends(self) -> (i64, i64) {
        let (first, last) =
            (self.window.bucket(self.window.first).start, self.window.bucket(self.window.last).start);
        if self.ascending { (first, last) } else { (last, first) }
    }

    /// Refuses before anything is allocated where the range itself says that there are too many.
    fn check(self, from: i64, to: i64, limits: &Limits) -> Result<()> {
        if to == MIN_TIME {
            return Ok(());
        }
        let buckets = from.abs_diff(to) / self.window.interval.unsigned_abs().max(1) + 1;
        if usize::try_from(buckets).is_ok_and(|buckets| buckets <= limits.buckets_max) {
            return Ok(());
        }
        Err(Error::Buckets { buckets, limit: limits.buckets_max })
    }

    fn is_inside(self, time: i64, to: i64) -> bool {
        if self.ascending { time <= to } else { time >= to && to != MIN_TIME }
    }

    fn is_before(self, time: i64, other: i64) -> bool {
        if self.ascending { time < other } else { time > other }
    }

    fn between(self, time: i64, previous: Option<&Point>, next: Option<&Point>) -> Point {
        Point::bare(
            time,
            match self.fill {
                Fill::Null | Fill::None => None,
                Fill::Previous => previous.and_then(|point| point.value.clone()),
                Fill::Integer(number) => Some(filler(number.to_float(), self.ty)),
                Fill::Float(number) => Some(filler(number, self.ty)),
                Fill::Linear => self.line(time, previous, next),
            },
        )
    }

    /// The line between two points, in whole intervals as InfluxDB counts them.
    fn line(self, time: i64, previous: Option<&Point>, next: Option<&Point>) -> Option<FieldValue> {
        let (previous, next) = (previous?, next?);
        let step = |ts: i64| ts / self.window.interval;
        let (at, from, to) = (step(time), step(previous.time), step(next.time));
        let along = at.wrapping_sub(from).to_float();
        let span = to.wrapping_sub(from).to_float();
        match (previous.value.as_ref()?, next.value.as_ref()?) {
            (FieldValue::Float(a), FieldValue::Float(b)) => {
                Some(FieldValue::Float((b - a) / span * along + a))
            }
            (FieldValue::Integer(a), FieldValue::Integer(b)) => {
                let value = b.wrapping_sub(*a).to_float() / span * along + a.to_float();
                Some(FieldValue::Integer(Number::from_float(value)))
            }
            (FieldValue::Unsigned(a), FieldValue::Unsigned(b)) => {
                let value = b.wrapping_sub(*a).to_float() / span * along + a.to_float();
                Some(FieldValue::Unsigned(Number::from_float(value)))
            }
            _ => None,
        }
    }
}

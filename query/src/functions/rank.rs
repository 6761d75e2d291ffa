//! top and bottom: the so many largest or smallest values of a bucket, each with its row.

use super::accumulate::{Accumulator, Batch, Point, entry, take_aux};
use super::selector::compare;
use model::FieldValue;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

/// The best rows of each bucket. Of equal values the earlier point is better.
pub(crate) struct Rank {
    largest: bool,
    count: usize,
    /// How many of the first columns carried along are tags whose combinations may each give one row;
    /// 0 is no such rule.
    tags: usize,
    buckets: Vec<Ranked>,
}

#[derive(Default)]
struct Ranked {
    points: Vec<Point>,
    /// Where the point of each combination of tags stands.
    places: HashMap<Vec<String>, usize>,
}

impl Rank {
    /// The `count` largest values, or smallest.
    pub(crate) fn new(largest: bool, count: usize, tags: usize) -> Self {
        Self { largest, count, tags, buckets: Vec::new() }
    }
}

/// How good `a` is compared with `b`: greater is better.
fn better(largest: bool, a: &Point, b: &Point) -> Ordering {
    let (Some(x), Some(y)) = (&a.value, &b.value) else { return Ordering::Equal };
    let by_value = compare(x.as_ref(), y.as_ref());
    let by_value = if largest { by_value } else { by_value.reverse() };
    by_value.then(b.time.cmp(&a.time))
}

impl Accumulator for Rank {
    fn add(&mut self, bucket: usize, batch: &Batch<'_>, rows: Range<usize>) {
        let ranked = entry(&mut self.buckets, bucket);
        for row in rows {
            let Some(value) = batch.values.get(row) else { continue };
            let bare = Point::bare(batch.times[row], Some(value.to_owned()));
            if self.tags > 0 {
                add_by_tags(ranked, bare, batch, row, self.tags, self.largest);
            } else {
                add_best(&mut ranked.points, bare, batch, row, self.count, self.largest);
            }
        }
    }

    fn finish(&mut self, bucket: usize, _start: i64) -> Vec<Point> {
        let Some(ranked) = self.buckets.get_mut(bucket) else { return Vec::new() };
        let mut points = std::mem::take(&mut ranked.points);
        points.sort_by(|a, b| better(self.largest, b, a));
        points.truncate(self.count);
        points.sort_by_key(|point| point.time);
        points
    }

    fn bytes(&self) -> usize {
        let width = size_of::<Point>() + (1 + self.tags) * size_of::<FieldValue>();
        self.buckets.iter().map(|ranked| ranked.points.len() * width).sum()
    }
}

/// Keeps `points` sorted, the best first, and no longer than `count`.
fn add_best(
    points: &mut Vec<Point>,
    mut point: Point,
    batch: &Batch<'_>,
    row: usize,
    count: usize,
    largest: bool,
) {
    let place = points.partition_point(|kept| better(largest, kept, &point).is_ge());
    if place < count {
        point.aux = take_aux(batch, row);
        points.insert(place, point);
        points.truncate(count);
    }
}

/// Keeps the best point of each combination of tags.
fn add_by_tags(
    ranked: &mut Ranked,
    mut point: Point,
    batch: &Batch<'_>,
    row: usize,
    tags: usize,
    largest: bool,
) {
    let key = batch.aux[..tags].iter().map(|column| text(column, row)).collect();
    let place = *ranked.places.entry(key).or_insert(ranked.points.len());
    let is_better = ranked.points.get(place).is_none_or(|kept| better(largest, &point, kept).is_gt());
    if is_better {
        point.aux = take_aux(batch, row);
        if place == ranked.points.len() {
            ranked.points.push(point);
        } else {
            ranked.points[place] = point;
        }
    }
}

fn text(column: &model::Column, row: usize) -> String {
    match column.get(row) {
        Some(model::ValueRef::String(text)) => text.to_owned(),
        _ => String::new(),
    }
}

//! sample: so many rows of a bucket, each row as likely as any other.
//!
//! The choice comes from a generator that always begins alike: the same question about the same data
//! has the same answer.

use super::accumulate::{Accumulator, Batch, Point, entry, take_aux};
use model::FieldValue;
use std::ops::Range;

/// A reservoir per bucket.
pub(crate) struct Sample {
    count: usize,
    buckets: Vec<Reservoir>,
    random: u64,
    bytes: usize,
}

#[derive(Default)]
struct Reservoir {
    seen: u64,
    points: Vec<Point>,
}

impl Sample {
    /// `count` rows, or all where there are fewer.
    pub(crate) fn new(count: usize) -> Self {
        Self { count, buckets: Vec::new(), random: 0, bytes: 0 }
    }
}

impl Accumulator for Sample {
    fn add(&mut self, bucket: usize, batch: &Batch<'_>, rows: Range<usize>) {
        let reservoir = entry(&mut self.buckets, bucket);
        for row in rows {
            let Some(value) = batch.values.get(row) else { continue };
            reservoir.seen += 1;
            let place = match reservoir.points.len() {
                len if len < self.count => len,
                _ => usize::try_from(below(&mut self.random, reservoir.seen)).unwrap_or(usize::MAX),
            };
            if place >= self.count {
                continue;
            }
            let aux = take_aux(batch, row);
            let point = Point { time: batch.times[row], value: Some(value.to_owned()), aux };
            if place < reservoir.points.len() {
                reservoir.points[place] = point;
            } else {
                self.bytes += size_of::<Point>() + (1 + batch.aux.len()) * size_of::<FieldValue>();
                reservoir.points.push(point);
            }
        }
    }

    fn finish(&mut self, bucket: usize, _start: i64) -> Vec<Point> {
        let Some(reservoir) = self.buckets.get_mut(bucket) else { return Vec::new() };
        let mut points = std::mem::take(&mut reservoir.points);
        points.sort_by_key(|point| point.time);
        points
    }

    fn bytes(&self) -> usize {
        self.bytes + self.buckets.capacity() * size_of::<Reservoir>()
    }
}

/// A number below `bound`: SplitMix64, scaled.
fn below(state: &mut u64, bound: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    let scaled = (u128::from(mixed) * u128::from(bound)) >> 64;
    u64::try_from(scaled).expect("it is below a u64")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Column, Values};

    #[test]
    fn every_row_is_picked_about_equally_often() {
        let times: Vec<i64> = (0..10).collect();
        let values = Column::dense(Values::Integer(times.clone()));
        let batch = Batch { times: &times, values: &values, aux: &[] };
        let mut sample = Sample::new(3);
        let mut picked = [0_u32; 10];
        for bucket in 0..10_000 {
            sample.add(bucket, &batch, 0..10);
            let points = sample.finish(bucket, 0);
            assert_eq!(points.len(), 3);
            assert!(points.windows(2).all(|pair| pair[0].time < pair[1].time));
            points.iter().for_each(|point| picked[usize::try_from(point.time).unwrap()] += 1);
        }
        assert!(picked.iter().all(|count| (2_800..3_200).contains(count)), "{picked:?}");
    }

    #[test]
    fn fewer_rows_than_asked_for_are_all_shown() {
        let values = Column::dense(Values::Integer(vec![7, 8]));
        let batch = Batch { times: &[20, 10], values: &values, aux: &[] };
        let mut sample = Sample::new(3);
        sample.add(0, &batch, 0..2);
        let times: Vec<i64> = sample.finish(0, 0).iter().map(|point| point.time).collect();
        assert_eq!(times, [10, 20]);
    }
}

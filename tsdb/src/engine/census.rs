//! Which measurements have most series: what an operator looks for when memory or the index grows.
//!
//! An exact count unites all segments, which is what SHOW SERIES CARDINALITY does. This one is for `/metrics`, all the
//! time: it looks at the heads and at the newest shard of each policy, once a minute, and at each segment once.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use model::TagPredicate;

use super::Engine;
use crate::error::Result;
use crate::limits::{CENSUS_MEASUREMENTS, CENSUS_PAUSE, CENSUS_SEGMENTS_MAX};
use crate::segment::SegmentReader;
use crate::shard::Segment;
use crate::view::View;

/// How many series a measurement has in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasurementSeries {
    /// Its name.
    pub measurement: Box<str>,
    /// Its series.
    pub series: u64,
}

/// The last count, and what is known of segments, which never change.
#[derive(Debug, Default)]
pub(super) struct Census {
    counted: Option<Duration>,
    largest: Arc<[MeasurementSeries]>,
    segments: HashMap<u64, Vec<MeasurementSeries>>,
}

impl Engine {
    /// The measurements with most series, the largest first, at most
    /// [`CENSUS_MEASUREMENTS`](crate::limits::CENSUS_MEASUREMENTS). The number is the most that one head, or one segment
    /// of a policy's newest shard, has of that name in any database; it may be a minute old. Reads segments.
    #[must_use]
    pub fn largest_measurements(&self) -> Arc<[MeasurementSeries]> {
        let now = self.options.clock.monotonic();
        let mut census = self.census.lock();
        if census.counted.is_none_or(|counted| now.saturating_sub(counted) >= CENSUS_PAUSE) {
            census.count(&self.view());
            census.counted = Some(now);
        }
        census.largest.clone()
    }
}

impl Census {
    fn count(&mut self, view: &View) {
        self.look_at(newest_segments(view).take(CENSUS_SEGMENTS_MAX));
        let mut most: HashMap<Box<str>, u64> = HashMap::new();
        let mut note = |name: &str, series: u64| match most.get_mut(name) {
            Some(known) => *known = series.max(*known),
            None => drop(most.insert(name.into(), series)),
        };
        for counts in self.segments.values().flatten() {
            note(&counts.measurement, counts.series);
        }
        for generation in &view.generations {
            generation
                .data
                .read()
                .tables
                .series_by_measurement()
                .for_each(|(name, series)| note(name, series));
        }
        let all = most.into_iter().map(|(measurement, series)| MeasurementSeries { measurement, series });
        self.largest = largest(all.collect()).into();
    }

    /// Keeps the counts of these segments and no others. One that cannot be read is left out.
    fn look_at<'a>(&mut self, segments: impl Iterator<Item = &'a Segment>) {
        let mut known = std::mem::take(&mut self.segments);
        for segment in segments {
            let id = segment.info.id;
            let counts = known.remove(&id).map_or_else(|| count(&*segment.reader()?), Ok);
            match counts {
                Ok(counts) => drop(self.segments.insert(id, counts)),
                Err(error) => tracing::debug!(%error, "a segment's series are not counted"),
            }
        }
    }
}

/// The segments of the newest shard of each policy that has any.
fn newest_segments(view: &View) -> impl Iterator<Item = &Segment> {
    let newest = |policy: &Arc<crate::catalog::Policy>| {
        view.shards_of(policy.id).filter(|shard| !shard.segments.is_empty()).last()
    };
    view.catalog.policies().filter_map(newest).flat_map(|shard| &shard.segments)
}

fn count(reader: &SegmentReader) -> Result<Vec<MeasurementSeries>> {
    let of = |name: &str| {
        let series = reader.count_series(name, &TagPredicate::All)?;
        Ok(MeasurementSeries { measurement: name.into(), series })
    };
    Ok(largest(reader.measurements().map(of).collect::<Result<_>>()?))
}

fn largest(mut counts: Vec<MeasurementSeries>) -> Vec<MeasurementSeries> {
    counts.sort_unstable_by(|one, other| {
        (Reverse(one.series), &one.measurement).cmp(&(Reverse(other.series), &other.measurement))
    });
    counts.truncate(CENSUS_MEASUREMENTS);
    counts.shrink_to_fit();
    counts
}

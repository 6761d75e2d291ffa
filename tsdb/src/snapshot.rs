//! What one reader sees: an immutable list of segments and heads, as of one moment.
//!
//! Writes that come later, freezes, merges and drops do not change it. It keeps alive what it names.

mod growing;
mod heads;
mod live;
mod names;
mod selected;
mod series;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{
    Budget, FieldType, Leased, ScanRequest, SeriesKey, SeriesRequest, SummaryRequest, Tags, TimeRange,
};
use threads::ArcSwap;

use growing::Growing;
use live::each_live;
use series::Found;
pub(crate) use series::{Local, Matched, matching};

use crate::catalog::{CatalogId, Policy};
use crate::error::Result;
use crate::generation::{Generation, GenerationData, RowNumber, ShapeId};
use crate::scan::{Scan, SummaryScan};
use crate::segment::SegmentReader;
use crate::shard::{Segment, Shard};
use crate::tombstone::{Placed, is_live_in_segment, live_shapes};
use crate::view::View;

/// One retention policy at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    view: Arc<View>,
    database: CatalogId,
    policy: Arc<Policy>,
    /// Where the index of a head is leased.
    budget: Budget,
    /// Each generation in memory with the number of rows that are seen of it, the oldest first.
    generations: Vec<(Arc<Generation>, RowNumber)>,
    /// Only shards that overlap this are looked at.
    time: TimeRange,
}

impl Snapshot {
    pub(crate) fn new(current: &ArcSwap<View>, budget: &Budget, db: &str, rp: Option<&str>) -> Result<Self> {
        loop {
            let view = current.load_full();
            let (database, policy) = (view.catalog.database(db)?.id, view.catalog.policy(db, rp)?.clone());
            let rows = |generation: &Arc<Generation>| (generation.clone(), generation.rows());
            let generations = view.generations.iter().map(rows).collect();
            // Rows that came after a delete must not be seen without the delete. While the view is the same there
            // was none.
            if Arc::ptr_eq(&view, &current.load()) {
                let budget = budget.clone();
                return Ok(Self { view, database, policy, budget, generations, time: TimeRange::ALL });
            }
        }
    }

    /// The same snapshot, without shards that lie outside `time`.
    #[must_use]
    pub fn within(&self, time: TimeRange) -> Self {
        Self { time: self.time.intersect(&time), ..self.clone() }
    }

    /// The ranges of time of the shards, the earliest first; they do not overlap. Inside each a field has one type.
    #[must_use]
    pub fn shard_ranges(&self) -> Vec<TimeRange> {
        self.shards().map(|shard| shard.info.time).collect()
    }

    /// The names of all measurements, sorted.
    ///
    /// # Errors
    /// When a segment is damaged.
    pub fn measurements(&self) -> Result<Vec<Box<str>>> {
        let mut names = BTreeSet::new();
        for shard in self.shards() {
            for segment in &shard.segments {
                let reader = segment.reader()?;
                for name in reader.measurements() {
                    if !names.contains(name) && self.is_live(segment, &reader, name)? {
                        names.insert(Box::from(name));
                    }
                }
            }
            self.each_head(shard, |data, shapes| {
                let shapes = shapes.iter().map(|shape| data.tables.shape(*shape).measurement);
                names.extend(shapes.map(|id| Box::<str>::from(&**data.tables.measurement(id))));
            });
        }
        Ok(names.into_iter().collect())
    }

    /// The fields of a measurement with the types that they have in one shard or another, sorted by name;
    /// types in the order of [`FieldType::ALL`].
    ///
    /// # Errors
    /// When a segment is damaged.
    pub fn fields(&self, measurement: &str) -> Result<Vec<(Box<str>, Vec<FieldType>)>> {
        let mut fields: BTreeMap<Box<str>, BTreeSet<FieldType>> = BTreeMap::new();
        for shard in self.shards() {
            for segment in &shard.segments {
                let reader = segment.reader()?;
                if self.is_live(segment, &reader, measurement)? {
                    for (name, ty) in reader.fields(measurement) {
                        fields.entry(name).or_default().insert(ty);
                    }
                }
            }
            self.each_head(shard, |data, shapes| {
                for shape in shapes.iter().map(|shape| data.tables.shape(*shape)) {
                    if **data.tables.measurement(shape.measurement) == *measurement {
                        for field in shape.fields.iter().map(|field| data.tables.field(*field)) {
                            fields.entry(Box::from(&*field.name)).or_default().insert(field.ty);
                        }
                    }
                }
            });
        }
        let ordered =
            |types: BTreeSet<FieldType>| FieldType::ALL.into_iter().filter(|ty| types.contains(ty)).collect();
        Ok(fields.into_iter().map(|(name, types)| (name, ordered(types))).collect())
    }

    /// The tags of the series that are asked for, sorted by their keys.
    ///
    /// # Errors
    /// When a segment is damaged, the reader gave up, or the budget has no room.
    pub fn series(&self, request: &SeriesRequest) -> Result<Leased<Vec<Arc<Tags>>>> {
        let mut found: BTreeMap<SeriesKey, Arc<Tags>> = BTreeMap::new();
        let mut lease = Growing::new(&request.budget);
        each_live(&self.within(request.time), request, |Found { key, tags, .. }| {
            let bytes = series::bytes_of(&key, &tags);
            let count = found.len();
            found.entry(key).or_insert(tags);
            if found.len() > count { lease.add(bytes) } else { Ok(()) }
        })?;
        Ok(Leased::new(found.into_values().collect(), lease.into_lease()))
    }

    /// Starts a scan.
    ///
    /// # Errors
    /// When a segment that is needed is damaged, or the budget has no room.
    pub fn scan(&self, request: &ScanRequest) -> Result<Scan> {
        Scan::new(self, request.clone())
    }

    /// Starts a scan whose reader only wants what values come to.
    ///
    /// # Errors
    /// As [`scan`](Self::scan).
    pub fn summarise(&self, request: &SummaryRequest) -> Result<SummaryScan> {
        SummaryScan::new(self, request)
    }

    /// The shards that are looked at, the earliest first.
    pub(crate) fn shards(&self) -> impl Iterator<Item = &Arc<Shard>> {
        self.view.shards_of(self.policy.id).filter(|shard| shard.info.time.overlaps(&self.time))
    }

    /// Each generation with its number of rows, the oldest first.
    pub(crate) fn generations(&self) -> &[(Arc<Generation>, RowNumber)] {
        &self.generations
    }

    /// The tombstones that may hide rows of a measurement inside `time`.
    pub(crate) fn touching(&self, measurement: &str, time: &TimeRange) -> Vec<&Placed> {
        self.view.tombstones.touching(self.database, self.policy.id, measurement, time)
    }

    /// Whether a measurement has a row in a segment, if it is there at all.
    fn is_live(&self, segment: &Segment, reader: &SegmentReader, measurement: &str) -> Result<bool> {
        let touching = self.touching(measurement, &segment.info.time);
        Ok(touching.is_empty() || is_live_in_segment(reader, &segment.info, measurement, &touching)?)
    }

    /// Gives the shapes with rows of each head of a shard, under its generation's lock.
    fn each_head(&self, shard: &Shard, mut take: impl FnMut(&GenerationData, &[ShapeId])) {
        for (generation, rows) in &self.generations {
            let data = generation.data.read();
            if let Some(head) = data.heads.get(&shard.info.id) {
                let touching = |measurement: &str| self.touching(measurement, &head.time);
                take(&data, &live_shapes(&data, head, generation.id, *rows, touching));
            }
        }
    }
}

//! What one reader sees: an immutable list of segments and heads, as of one moment.
//!
//! Writes that come later, freezes, merges and drops do not change it. It keeps alive what it names.

mod series;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{FieldType, ScanRequest, SeriesKey, SummaryRequest, TagPredicate, Tags, TimeRange};

use series::each_place;
pub(crate) use series::{Local, Matched, matching};

use crate::catalog::Policy;
use crate::error::Result;
use crate::generation::{Generation, GenerationData, RowNumber};
use crate::head::Head;
use crate::scan::{Scan, SummaryScan};
use crate::segment::SegmentReader;
use crate::shard::Shard;
use crate::view::View;

/// One retention policy at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    view: Arc<View>,
    policy: Arc<Policy>,
    /// Each generation in memory with the number of rows that are seen of it, the oldest first.
    generations: Vec<(Arc<Generation>, RowNumber)>,
    /// Only shards that overlap this are looked at.
    time: TimeRange,
}

impl Snapshot {
    pub(crate) fn new(view: Arc<View>, db: &str, rp: Option<&str>) -> Result<Self> {
        let policy = view.catalog.policy(db, rp)?.clone();
        let rows = |generation: &Arc<Generation>| (generation.clone(), generation.rows());
        let generations = view.generations.iter().map(rows).collect();
        Ok(Self { view, policy, generations, time: TimeRange::ALL })
    }

    /// The same snapshot, without shards that lie outside `time`.
    #[must_use]
    pub fn within(&self, time: TimeRange) -> Self {
        Self { time: self.time.intersect(&time), ..self.clone() }
    }

    /// The names of all measurements, sorted.
    ///
    /// # Errors
    /// When a segment is damaged.
    pub fn measurements(&self) -> Result<Vec<Box<str>>> {
        let mut names = BTreeSet::new();
        for shard in self.shards() {
            for reader in self.readers(shard) {
                names.extend(reader?.measurements().map(Box::<str>::from));
            }
            self.each_head(shard, |data, head, rows| {
                let shapes = head.shapes_before(rows).map(|shape| data.tables.shape(shape).measurement);
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
            for reader in self.readers(shard) {
                for (name, ty) in reader?.fields(measurement) {
                    fields.entry(name).or_default().insert(ty);
                }
            }
            self.each_head(shard, |data, head, rows| {
                for shape in head.shapes_before(rows).map(|shape| data.tables.shape(shape)) {
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

    /// The keys of all tags of a measurement, sorted.
    ///
    /// # Errors
    /// When a segment is damaged.
    pub fn tag_keys(&self, measurement: &str) -> Result<Vec<Box<str>>> {
        let mut keys = BTreeSet::new();
        each_place(self, measurement, &TagPredicate::All, &self.time, |_, tags, _| {
            for (key, _) in tags.iter() {
                if !keys.contains(key) {
                    keys.insert(Box::<str>::from(key));
                }
            }
            Ok(())
        })?;
        Ok(keys.into_iter().collect())
    }

    /// The values of a tag among the series that pass, sorted, without the empty one.
    ///
    /// # Errors
    /// When a segment is damaged.
    pub fn tag_values(
        &self,
        measurement: &str,
        key: &str,
        predicate: &TagPredicate,
    ) -> Result<Vec<Box<str>>> {
        let mut values = BTreeSet::new();
        each_place(self, measurement, predicate, &self.time, |_, tags, _| {
            if let Some(value) = tags.get(key)
                && !values.contains(value)
            {
                values.insert(Box::<str>::from(value));
            }
            Ok(())
        })?;
        Ok(values.into_iter().collect())
    }

    /// The tags of the series of a measurement that pass, sorted by their keys.
    ///
    /// # Errors
    /// When a segment is damaged.
    pub fn series(&self, measurement: &str, predicate: &TagPredicate) -> Result<Vec<Arc<Tags>>> {
        let mut found: BTreeMap<SeriesKey, Arc<Tags>> = BTreeMap::new();
        each_place(self, measurement, predicate, &self.time, |key, tags, _| {
            found.entry(key).or_insert(tags);
            Ok(())
        })?;
        Ok(found.into_values().collect())
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

    fn readers<'a>(&self, shard: &'a Shard) -> impl Iterator<Item = Result<Arc<SegmentReader>>> + use<'a> {
        shard.segments.iter().map(crate::shard::Segment::reader)
    }

    /// Gives each head of a shard, under its generation's lock.
    fn each_head(&self, shard: &Shard, mut take: impl FnMut(&GenerationData, &Head, RowNumber)) {
        for (generation, rows) in &self.generations {
            let data = generation.data.read();
            if let Some(head) = data.heads.get(&shard.info.id) {
                take(&data, head, *rows);
            }
        }
    }
}

//! Going through all series, once or more often.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use disk::log;
use model::{FieldType, TagPredicate, Tags};
use xxhash_rust::xxh3::Xxh3;

use super::{DatabaseIndex, IndexReport, MeasurementIndex};
use crate::error::{Error, Result};
use crate::generation::{SeriesId, ShapeId};
use crate::inspect::distinct::Distinct;
use crate::inspect::finding::{Finding, Findings};
use crate::inspect::store::Store;
use crate::inspect::wal::WalDecoder;
use crate::segment::SegmentReader;
use crate::shard::ShardId;

/// What was seen so far.
#[derive(Debug)]
pub(super) struct Census {
    databases: BTreeMap<String, Database>,
    distinct: Distinct,
    groups: u32,
    findings: Findings,
    /// Series and fields do not change from pass to pass: only the first one notes them.
    is_first: bool,
    wal_rows: u64,
    wal_frames: u64,
}

#[derive(Debug, Default)]
struct Database {
    stored_series: u64,
    index_bytes: u64,
    measurements: BTreeMap<String, Measurement>,
}

#[derive(Debug)]
struct Measurement {
    /// The group of its series.
    group: u32,
    /// The group of each tag key's values.
    tag_keys: BTreeMap<String, u32>,
    fields: BTreeMap<String, BTreeSet<FieldType>>,
}

/// The parts of a segment that the index is made of.
const INDEX_SECTIONS: [&str; 5] = ["postings", "sets", "series", "chunks", "measurements"];

impl Default for Census {
    fn default() -> Self {
        Self {
            databases: BTreeMap::new(),
            distinct: Distinct::new(),
            groups: 0,
            findings: Findings::default(),
            is_first: true,
            wal_rows: 0,
            wal_frames: 0,
        }
    }
}

impl Census {
    /// Goes through all segments of policies that are there.
    pub(super) fn count_segments(&mut self, store: &Store<'_>) -> Result<()> {
        let state = &store.manifest.state;
        for info in state.segments.values() {
            let policy = state.shards.get(&info.shard).map(|shard| shard.policy);
            let Some((database, _)) = policy.and_then(|policy| state.catalog.policy_by_id(policy)) else {
                continue;
            };
            let path = store.directory.segment(info.id);
            let counted = SegmentReader::open(store.fs, &path)
                .and_then(|reader| self.count_segment(&database.name, &reader));
            match counted {
                Err(Error::Disk(error)) if error.is_not_found() => return Err(Error::Disk(error)),
                Err(error) => self.findings.add(Finding::of(&path, error)),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    fn count_segment(&mut self, database: &str, reader: &SegmentReader) -> Result<()> {
        if self.is_first {
            let found = self.databases.entry(database.to_owned()).or_default();
            found.stored_series += reader.totals().series;
            let index = reader.sections().into_iter().filter(|(name, _)| INDEX_SECTIONS.contains(name));
            found.index_bytes += index.map(|(_, bytes)| bytes).sum::<u64>();
        }
        for measurement in reader.numbered_measurements() {
            let name = &*measurement.name;
            let group = self.measurement(database, name).group;
            let of = hasher(database);
            reader.each_series(name, &TagPredicate::All, |series| {
                self.distinct.add(hash(&of, &[series.key.as_str()]), group);
                Ok(())
            })?;
            for key in &measurement.tag_keys {
                let group = self.tag_key(database, name, &key.name);
                reader.each_posting(key, |_, value| {
                    self.distinct.add(hash(&of, &[name, &key.name, value.text]), group);
                    Ok(())
                })?;
            }
            for field in &measurement.fields {
                self.field(database, name, &field.name, field.ty);
            }
        }
        Ok(())
    }

    /// Goes through the rows of the WAL, those of dropped shards left out.
    pub(super) fn count_wal(&mut self, store: &Store<'_>) -> Result<()> {
        let files = store.wal_files()?.files;
        let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
        let mut frames = log::recover(store.fs, &paths, store.stop())?;
        let mut decoder = WalDecoder::new(&store.manifest.state);
        let mut generation = 0;
        let mut seen: HashSet<(ShardId, SeriesId, ShapeId)> = HashSet::new();
        (self.wal_rows, self.wal_frames) = (0, 0);
        while let Some(frame) = frames.next() {
            let frame = frame?;
            decoder.note_losses(frames.report(), &files);
            if files[frame.file].generation != generation {
                generation = files[frame.file].generation;
                seen.clear();
            }
            self.wal_frames += 1;
            decoder.read(generation, frame.kind, &frame.payload, |place, row| {
                let (Some(database), _) = place.names(row.shard) else { return };
                if !place.counts(row.shard) {
                    return;
                }
                self.wal_rows += 1;
                if seen.insert((row.shard, row.series, row.shape)) {
                    let key = place.key(row.series);
                    self.add_series(database, &key.measurement(), key.as_str(), &key.tags());
                    for (name, ty) in place.fields(row.shape) {
                        self.field(database, &key.measurement(), name, ty);
                    }
                }
            });
        }
        let found = frames.report().findings.iter().filter_map(Finding::of_log);
        found.for_each(|finding| self.findings.add(finding));
        Ok(())
    }

    fn add_series(&mut self, database: &str, measurement: &str, key: &str, tags: &Tags) {
        let of = hasher(database);
        let group = self.measurement(database, measurement).group;
        self.distinct.add(hash(&of, &[key]), group);
        for (tag, value) in tags.iter() {
            let group = self.tag_key(database, measurement, tag);
            self.distinct.add(hash(&of, &[measurement, tag, value]), group);
        }
    }

    fn measurement(&mut self, database: &str, name: &str) -> &mut Measurement {
        let database = self.databases.entry(database.to_owned()).or_default();
        let groups = &mut self.groups;
        database.measurements.entry(name.to_owned()).or_insert_with(|| {
            *groups += 1;
            Measurement { group: *groups - 1, tag_keys: BTreeMap::new(), fields: BTreeMap::new() }
        })
    }

    fn tag_key(&mut self, database: &str, measurement: &str, key: &str) -> u32 {
        let next = self.groups;
        let group = *self.measurement(database, measurement).tag_keys.entry(key.to_owned()).or_insert(next);
        self.groups += u32::from(group == next);
        group
    }

    fn field(&mut self, database: &str, measurement: &str, name: &str, ty: FieldType) {
        if self.is_first {
            let fields = &mut self.measurement(database, measurement).fields;
            fields.entry(name.to_owned()).or_default().insert(ty);
        }
    }

    /// Ends a pass; whether another one is needed.
    pub(super) fn end_pass(&mut self) -> bool {
        self.is_first = false;
        self.distinct.end_pass()
    }

    pub(super) const fn wal_frames(&self) -> u64 {
        self.wal_frames
    }

    pub(super) fn finish(self, wal: bool, wal_frames: u64) -> IndexReport {
        let Self { databases, distinct, findings, wal_rows, .. } = self;
        let databases = databases.into_iter().map(|(name, found)| {
            let measurements: Vec<MeasurementIndex> =
                found.measurements.into_iter().map(|(name, of)| of.finish(name, &distinct)).collect();
            let series = measurements.iter().map(|measurement| measurement.series).sum();
            let (stored_series, index_bytes) = (found.stored_series, found.index_bytes);
            DatabaseIndex { name, series, stored_series, index_bytes, measurements }
        });
        IndexReport {
            databases: databases.collect(),
            wal_rows: wal.then_some(wal_rows),
            wal_frames,
            findings: findings.list,
        }
    }
}

impl Measurement {
    fn finish(self, name: String, distinct: &Distinct) -> MeasurementIndex {
        let tag_keys = self.tag_keys.into_iter().map(|(key, group)| (key, distinct.count(group)));
        let fields = self.fields.into_iter().map(|(name, types)| (name, types.into_iter().collect()));
        MeasurementIndex {
            name,
            series: distinct.count(self.group),
            tag_keys: tag_keys.collect(),
            fields: fields.collect(),
        }
    }
}

/// A hash in which the database is already.
fn hasher(database: &str) -> Xxh3 {
    let mut hasher = Xxh3::new();
    hasher.update(database.as_bytes());
    hasher
}

/// The hash of texts; each has a byte before it that no text contains.
fn hash(of: &Xxh3, texts: &[&str]) -> u128 {
    let mut hasher = of.clone();
    for text in texts {
        hasher.update(&[0xff]);
        hasher.update(text.as_bytes());
    }
    hasher.digest128()
}

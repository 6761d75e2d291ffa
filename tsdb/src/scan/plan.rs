//! What a scan will read: groups of series, and the runs that hold them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use model::{FieldType, Lease, ScanRequest, SeriesRequest, Share, Tags, TimeRange};

use crate::error::Result;
use crate::generation::SeriesId;
use crate::head::HeadView;
use crate::shard::{Segment, Shard};
use crate::snapshot::{Local, Matched, Snapshot, matching};

/// Everything that a scan needs of its snapshot.
#[derive(Debug)]
pub(super) struct Plan {
    /// Sorted by the values of their tags.
    pub(super) groups: Vec<Group>,
    /// The earliest first.
    pub(super) shards: Vec<ShardPlan>,
    /// The wanted fields, each once.
    pub(super) names: Vec<Box<str>>,
    /// The place of each in `names`: a measurement may have thousands.
    pub(super) places: HashMap<Box<str>, usize>,
    /// For each column of the answer, its place in `names` and its type.
    pub(super) columns: Vec<(usize, FieldType)>,
    /// For the series and what is known of each.
    _lease: Lease,
}

/// Series with equal values of the group-by tags, in the order of their keys.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) series: Vec<Matched>,
}

/// What a shard has for the scan.
#[derive(Debug)]
pub(super) struct ShardPlan {
    /// The part of the wanted time in which it has rows.
    pub(super) time: TimeRange,
    /// Opened for each read: a scan of many shards keeps only those open that it is in.
    pub(super) segments: Vec<Option<Segment>>,
    pub(super) heads: Vec<Option<HeadView>>,
    /// Roughly how many rows a series has in a second.
    pub(super) rows_per_second: f64,
}

impl Plan {
    pub(super) fn new(snapshot: &Snapshot, request: &ScanRequest) -> Result<Self> {
        let (names, places, columns) = wanted(request);
        let mut lease = request.budget.lease(Share::Query, 0)?;
        let mut series = if names.is_empty() || request.time.is_empty() {
            Vec::new()
        } else {
            matching(snapshot, &asked(request), &mut lease)?
        };
        let shards = shards(snapshot, request, &names, &series, &mut lease)?;
        let mut groups: BTreeMap<Vec<Box<str>>, Vec<Matched>> = BTreeMap::new();
        for one in series.drain(..) {
            let values = request.group_by.iter().map(|key| Box::from(one.tags.value_or_empty(key)));
            groups.entry(values.collect()).or_default().push(one);
        }
        let groups = groups.into_values().map(|series| Group { series }).collect();
        Ok(Self { groups, shards, names, places, columns, _lease: lease })
    }

    /// The types of the answer's columns.
    pub(super) fn types(&self) -> Vec<FieldType> {
        self.columns.iter().map(|(_, ty)| *ty).collect()
    }
}

fn asked(request: &ScanRequest) -> SeriesRequest {
    SeriesRequest {
        measurement: request.measurement.clone(),
        tags: request.tags.clone(),
        time: request.time,
        cancel: request.cancel.clone(),
        budget: request.budget.clone(),
    }
}

/// The names of the wanted fields, the place of each, and the columns.
type Wanted = (Vec<Box<str>>, HashMap<Box<str>, usize>, Vec<(usize, FieldType)>);

fn wanted(request: &ScanRequest) -> Wanted {
    let (mut names, mut places, mut columns) = (Vec::new(), HashMap::new(), Vec::new());
    for field in &request.fields {
        let place = *places.entry(field.name.clone()).or_insert_with(|| {
            names.push(field.name.clone());
            names.len() - 1
        });
        columns.push((place, field.ty));
    }
    (names, places, columns)
}

/// Which parts of a shard hold wanted series.
#[derive(Debug, Default)]
struct Needed {
    segments: BTreeSet<usize>,
    /// The wanted series of each generation's head.
    heads: BTreeMap<usize, Vec<SeriesId>>,
}

fn needed(series: &[Matched]) -> BTreeMap<usize, Needed> {
    let mut needed: BTreeMap<usize, Needed> = BTreeMap::new();
    for place in series.iter().flat_map(|series| &series.places) {
        let shard = needed.entry(place.shard()).or_default();
        match place {
            Local::Segment { segment, .. } => {
                shard.segments.insert(*segment);
            }
            Local::Head { generation, series, .. } => {
                shard.heads.entry(*generation).or_default().push(*series);
            }
        }
    }
    for wanted in needed.values_mut().flat_map(|shard| shard.heads.values_mut()) {
        wanted.sort_unstable();
    }
    needed
}

fn shards(
    snapshot: &Snapshot,
    request: &ScanRequest,
    names: &[Box<str>],
    series: &[Matched],
    lease: &mut Lease,
) -> Result<Vec<ShardPlan>> {
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    let mut needed = needed(series);
    let numbered = snapshot.shards().enumerate();
    numbered
        .map(|(number, shard)| {
            let needed = needed.remove(&number).unwrap_or_default();
            shard_plan(snapshot, shard, request, &names, &needed, lease)
        })
        .collect()
}

fn shard_plan(
    snapshot: &Snapshot,
    shard: &Shard,
    request: &ScanRequest,
    names: &[&str],
    needed: &Needed,
    lease: &mut Lease,
) -> Result<ShardPlan> {
    let mut plan = ShardPlan {
        time: TimeRange::new(i64::MAX, i64::MIN),
        segments: vec![None; shard.segments.len()],
        heads: Vec::new(),
        rows_per_second: 0.0,
    };
    for number in &needed.segments {
        let held = &shard.segments[*number];
        plan.note(&held.info.time, held.info.rows, held.info.series);
        plan.segments[*number] = Some(held.clone());
    }
    plan.heads.resize_with(snapshot.generations().len(), || None);
    for (number, wanted) in &needed.heads {
        let (generation, rows) = &snapshot.generations()[*number];
        let data = generation.data.read();
        let head = data.heads.get(&shard.info.id);
        let measurement = data.tables.measurement_id(&request.measurement);
        let Some((head, measurement)) = head.zip(measurement) else { continue };
        plan.note(&head.time, head.rows, head.series_count() as u64);
        let is_wanted = |series: SeriesId| wanted.binary_search(&series).is_ok();
        let mut view = HeadView::collect(head, &data.tables, measurement, names, *rows, is_wanted);
        drop(data);
        lease.grow(view.prepare(wanted.len()))?;
        plan.heads[*number] = Some(view);
    }
    plan.time = plan.time.intersect(&request.time);
    Ok(plan)
}

impl ShardPlan {
    /// Takes in what a segment or head spans.
    fn note(&mut self, time: &TimeRange, rows: u64, series: u64) {
        self.time = TimeRange::new(self.time.start.min(time.start), self.time.end.max(time.end));
        self.rows_per_second += rows_per_second(time, rows, series);
    }
}

fn rows_per_second(time: &TimeRange, rows: u64, series: u64) -> f64 {
    let seconds = (time.end.saturating_sub(time.start) as f64 / 1e9).max(1e-9);
    rows as f64 / series.max(1) as f64 / seconds
}

/// The tags of each series of a bundle.
pub(super) fn tags(series: &[Matched]) -> Arc<[Arc<Tags>]> {
    series.iter().map(|series| series.tags.clone()).collect()
}

//! The leaf: rows of one measurement out of the source.

use super::columns::gather;
use super::eval::{Slots, truths};
use super::rows::{Chunk, Group, Part, Parts, Rows, Told};
use super::tags::{Picked, tag_column};
use crate::functions::Edge;
use crate::statement::{Call, Input, Kind, Measurement, Residual, Role, Select};
use crate::{Context, Error, Result, Scan, Summaries};
use model::{
    Column, Direction, FieldRequest, FieldType, ScanBatch, ScanOrder, ScanRequest, SummaryBatch,
    SummaryKinds, SummaryPart, SummaryRequest, Tags, TimeRange,
};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// Where an input's column comes from.
#[derive(Debug, Clone)]
enum Fetch {
    /// A field of the request.
    Field(usize),
    /// A tag of the series; the flag says whether a missing one is empty text instead of null.
    Tag(Box<str>, bool),
    /// Nowhere.
    Missing(FieldType),
}

/// Rows of one measurement, filtered, as the inputs of a SELECT.
pub(crate) struct MeasurementRows<'a> {
    scan: Box<dyn Scan>,
    shape: Shape<'a>,
}

/// What values of one measurement come to, with the rows of which that is not known.
pub(crate) struct MeasurementSummaries<'a> {
    summaries: Box<dyn Summaries>,
    shape: Shape<'a>,
    /// For each input of the SELECT, which field of the request it is.
    inputs: Arc<[Option<usize>]>,
}

/// What is read of one measurement.
pub(crate) enum Opened<'a> {
    Rows(MeasurementRows<'a>),
    Summaries(MeasurementSummaries<'a>),
}

/// From batches of the source to chunks of a SELECT.
struct Shape<'a> {
    name: Arc<str>,
    grouping: &'a [Box<str>],
    fetches: Vec<Fetch>,
    residual: Option<&'a Residual>,
    inputs: usize,
    /// Whether a row must show a field: those that came for the condition's sake do not count.
    needs_shown: Option<Vec<usize>>,
    group: Option<Arc<Group>>,
    /// How many tags of a group SLIMIT and SOFFSET look at.
    counted_tags: usize,
    /// The values of these tags that SLIMIT and SOFFSET leave.
    shown_groups: Option<HashSet<Vec<Box<str>>>>,
    context: &'a Context<'a>,
}

/// How a SELECT wants its rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// The time range.
    pub(crate) time: TimeRange,
    /// How rows of a group are ordered.
    pub(crate) order: ScanOrder,
    /// Whether time runs back.
    pub(crate) direction: Direction,
}

/// Begins to read a measurement. Nothing where no field of it is asked for. Unless the SELECT has other sources,
/// its values may be told by what they come to.
pub(crate) fn open<'a>(
    context: &'a Context<'a>,
    select: &'a Select,
    measurement: &'a Measurement,
    wanted: Wanted,
) -> Result<Option<Opened<'a>>> {
    let extra = measurement.residual.iter().flat_map(|residual| &residual.inputs);
    let mut fields: Vec<FieldRequest> = Vec::new();
    let fetches: Vec<Fetch> = select
        .inputs
        .iter()
        .chain(extra)
        .zip(&measurement.fields)
        .map(|(input, exists)| fetch(input, &mut fields, *exists))
        .collect();
    let shown: Vec<usize> =
        (0..select.inputs.len()).filter(|index| matches!(fetches[*index], Fetch::Field(_))).collect();
    if shown.is_empty() || wanted.time.is_empty() {
        return Ok(None);
    }
    let shown_fields = shown.iter().filter_map(|index| field_of(&fetches[*index])).max().unwrap_or(0) + 1;
    let needs_shown = (select.is_raw() && fields.len() > shown_fields).then_some(shown);
    let edge = edge(select, measurement);
    let request = ScanRequest {
        measurement: (*measurement.name).into(),
        time: wanted.time,
        tags: measurement.predicate.clone(),
        fields,
        group_by: select.grouping.clone(),
        order: wanted.order,
        direction: edge.unwrap_or(wanted.direction),
        series_rows_max: edge.map(|_| 1).or_else(|| rows_hint(select, measurement)),
        cancel: context.cancel.clone(),
        budget: context.budget.clone(),
    };
    let shape = Shape {
        name: Arc::clone(&measurement.name),
        grouping: &select.grouping,
        fetches,
        residual: measurement.residual.as_ref(),
        inputs: select.inputs.len(),
        needs_shown,
        group: None,
        counted_tags: select.counted_tags,
        shown_groups: shown_groups(context, select, measurement, wanted.time)?,
        context,
    };
    if let Some(wanted) = summary_request(select, &shape, &request)
        && let Some(summaries) = context.source.summarise(&measurement.scope, &wanted)?
    {
        let inputs = shape.fetches.iter().take(shape.inputs).map(field_of).collect();
        return Ok(Some(Opened::Summaries(MeasurementSummaries { summaries, shape, inputs })));
    }
    let scan = context.source.scan(&measurement.scope, &request)?;
    Ok(Some(Opened::Rows(MeasurementRows { scan, shape })))
}

/// What the SELECT needs to know of stretches of time instead of their rows, if it does not need rows.
fn summary_request(select: &Select, shape: &Shape<'_>, scan: &ScanRequest) -> Option<SummaryRequest> {
    let window = &select.window;
    let same_range = |call: &Call| call.extra_buckets() == select.calls[0].extra_buckets();
    let is_plain = select.sources.len() == 1
        && !select.is_raw()
        && scan.order == ScanOrder::BySeries
        && scan.series_rows_max.is_none()
        && shape.residual.is_none()
        && (window.zone.is_none() || window.interval == 0)
        && (select.aux.is_empty() || !select.is_selector())
        && select.calls.iter().all(same_range);
    if !is_plain {
        return None;
    }
    let mut kinds = vec![SummaryKinds::default(); scan.fields.len()];
    for call in &select.calls {
        let wanted = call.reducer?.summary()?;
        if let Some(field) = field_of(&shape.fetches[call.input]) {
            kinds[field] = kinds[field].or(wanted);
        }
    }
    Some(SummaryRequest {
        scan: scan.clone(),
        kinds,
        interval: window.interval,
        offset: window.offset,
        times: select.is_selector() && window.interval == 0,
    })
}

/// Which groups SLIMIT and SOFFSET leave: they count the groups of series that the tags leave, whether
/// or not these have rows, and within a subquery only by the tags of the outermost SELECT. SOFFSET without SLIMIT leaves none: so InfluxDB cuts its list.
fn shown_groups(
    context: &Context<'_>,
    select: &Select,
    measurement: &Measurement,
    time: TimeRange,
) -> Result<Option<HashSet<Vec<Box<str>>>>> {
    let page = select.series;
    if page.limit == 0 && page.offset == 0 {
        return Ok(None);
    }
    let request = context.series_of(&measurement.name, &measurement.predicate, time);
    let series = context.source.series(&measurement.scope, &request)?;
    let counted = &select.grouping[..select.counted_tags];
    let groups: BTreeSet<GroupRank> = series.iter().map(|tags| rank(counted, tags)).collect();
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    Ok(Some(groups.into_iter().skip(offset).take(limit).map(|(_, values)| values).collect()))
}

/// How SLIMIT sorts groups, and the values of a group's tags.
type GroupRank = (String, Vec<Box<str>>);

/// Groups are counted in the order of InfluxDB's keys for them: the keys of the tags that are there,
/// then their values, with bars between.
fn rank(grouping: &[Box<str>], tags: &Tags) -> GroupRank {
    let mut present: Vec<&Box<str>> = grouping.iter().filter(|key| tags.get(key).is_some()).collect();
    present.sort();
    let keys = present.iter().map(|key| &***key);
    let values = present.iter().map(|key| tags.value_or_empty(key));
    let text = keys.chain(values).collect::<Vec<_>>().join("|");
    (text, grouping.iter().map(|key| tags.value_or_empty(key).into()).collect())
}

fn values_of(group: &Group, count: usize) -> Vec<Box<str>> {
    group.tags.iter().take(count).map(|(_, value)| value.clone()).collect()
}

/// A raw SELECT with a LIMIT and no condition on fields needs no more rows of any series.
fn rows_hint(select: &Select, measurement: &Measurement) -> Option<usize> {
    let limited = select.is_raw() && select.rows.limit > 0 && measurement.residual.is_none();
    limited
        .then(|| usize::try_from(select.rows.limit.saturating_add(select.rows.offset)).unwrap_or(usize::MAX))
}

/// Where only the oldest or only the newest row of each series can matter, the direction in which it
/// comes first: `first` or `last` of one field over the whole range, with nothing but tags beside it.
fn edge(select: &Select, measurement: &Measurement) -> Option<Direction> {
    let first = select.calls.first()?;
    let pick = first.reducer?.edge()?;
    let alike =
        |call: &Call| call.input == first.input && call.steps.is_empty() && call.reducer == first.reducer;
    let is_alone = (0..select.inputs.len())
        .all(|index| index == first.input || !matches!(select.inputs[index].kind, Some(Kind::Field(_))));
    let is_plain = select.window.interval == 0 && measurement.residual.is_none();
    (is_plain && is_alone && select.calls.iter().all(alike)).then_some(match pick {
        Edge::Oldest => Direction::Ascending,
        Edge::Newest => Direction::Descending,
    })
}

fn field_of(fetch: &Fetch) -> Option<usize> {
    if let Fetch::Field(index) = fetch { Some(*index) } else { None }
}

fn fetch(input: &Input, fields: &mut Vec<FieldRequest>, exists: bool) -> Fetch {
    match input.kind {
        Some(Kind::Field(ty)) if exists => {
            let wanted = FieldRequest { name: input.name.clone(), ty };
            let place = fields.iter().position(|known| *known == wanted).unwrap_or_else(|| {
                fields.push(wanted);
                fields.len() - 1
            });
            Fetch::Field(place)
        }
        Some(Kind::Field(ty)) => Fetch::Missing(ty),
        Some(Kind::Tag) if input.role != Role::Argument => {
            Fetch::Tag(input.name.clone(), input.role == Role::Compared)
        }
        Some(Kind::Tag) => Fetch::Missing(FieldType::String),
        None => Fetch::Missing(FieldType::Float),
    }
}

impl Rows for MeasurementRows<'_> {
    fn next(&mut self) -> Result<Option<Chunk>> {
        loop {
            self.shape.check_cancelled()?;
            let Some(batch) = self.scan.next_batch()? else { return Ok(None) };
            if let Some(chunk) = self.shape.chunk(batch) {
                return Ok(Some(chunk));
            }
        }
    }
}

impl Parts for MeasurementSummaries<'_> {
    fn next_part(&mut self) -> Result<Option<Part>> {
        loop {
            self.shape.check_cancelled()?;
            let part = match self.summaries.next_part()? {
                None => return Ok(None),
                Some(SummaryPart::Rows(batch)) => self.shape.chunk(batch).map(Part::Rows),
                Some(SummaryPart::Summaries(summaries)) => self.told(summaries).map(Part::Told),
            };
            if part.is_some() {
                return Ok(part);
            }
        }
    }
}

impl MeasurementSummaries<'_> {
    fn told(&mut self, summaries: SummaryBatch) -> Option<Told> {
        let group = self.shape.shown_group_of(&summaries.tags)?;
        Some(Told { group, summaries, inputs: Arc::clone(&self.inputs) })
    }
}

impl Shape<'_> {
    fn check_cancelled(&self) -> Result<()> {
        if self.context.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// The batch's rows that pass, as inputs; nothing where none does.
    fn chunk(&mut self, batch: ScanBatch) -> Option<Chunk> {
        let group = self.shown_group_of(batch.series.tags(0))?;
        let ScanBatch { series, columns: batch } = batch;
        let len = batch.times.len();
        let mut sources: Vec<Option<Column>> = batch.columns.into_iter().map(Some).collect();
        let mut columns = Vec::with_capacity(self.fetches.len());
        for (index, fetch) in self.fetches.iter().enumerate() {
            columns.push(match fetch {
                Fetch::Field(field) if self.is_last_use(index, *field) => {
                    sources[*field].take().unwrap_or_else(|| Column::nulls(FieldType::Float, len))
                }
                Fetch::Field(field) => {
                    sources[*field].clone().unwrap_or_else(|| Column::nulls(FieldType::Float, len))
                }
                Fetch::Tag(..) if self.is_only_shown(index) => Column::empty(FieldType::String),
                Fetch::Tag(key, is_empty) => tag_column(&series, key, *is_empty, Picked::All(len)),
                Fetch::Missing(ty) => Column::nulls(*ty, len),
            });
        }
        let kept = self.passing(&columns, len);
        let picked = kept.as_deref().map_or(Picked::All(len), Picked::Some);
        if picked.is_empty() {
            return None;
        }
        columns.truncate(self.inputs);
        for (index, column) in columns.iter_mut().enumerate() {
            match (&self.fetches[index], picked) {
                (Fetch::Tag(key, is_empty), _) if self.is_only_shown(index) => {
                    *column = tag_column(&series, key, *is_empty, picked);
                }
                (_, Picked::Some(rows)) => *column = gather(column, rows),
                (_, Picked::All(_)) => {}
            }
        }
        let times = match picked {
            Picked::All(_) => batch.times,
            Picked::Some(rows) => rows.iter().map(|row| batch.times[*row]).collect(),
        };
        Some(Chunk { group, times, columns })
    }

    /// Whether an input is a tag that no condition reads: it can wait until it is known which rows pass.
    fn is_only_shown(&self, index: usize) -> bool {
        index < self.inputs && matches!(self.fetches[index], Fetch::Tag(_, false))
    }

    fn is_last_use(&self, index: usize, field: usize) -> bool {
        !self.fetches[index + 1..].iter().any(|later| field_of(later) == Some(field))
    }

    /// The rows that pass, if not all of them do.
    fn passing(&self, columns: &[Column], len: usize) -> Option<Vec<usize>> {
        let mut keep = self
            .residual
            .map(|residual| truths(&residual.condition, Slots { inputs: columns, calls: &[], len }));
        if let Some(shown) = &self.needs_shown {
            let keep = keep.get_or_insert_with(|| vec![true; len]);
            for (row, keep) in keep.iter_mut().enumerate() {
                *keep = *keep && shown.iter().any(|index| columns[*index].is_valid(row));
            }
        }
        keep.filter(|keep| keep.contains(&false)).map(|keep| (0..len).filter(|row| keep[*row]).collect())
    }

    /// The group of a series, unless SLIMIT or SOFFSET leaves it out.
    fn shown_group_of(&mut self, tags: &Tags) -> Option<Arc<Group>> {
        let group = self.group_of(tags);
        let is_shown = |shown: &HashSet<Vec<Box<str>>>| shown.contains(&values_of(&group, self.counted_tags));
        self.shown_groups.as_ref().is_none_or(is_shown).then_some(group)
    }

    fn group_of(&mut self, tags: &Tags) -> Arc<Group> {
        if let Some(group) = &self.group
            && group.tags.iter().all(|(key, value)| tags.value_or_empty(key) == &**value)
        {
            return Arc::clone(group);
        }
        let tags = self.grouping.iter().map(|key| (key.clone(), tags.value_or_empty(key).into())).collect();
        let group = Arc::new(Group { name: Arc::clone(&self.name), tags });
        self.group = Some(Arc::clone(&group));
        group
    }
}

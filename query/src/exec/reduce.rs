//! SELECT with calls: the rows of a group are reduced to points bucket by bucket, empty buckets are
//! filled, steps are applied, and the points of all calls are joined to rows.

use super::buckets::Buckets;
use super::columns::{append, from_values, gather, owned};
use super::eval::{Slots, eval};
use super::fill::Filling;
use super::join::join;
use super::rows::{Chunk, Group, Part as Piece, Parts, Taker, Told, is_same};
use crate::ast::Fill;
use crate::functions::{Accumulator, Batch, Point, Sequence};
use crate::statement::{Call, Select};
use crate::window::Window;
use crate::{Context, Result};
use model::{Column, FieldType, Lease, MIN_TIME, Share};
use std::sync::Arc;

/// Reduces the rows of each group.
pub(crate) fn run<P: Parts + ?Sized>(
    context: &Context<'_>,
    select: &Select,
    parts: &mut P,
    taker: &mut dyn Taker,
) -> Result<()> {
    let mut current: Option<Reduction<'_>> = None;
    while let Some(piece) = parts.next_part()? {
        if !current.as_ref().is_some_and(|reduction| is_same(&reduction.group, piece.group())) {
            if let Some(done) = current.take() {
                done.finish(taker)?;
            }
            current = Some(Reduction::new(context, select, piece.group())?);
        }
        if let Some(reduction) = &mut current {
            match &piece {
                Piece::Rows(chunk) => reduction.feed(chunk)?,
                Piece::Told(told) => reduction.feed_told(told)?,
            }
            reduction.settle_lease()?;
        }
    }
    current.map_or(Ok(()), |done| done.finish(taker))
}

/// One group on its way to points.
struct Reduction<'a> {
    context: &'a Context<'a>,
    select: &'a Select,
    group: Arc<Group>,
    lanes: Vec<Lane>,
    lease: Lease,
}

/// The calls that look at one time range: some need buckets before the SELECT's own.
struct Lane {
    window: Window,
    /// The first and the last instant of rows that count.
    first: i64,
    last: i64,
    buckets: Buckets,
    parts: Vec<Part>,
}

/// Which rows count by their times.
#[derive(Clone, Copy)]
enum RowTimes {
    /// Stored rows: those within the range.
    Stored,
    /// The rows of a subquery of which some were only read for calls that look back: those from the start
    /// of the bucket that the range cuts.
    Buckets,
    /// The rows of a subquery: all. They may stand at the start of a bucket that the range cuts, and that
    /// may be longer than a bucket here.
    Any,
}

/// A call's state.
struct Part {
    call: usize,
    input: usize,
    state: State,
}

enum State {
    Reduce(Box<dyn Accumulator>),
    Points(Sequence),
}

impl<'a> Reduction<'a> {
    fn new(context: &'a Context<'a>, select: &'a Select, group: &Arc<Group>) -> Result<Self> {
        let mut lanes: Vec<(i64, Lane)> = Vec::new();
        let rows =
            match (select.reads_stored_rows(), select.calls.iter().any(|call| call.extra_buckets() > 0)) {
                (true, _) => RowTimes::Stored,
                (false, true) => RowTimes::Buckets,
                (false, false) => RowTimes::Any,
            };
        for (index, call) in select.calls.iter().enumerate() {
            let Some(part) = part(select, index, call) else { continue };
            let extra = call.extra_buckets();
            match lanes.iter_mut().find(|(known, _)| *known == extra) {
                Some((_, lane)) => lane.parts.push(part),
                None => {
                    let by = select.window.interval.saturating_mul(extra);
                    let window = select.window.extended(by, select.ascending);
                    lanes.push((extra, Lane::new(window, rows, part)));
                }
            }
        }
        Ok(Self {
            context,
            select,
            group: Arc::clone(group),
            lanes: lanes.into_iter().map(|(_, lane)| lane).collect(),
            lease: context.budget.lease(Share::Query, 0)?,
        })
    }

    fn feed(&mut self, chunk: &Chunk) -> Result<()> {
        let aux: Vec<&Column> = if self.select.is_selector() {
            self.select.aux.iter().map(|input| &chunk.columns[*input]).collect()
        } else {
            Vec::new()
        };
        for lane in &mut self.lanes {
            lane.feed(chunk, &aux, self.context)?;
        }
        Ok(())
    }

    fn feed_told(&mut self, told: &Told) -> Result<()> {
        self.lanes.iter_mut().try_for_each(|lane| lane.feed_told(told, self.context))
    }

    fn settle_lease(&mut self) -> Result<()> {
        let held: usize = self.lanes.iter().map(Lane::bytes).sum();
        if held > self.lease.bytes() {
            self.lease.grow(held - self.lease.bytes())?;
        }
        Ok(())
    }

    fn finish(mut self, taker: &mut dyn Taker) -> Result<()> {
        let mut points: Vec<Vec<Point>> = self.select.calls.iter().map(|_| Vec::new()).collect();
        for lane in std::mem::take(&mut self.lanes) {
            let Lane { window, buckets, parts, .. } = lane;
            for part in parts {
                let call = &self.select.calls[part.call];
                let sequence = match part.state {
                    State::Points(sequence) => sequence,
                    State::Reduce(mut state) => {
                        let found = reduced(self.select, call, state.as_mut(), &window, &buckets);
                        let found = filled(self.select, call, found, &window, self.context)?;
                        self.lease.grow(found.len() * size_of::<Point>())?;
                        if call.steps.is_empty() {
                            points[part.call] = found;
                            continue;
                        }
                        sequence(self.select, call, &found)
                    }
                };
                points[part.call] = stepped(self.select, call, sequence, &window, self.context)?;
            }
        }
        points.iter_mut().for_each(|points| page(points, self.select));
        emit(self.select, &self.group, points, taker)
    }
}

/// The points of a call: buckets in the order of the SELECT, the points of one bucket oldest first in any
/// case, as InfluxDB has it. Only a bare selector over the whole range, `top`
/// and `bottom` keep the time of the row that they picked.
fn reduced(
    select: &Select,
    call: &Call,
    state: &mut dyn Accumulator,
    window: &Window,
    buckets: &Buckets,
) -> Vec<Point> {
    let keeps_time = call.reducer.is_some_and(|reducer| reducer.keeps_time())
        || select.is_selector() && window.interval == 0;
    let mut points = Vec::new();
    let mut sorted = buckets.sorted();
    if !select.ascending {
        sorted.reverse();
    }
    for (start, number) in sorted {
        let shown = if start == MIN_TIME { 0 } else { start };
        let found = state.finish(number, shown);
        points.extend(found.into_iter().map(|point| match keeps_time {
            true => point,
            false => Point { time: shown, ..point },
        }));
    }
    points
}

fn filled(
    select: &Select,
    call: &Call,
    points: Vec<Point>,
    window: &Window,
    context: &Context<'_>,
) -> Result<Vec<Point>> {
    let Some(reducer) = call.reducer.filter(|reducer| reducer.is_filled()) else { return Ok(points) };
    if window.interval == 0 || select.fill == Fill::None {
        return Ok(points);
    }
    let fill = match select.fill {
        Fill::Null if reducer.counts() => Fill::Integer(0),
        fill => fill,
    };
    let ty = select.inputs[call.input].field_type().unwrap_or(FieldType::Float);
    let filling = Filling { window, fill, ty: reducer.result(ty), ascending: select.ascending };
    filling.apply(points, &context.limits)
}

/// The points that are not null, as what steps work on.
fn sequence(select: &Select, call: &Call, points: &[Point]) -> Sequence {
    let ty = select.inputs[call.input].field_type().unwrap_or(FieldType::Float);
    let ty = call.reducer.map_or(ty, |reducer| reducer.result(ty));
    let there: Vec<&Point> = points.iter().filter(|point| point.value.is_some()).collect();
    Sequence {
        times: there.iter().map(|point| point.time).collect(),
        values: from_values(ty, there.iter().map(|point| point.value.as_ref())),
    }
}

fn stepped(
    select: &Select,
    call: &Call,
    mut sequence: Sequence,
    window: &Window,
    context: &Context<'_>,
) -> Result<Vec<Point>> {
    for step in &call.steps {
        sequence = step.apply(&sequence, window, select.ascending, context)?;
    }
    let values = &sequence.values;
    Ok(sequence.times.iter().enumerate().map(|(row, time)| Point::bare(*time, owned(values, row))).collect())
}

/// LIMIT and OFFSET, which InfluxDB applies to each call before rows are made.
fn page(points: &mut Vec<Point>, select: &Select) {
    let offset = usize::try_from(select.rows.offset).unwrap_or(usize::MAX).min(points.len());
    points.drain(..offset);
    if select.rows.limit > 0 {
        points.truncate(usize::try_from(select.rows.limit).unwrap_or(usize::MAX));
    }
}

fn emit(select: &Select, group: &Arc<Group>, points: Vec<Vec<Point>>, taker: &mut dyn Taker) -> Result<()> {
    let joined = join(select, points);
    if joined.times.is_empty() {
        return Ok(());
    }
    let slots = Slots { inputs: &joined.inputs, calls: &joined.calls, len: joined.times.len() };
    let columns = select.outputs.iter().map(|output| eval(&output.scalar, slots).into_owned()).collect();
    taker.take(group, &joined.times, columns)
}

fn part(select: &Select, index: usize, call: &Call) -> Option<Part> {
    let ty = select.inputs[call.input].field_type()?;
    let state = match &call.reducer {
        Some(reducer) => State::Reduce(reducer.accumulator(ty, select.ascending)?),
        None => State::Points(Sequence { times: Vec::new(), values: Column::empty(ty) }),
    };
    Some(Part { call: index, input: call.input, state })
}

impl Lane {
    /// A lane of one call.
    fn new(window: Window, rows: RowTimes, part: Part) -> Self {
        let (first, last) = match (rows, window.interval) {
            (RowTimes::Stored, _) => (window.first, window.last),
            (RowTimes::Buckets, 1..) => (window.bucket(window.first).start, window.last),
            (RowTimes::Buckets | RowTimes::Any, _) => (i64::MIN, i64::MAX),
        };
        Self { window, first, last, buckets: Buckets::default(), parts: vec![part] }
    }

    /// Adds the rows of a chunk, one run of rows of one bucket after another.
    fn feed(&mut self, chunk: &Chunk, aux: &[&Column], context: &Context<'_>) -> Result<()> {
        let times = &chunk.times;
        let in_range = |ts: i64| self.first <= ts && ts <= self.last;
        let mut row = 0;
        while row < times.len() {
            if !in_range(times[row]) {
                row += 1;
                continue;
            }
            let bucket = self.window.bucket(times[row]);
            let belongs = |ts: &i64| bucket.start <= *ts && *ts < bucket.end && in_range(*ts);
            let end = row + 1 + times[row + 1..].iter().take_while(|ts| belongs(ts)).count();
            let number = self.buckets.number(bucket.start, self.window.interval, &context.limits)?;
            for part in &mut self.parts {
                part.feed(number, &Batch { times, values: &chunk.columns[part.input], aux }, row..end);
            }
            row = end;
        }
        Ok(())
    }

    /// Adds stretches, each of which lies in one bucket and in the range.
    fn feed_told(&mut self, told: &Told, context: &Context<'_>) -> Result<()> {
        for (index, stretch) in told.summaries.stretches.iter().enumerate() {
            let bucket = self.window.bucket(stretch.start);
            let number = self.buckets.number(bucket.start, self.window.interval, &context.limits)?;
            for part in &mut self.parts {
                let field = told.inputs[part.input].map(|field| &told.summaries.fields[field]);
                if let (State::Reduce(state), Some(field)) = (&mut part.state, field)
                    && field.counts[index] > 0
                {
                    state.add_told(number, field, index);
                }
            }
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.buckets.bytes() + self.parts.iter().map(Part::bytes).sum::<usize>()
    }
}

impl Part {
    fn feed(&mut self, bucket: usize, batch: &Batch<'_>, rows: std::ops::Range<usize>) {
        match &mut self.state {
            State::Reduce(state) => state.add(bucket, batch, rows),
            State::Points(sequence) => {
                let rows: Vec<usize> = rows.filter(|row| batch.values.is_valid(*row)).collect();
                sequence.times.extend(rows.iter().map(|row| batch.times[*row]));
                append(&mut sequence.values, &gather(batch.values, &rows));
            }
        }
    }

    fn bytes(&self) -> usize {
        match &self.state {
            State::Reduce(state) => state.bytes(),
            State::Points(sequence) => sequence.times.len() * 8 + sequence.values.bytes(),
        }
    }
}

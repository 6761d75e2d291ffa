//! From a validated SELECT to the operators that run it.

use super::rows::{Rows, Taker};
use super::scan::{self, Opened, Wanted};
use super::ties::Ties;
use super::union::Union;
use super::{raw, reduce, subquery};
use crate::functions::Step;
use crate::statement::{Call, Kind, Select, Source};
use crate::{Context, Error, Result};
use model::{Direction, ScanOrder, TimeRange};

/// What of time is read: first and last instants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// The first instant.
    pub(crate) first: i64,
    /// The last instant.
    pub(crate) last: i64,
}

/// What of time a SELECT reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    /// What it wants, buckets before its own range included.
    pub(crate) wanted: Span,
    /// What the outermost SELECT lets it have.
    pub(crate) mapped: Span,
}

/// Runs the outermost SELECT and gives its rows to `taker`, groups in ascending order.
pub(crate) fn run(context: &Context<'_>, select: &Select, taker: &mut dyn Taker) -> Result<()> {
    run_within(context, select, span(select, select.mapped_buckets()), taker)
}

/// Runs a SELECT that reads no more than `mapped`.
pub(crate) fn run_within(
    context: &Context<'_>,
    select: &Select,
    mapped: Span,
    taker: &mut dyn Taker,
) -> Result<()> {
    let extra = select.calls.iter().map(Call::extra_buckets).max().unwrap_or(0);
    let range = Range { wanted: span(select, extra), mapped };
    check_buckets(context, select)?;
    if select.inputs.iter().all(|input| input.kind.is_none()) {
        return Ok(());
    }
    let needs_order = select.is_raw() || select.calls.iter().any(needs_order);
    let order = needs_order.then_some(select.ascending);
    let mut inputs: Vec<Box<dyn Rows + '_>> = Vec::with_capacity(select.sources.len());
    for source in &select.sources {
        match source {
            Source::Measurement(measurement) => {
                match scan::open(context, select, measurement, wanted(range, order))? {
                    Some(Opened::Rows(rows)) => inputs.push(Box::new(rows)),
                    Some(Opened::Summaries(mut summaries)) => {
                        return reduce::run(context, select, &mut summaries, taker);
                    }
                    None => {}
                }
            }
            Source::Subquery(subquery) => {
                inputs.push(Box::new(subquery::open(context, select, subquery, range)?));
            }
        }
    }
    let mut rows: Box<dyn Rows + '_> = match inputs.len() {
        1 => inputs.swap_remove(0),
        _ => Box::new(Union::new(context, inputs, order)),
    };
    if !select.is_raw() {
        return reduce::run(context, select, rows.as_mut(), taker);
    }
    let texts: Vec<usize> = select.aux.iter().copied().take_while(|input| is_text(select, *input)).collect();
    if select.reads_stored_rows() && (!texts.is_empty() || !select.ascending) {
        rows = Box::new(Ties::new(rows, texts, select.ascending));
    }
    raw::run(select, rows.as_mut(), taker)
}

fn is_text(select: &Select, input: usize) -> bool {
    match select.inputs[input].kind {
        Some(Kind::Tag) => true,
        Some(Kind::Field(ty)) => ty == model::FieldType::String,
        None => false,
    }
}

/// Whether a call looks at rows one after another.
fn needs_order(call: &Call) -> bool {
    call.reducer.is_none() || call.steps.iter().any(|step| matches!(step, Step::Integral(_)))
}

/// The range of a SELECT with so many buckets before it, or after it when time runs back.
fn span(select: &Select, extra: i64) -> Span {
    let by = select.window.interval.saturating_mul(extra);
    let window = select.window.extended(by, select.ascending);
    Span { first: window.first, last: window.last }
}

fn wanted(range: Range, order: Option<bool>) -> Wanted {
    let first = range.wanted.first.max(range.mapped.first);
    let last = range.wanted.last.min(range.mapped.last);
    Wanted {
        time: TimeRange::new(first, last.saturating_add(1)),
        order: if order.is_some() { ScanOrder::ByTime } else { ScanOrder::BySeries },
        direction: match order {
            Some(false) => Direction::Descending,
            _ => Direction::Ascending,
        },
    }
}

/// Refuses a range that has too many buckets before anything is read.
fn check_buckets(context: &Context<'_>, select: &Select) -> Result<()> {
    let window = &select.window;
    if window.interval == 0 || window.first == model::MIN_TIME || window.first > window.last {
        return Ok(());
    }
    let buckets = window.first.abs_diff(window.last) / window.interval.unsigned_abs() + 1;
    let limit = context.limits.buckets_max;
    if usize::try_from(buckets).is_ok_and(|buckets| buckets <= limit) {
        return Ok(());
    }
    Err(Error::Buckets { buckets, limit })
}

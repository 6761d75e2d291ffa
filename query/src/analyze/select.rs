//! Analysis of SELECT, subqueries included.

use super::call::Columns;
use super::constant::Moment;
use super::dimensions::{Interval, interval};
use super::schema::{Names, Resolved, preferred, tables};
use super::time::Bounds;
use super::{condition, fields, scope, time};
use crate::ast::{self, Cast, Expr, Fill, Reference, SortOrder};
use crate::functions::Checker;
use crate::limits::SUBQUERY_DEPTH_MAX;
use crate::statement::{Input, Kind, Measurement, Output, Role, Select, Source, Subquery, SubqueryColumn};
use crate::window::Window;
use crate::{Context, Error, Result, Scope};
use model::{FieldType, MAX_TIME, MIN_TIME, TimeRange};

/// What a subquery takes from the SELECT around it.
#[derive(Debug, Clone, Copy)]
struct Outer {
    first: i64,
    last: i64,
    interval: Interval,
    ascending: bool,
    depth: usize,
}

/// What is known of a SELECT before its sources are looked at.
struct Head {
    condition: Option<Expr>,
    bounds: Bounds,
    first: i64,
    last: i64,
    interval: Interval,
    inherited: bool,
    ascending: bool,
    zone: Option<jiff::tz::TimeZone>,
    depth: usize,
}

/// The validated form of a SELECT.
///
/// # Errors
/// Whatever InfluxDB refuses, in its words.
pub(crate) fn analyze(context: &Context<'_>, select: &ast::Select) -> Result<Select> {
    if select.target.is_some() {
        return Err(Error::Unsupported("SELECT INTO".into()));
    }
    check_scopes(context, select, 0)?;
    let mut analyzed = analyze_at(context, select, None)?;
    let counted_tags = analyzed.grouping.len();
    analyzed.group_under(&[], counted_tags);
    Ok(analyzed)
}

/// Databases and default policies are looked up before anything else is judged.
fn check_scopes(context: &Context<'_>, select: &ast::Select, depth: usize) -> Result<()> {
    if depth > SUBQUERY_DEPTH_MAX {
        return Err(Error::invalid(format!("subqueries may nest {SUBQUERY_DEPTH_MAX} deep at most")));
    }
    for source in &select.sources {
        match source {
            ast::Source::Measurement(measurement) => {
                scope::resolve(context, measurement)?;
            }
            ast::Source::Subquery(inner) => check_scopes(context, inner, depth + 1)?,
        }
    }
    Ok(())
}

fn analyze_at(context: &Context<'_>, select: &ast::Select, outer: Option<Outer>) -> Result<Select> {
    let head = head(context, select, outer)?;
    let (columns, time_column) = fields::columns(select);
    let mut checker = Checker {
        has_interval: head.interval.duration > 0,
        interval_inherited: head.inherited,
        limit: select.rows.limit,
        ..Checker::default()
    };
    fields::check(&columns, &mut checker, select.fill)?;
    let resolved = sources(context, select, &head)?;
    let mut names = Names::default();
    if fields::needs_names(&columns, &select.dimensions) {
        resolved.iter().for_each(|source| source.collect(&mut names));
    }
    let columns = with_rank_columns(fields::expand(columns, &select.dimensions, &names)?);
    let limit = context.limits.columns_max;
    if columns.len() > limit {
        return Err(Error::Columns { columns: columns.len(), limit });
    }
    let kind = |reference: &Reference| kind_of(reference, &resolved);
    let has_subquery = resolved.iter().any(|source| matches!(source, Resolved::Subquery(_)));
    let mut built = Columns::new(&kind, head.interval.duration, has_subquery);
    let outputs = outputs(&columns, &mut built)?;
    let calls = std::mem::take(&mut built.calls);
    let ranked_by = std::mem::take(&mut built.ranked_by);
    let inputs = built.reader.into_inputs();
    let aux = shown(&inputs, &ranked_by);
    let sources = bind(resolved, &head, &inputs, select)?;
    let is_raw = calls.is_empty();
    Ok(Select {
        sources,
        window: Window {
            interval: head.interval.duration,
            offset: head.interval.offset,
            zone: head.zone,
            first: head.first,
            last: head.last,
        },
        bounds: head.bounds,
        ascending: head.ascending,
        grouping: fields::grouping(&select.dimensions, &names),
        inputs,
        aux,
        calls,
        outputs,
        time_column,
        fill: match select.fill {
            Fill::Null if outer.is_some() && !is_raw => Fill::None,
            fill => fill,
        },
        rows: select.rows,
        series: select.series,
        counted_tags: 0,
    })
}

fn head(context: &Context<'_>, select: &ast::Select, outer: Option<Outer>) -> Result<Head> {
    let zone = select.zone.as_ref().map(|zone| zone.rules().clone());
    let moment = Moment { now_ns: context.now_ns, zone: zone.clone() };
    let (condition, bounds) = time::cut(select.condition.as_ref(), &moment)?;
    condition::check(condition.as_ref())?;
    let own = interval(&select.dimensions, &moment)?;
    let wanted_ascending = select.order != Some(SortOrder::Descending);
    let mut ascending = wanted_ascending;
    let mut first = bounds.first.unwrap_or(MIN_TIME);
    let mut interval = own;
    let mut inherited = false;
    let mut depth = 0;
    let mut last = bounds.last.unwrap_or(MAX_TIME);
    if let Some(outer) = outer {
        if select.order.is_some() && wanted_ascending != outer.ascending {
            return Err(Error::invalid(
                "subqueries must be ordered in the same direction as the query itself",
            ));
        }
        ascending = outer.ascending;
        first = first.max(outer.first);
        last = last.min(outer.last);
        inherited = own.duration == 0 && outer.interval.duration > 0;
        if inherited {
            interval = outer.interval;
        }
        depth = outer.depth + 1;
    }
    if interval.duration > 0 && last == MAX_TIME {
        last = context.now_ns;
    }
    Ok(Head { condition, bounds, first, last, interval, inherited, ascending, zone, depth })
}

fn sources(context: &Context<'_>, select: &ast::Select, head: &Head) -> Result<Vec<Resolved>> {
    let inner = Outer {
        first: head.first,
        last: head.last,
        interval: head.interval,
        ascending: head.ascending,
        depth: head.depth,
    };
    let time = TimeRange::new(head.first, head.last.saturating_add(1));
    let mut resolved: Vec<Resolved> = Vec::new();
    for source in &select.sources {
        match source {
            ast::Source::Subquery(select) => {
                resolved.push(Resolved::Subquery(Box::new(analyze_at(context, select, Some(inner))?)));
            }
            ast::Source::Measurement(measurement) => {
                let scope: Scope = scope::resolve(context, measurement)?;
                resolved.extend(tables(context, &scope, measurement, time)?);
            }
        }
    }
    Ok(resolved)
}

/// What a name stands for over all sources, or what its cast says.
fn kind_of(reference: &Reference, sources: &[Resolved]) -> Option<Kind> {
    let found = || sources.iter().fold(None, |best, source| preferred(best, source.kind(&reference.name)));
    match reference.cast {
        Some(Cast::Type(ty)) => Some(Kind::Field(ty)),
        Some(Cast::Tag) => Some(Kind::Tag),
        Some(Cast::Field) => found().filter(|kind| *kind != Kind::Tag),
        None => found(),
    }
}

/// `top(v, host, 3)` shows `host` in a column of its own.
fn with_rank_columns(columns: Vec<fields::Column>) -> Vec<fields::Column> {
    let mut all = Vec::with_capacity(columns.len());
    for column in columns {
        let extra: Vec<_> = match &column.expr {
            Expr::Call(call) if matches!(call.name.as_str(), "top" | "bottom") && call.args.len() > 2 => {
                let tags = &call.args[1..call.args.len() - 1];
                tags.iter().map(|tag| fields::Column { expr: tag.clone(), alias: None }).collect()
            }
            _ => Vec::new(),
        };
        all.push(column);
        all.extend(extra);
    }
    all
}

fn outputs(columns: &[fields::Column], built: &mut Columns<'_>) -> Result<Vec<Output>> {
    let names = fields::answer_names(columns);
    let mut outputs = Vec::with_capacity(columns.len());
    for (column, name) in columns.iter().zip(names) {
        let (scalar, kind) = built.column(column)?;
        outputs.push(Output { name, inner_name: fields::inner_name(column), scalar, kind });
    }
    built.refused.take().map_or(Ok(outputs), Err)
}

/// The inputs that are shown, by name; those by which `top` and `bottom` tell points apart come first.
fn shown(inputs: &[Input], ranked_by: &[usize]) -> Vec<usize> {
    let is_other = |index: &usize| inputs[*index].role == Role::Shown && !ranked_by.contains(index);
    let mut others: Vec<usize> = (0..inputs.len()).filter(is_other).collect();
    others.sort_by(|a, b| inputs[*a].name.cmp(&inputs[*b].name));
    ranked_by.iter().copied().chain(others).collect()
}

fn bind(resolved: Vec<Resolved>, head: &Head, inputs: &[Input], select: &ast::Select) -> Result<Vec<Source>> {
    let condition = head.condition.as_ref();
    let mut sources = Vec::with_capacity(resolved.len());
    for source in resolved {
        match source {
            Resolved::Measurement(table) => {
                let kind = |reference: &Reference| match reference.cast {
                    Some(Cast::Tag) => Some(Kind::Tag),
                    Some(Cast::Type(ty)) => Some(Kind::Field(ty)),
                    Some(Cast::Field) => {
                        let field = table.kind(&reference.name).filter(|kind| *kind != Kind::Tag);
                        field.or(Some(Kind::Field(FieldType::Float)))
                    }
                    None => table.kind(&reference.name),
                };
                let (predicate, residual) = condition::split(condition, inputs.len(), &kind);
                if !condition::never(&predicate, residual.as_ref()) {
                    let extra = residual.iter().flat_map(|residual| &residual.inputs);
                    let fields =
                        inputs.iter().chain(extra).map(|input| table.has_field(&input.name)).collect();
                    let (scope, name) = (table.scope, table.name);
                    sources.push(Source::Measurement(Measurement {
                        scope,
                        name,
                        predicate,
                        residual,
                        fields,
                    }));
                }
            }
            Resolved::Subquery(inner) => sources.push(bind_subquery(inner, condition, inputs, select)),
        }
    }
    Ok(sources)
}

fn bind_subquery(
    inner: Box<Select>,
    condition: Option<&Expr>,
    inputs: &[Input],
    select: &ast::Select,
) -> Source {
    let named: Vec<_> = select
        .dimensions
        .iter()
        .filter_map(|dimension| match dimension {
            ast::Dimension::Tag(reference) => Some(reference.name.as_str()),
            _ => None,
        })
        .collect();
    let kind = |reference: &Reference| match reference.cast {
        Some(Cast::Tag) => Some(Kind::Tag),
        _ => subquery_kind(&inner, &reference.name, &named),
    };
    let residual = condition.map(|condition| condition::residual(condition, inputs.len(), &kind));
    let extra = residual.iter().flat_map(|residual| &residual.inputs);
    let columns = inputs.iter().chain(extra).map(|input| column_of(&inner, input)).collect();
    Source::Subquery(Subquery { select: inner, columns, residual })
}

fn subquery_kind(inner: &Select, name: &str, named: &[&str]) -> Option<Kind> {
    if let Some(output) = inner.outputs.iter().find(|output| output.inner_name == name) {
        return output.kind;
    }
    let grouped = inner.grouping.iter().any(|tag| **tag == *name) || named.contains(&name);
    grouped.then_some(Kind::Tag)
}

fn column_of(inner: &Select, input: &Input) -> SubqueryColumn {
    let output = inner.outputs.iter().position(|output| output.inner_name == *input.name);
    match output {
        Some(index) => SubqueryColumn::Output(index),
        None if inner.grouping.contains(&input.name) || input.role == Role::Compared => {
            SubqueryColumn::Tag(input.name.clone())
        }
        None => SubqueryColumn::Missing,
    }
}

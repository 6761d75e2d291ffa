//! The registry: every function's name, the rule for its arguments, and how it is built from them.

use super::arithmetic::Moment;
use super::check::{Checker, arity, go_type};
use super::collect::Whole;
use super::forecast::Forecast;
use super::reducer::Reducer;
use super::selector::Pick;
use super::step::Step;
use super::transform::Transform;
use crate::ast::{Call, Expr, Literal};
use crate::{Error, Result};
use model::FieldType;

const SECOND: i64 = 1_000_000_000;

/// What a call becomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Build {
    /// Rows of a bucket become points.
    Reduce(Reducer),
    /// Points become points.
    Then(Step),
}

/// A function's entry.
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether a call of it is well formed.
    pub(crate) check: fn(&mut Checker, &Call) -> Result<()>,
    /// What a well-formed call becomes, given the length of a bucket in ns (0 where there is none).
    pub(crate) build: fn(&Call, i64) -> Build,
}

/// The entry of a name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

const FUNCTIONS: &[Function] = &[
    Function { name: "count", check: count, build: |call, _| Build::Reduce(counted(call)) },
    Function { name: "sum", check: aggregate, build: |_, _| moment(Moment::Sum) },
    Function { name: "mean", check: aggregate, build: |_, _| moment(Moment::Mean) },
    Function { name: "spread", check: aggregate, build: |_, _| moment(Moment::Spread) },
    Function { name: "stddev", check: aggregate, build: |_, _| moment(Moment::StdDev) },
    Function { name: "median", check: aggregate, build: |_, _| whole(Whole::Median) },
    Function { name: "mode", check: aggregate, build: |_, _| whole(Whole::Mode) },
    Function { name: "min", check: selector, build: |_, _| pick(Pick::Min) },
    Function { name: "max", check: selector, build: |_, _| pick(Pick::Max) },
    Function { name: "first", check: selector, build: |_, _| pick(Pick::First) },
    Function { name: "last", check: selector, build: |_, _| pick(Pick::Last) },
    Function {
        name: "percentile",
        check: percentile,
        build: |call, _| whole(Whole::Percentile(float(call))),
    },
    Function { name: "distinct", check: distinct, build: |_, _| whole(Whole::Distinct) },
    Function { name: "top", check: rank, build: |call, _| Build::Reduce(ranked(call, true)) },
    Function { name: "bottom", check: rank, build: |call, _| Build::Reduce(ranked(call, false)) },
    Function { name: "derivative", check: derivative, build: |call, every| derived(call, every, false) },
    Function {
        name: "non_negative_derivative",
        check: derivative,
        build: |call, every| derived(call, every, true),
    },
    Function { name: "difference", check: difference, build: |_, _| differenced(false) },
    Function { name: "non_negative_difference", check: difference, build: |_, _| differenced(true) },
    Function {
        name: "cumulative_sum",
        check: cumulative_sum,
        build: |_, _| transform(Transform::CumulativeSum),
    },
    Function {
        name: "moving_average",
        check: moving_average,
        build: |call, _| transform(Transform::MovingAverage(whole_number(call))),
    },
    Function {
        name: "elapsed",
        check: elapsed,
        build: |call, _| transform(Transform::Elapsed(duration(call).unwrap_or(1))),
    },
    Function {
        name: "integral",
        check: integral,
        build: |call, _| Build::Then(Step::Integral(duration(call).unwrap_or(SECOND))),
    },
    Function {
        name: "sample",
        check: sample,
        build: |call, _| Build::Reduce(Reducer::Sample(whole_number(call))),
    },
    Function { name: "holt_winters", check: holt_winters, build: |call, _| forecast(call, false) },
    Function { name: "holt_winters_with_fit", check: holt_winters, build: |call, _| forecast(call, true) },
];

/// Whether `*` inside a call of `name` expands to fields of type `ty`.
pub(crate) fn expands_to(name: &str, ty: FieldType) -> bool {
    match ty {
        FieldType::Float | FieldType::Integer | FieldType::Unsigned => true,
        FieldType::String => {
            matches!(name, "count" | "first" | "last" | "distinct" | "elapsed" | "mode" | "sample")
        }
        FieldType::Boolean => expands_to(name, FieldType::String) || matches!(name, "min" | "max"),
    }
}

fn moment(moment: Moment) -> Build {
    Build::Reduce(Reducer::Moment(moment))
}

fn whole(whole: Whole) -> Build {
    Build::Reduce(Reducer::Whole(whole))
}

fn pick(pick: Pick) -> Build {
    Build::Reduce(Reducer::Pick(pick))
}

fn transform(transform: Transform) -> Build {
    Build::Then(Step::Transform(transform))
}

fn differenced(non_negative: bool) -> Build {
    transform(Transform::Difference { non_negative })
}

fn derived(call: &Call, every: i64, non_negative: bool) -> Build {
    let default = if every > 0 { every } else { SECOND };
    transform(Transform::Derivative { unit_ns: duration(call).unwrap_or(default), non_negative })
}

fn counted(call: &Call) -> Reducer {
    match call.args.first() {
        Some(Expr::Call(_) | Expr::Distinct(_)) => Reducer::Whole(Whole::CountDistinct),
        _ => Reducer::Count,
    }
}

fn ranked(call: &Call, largest: bool) -> Reducer {
    Reducer::Rank { largest, count: whole_number(call), tags: call.args.len().saturating_sub(2) }
}

fn forecast(call: &Call, with_fit: bool) -> Build {
    let ahead = call.args.get(1).map_or(0, count_of);
    Build::Then(Step::Forecast(Forecast { ahead, season: whole_number(call), with_fit }))
}

/// The last argument where it is a duration.
fn duration(call: &Call) -> Option<i64> {
    match call.args.last() {
        Some(Expr::Literal(Literal::Duration(ns))) => Some(*ns),
        _ => None,
    }
}

/// The last argument of a function that was checked to end with a whole number.
fn whole_number(call: &Call) -> usize {
    call.args.last().map_or(0, count_of)
}

fn count_of(arg: &Expr) -> usize {
    match arg {
        Expr::Literal(Literal::Integer(value)) => usize::try_from(*value).unwrap_or(usize::MAX),
        _ => 0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a percentage is a small number")]
fn float(call: &Call) -> f64 {
    match call.args.last() {
        Some(Expr::Literal(Literal::Integer(value))) => *value as f64,
        Some(Expr::Literal(Literal::Float(value))) => *value,
        _ => f64::NAN,
    }
}

fn selector(checker: &mut Checker, call: &Call) -> Result<()> {
    arity(call, 1, 1)?;
    checker.symbol(&call.name, &call.args[0])
}

fn aggregate(checker: &mut Checker, call: &Call) -> Result<()> {
    checker.has_aggregate = true;
    selector(checker, call)
}

fn count(checker: &mut Checker, call: &Call) -> Result<()> {
    checker.has_aggregate = true;
    arity(call, 1, 1)?;
    match &call.args[0] {
        Expr::Call(inner) if inner.name == "distinct" => checker.distinct(inner, true),
        Expr::Distinct(_) => Ok(()),
        other => checker.symbol(&call.name, other),
    }
}

fn distinct(checker: &mut Checker, call: &Call) -> Result<()> {
    checker.distinct(call, false)
}

fn percentile(checker: &mut Checker, call: &Call) -> Result<()> {
    arity(call, 2, 2)?;
    if !matches!(call.args[1], Expr::Literal(Literal::Integer(_) | Literal::Float(_))) {
        return Err(Error::invalid("expected float argument in percentile()"));
    }
    checker.symbol(&call.name, &call.args[0])
}

fn rank(checker: &mut Checker, call: &Call) -> Result<()> {
    let name = &call.name;
    if let Some(other) = &checker.rank {
        return Err(Error::invalid(format!(
            "selector function {other}() cannot be combined with other functions"
        )));
    }
    let got = call.args.len();
    if got < 2 {
        return Err(Error::invalid(format!(
            "invalid number of arguments for {name}, expected at least 2, got {got}"
        )));
    }
    rank_count(checker, name, &call.args[got - 1])?;
    if !matches!(call.args[0], Expr::Reference(_)) {
        let found = &call.args[0];
        return Err(Error::invalid(format!(
            "expected first argument to be a field in {name}(), found {found}"
        )));
    }
    if let Some(other) = call.args[1..got - 1].iter().find(|arg| !matches!(arg, Expr::Reference(_))) {
        return Err(Error::invalid(format!("only fields or tags are allowed in {name}(), found {other}")));
    }
    checker.has_aux |= got > 2;
    checker.rank = Some(name.clone());
    Ok(())
}

fn rank_count(checker: &Checker, name: &str, last: &Expr) -> Result<()> {
    let Expr::Literal(Literal::Integer(count)) = last else {
        return Err(Error::invalid(format!("expected integer as last argument in {name}(), found {last}")));
    };
    let Ok(wanted @ 1..) = u64::try_from(*count) else {
        return Err(Error::invalid(format!("limit ({count}) in {name} function must be at least 1")));
    };
    if checker.limit > 0 && wanted > checker.limit {
        let limit = checker.limit;
        return Err(Error::invalid(format!(
            "limit ({count}) in {name} function can not be larger than the LIMIT ({limit}) in the select statement"
        )));
    }
    Ok(())
}

fn derivative(checker: &mut Checker, call: &Call) -> Result<()> {
    arity(call, 1, 2)?;
    if let Some(unit) = call.args.get(1) {
        positive_duration(unit, || {
            format!("second argument to {} must be a duration, got {}", call.name, go_type(unit))
        })?;
    }
    checker.has_aggregate = true;
    checker.step_argument(&call.name, &call.args[0])
}

fn positive_duration(arg: &Expr, otherwise: impl Fn() -> String) -> Result<()> {
    match arg {
        Expr::Literal(Literal::Duration(1..)) => Ok(()),
        Expr::Literal(Literal::Duration(ns)) => Err(Error::invalid(format!(
            "duration argument must be positive, got {}",
            model::duration::to_influxql(*ns)
        ))),
        _ => Err(Error::invalid(otherwise())),
    }
}

fn difference(checker: &mut Checker, call: &Call) -> Result<()> {
    arity(call, 1, 1)?;
    checker.has_aggregate = true;
    checker.step_argument(&call.name, &call.args[0])
}

fn cumulative_sum(checker: &mut Checker, call: &Call) -> Result<()> {
    difference(checker, call)
}

fn moving_average(checker: &mut Checker, call: &Call) -> Result<()> {
    arity(call, 2, 2)?;
    match &call.args[1] {
        Expr::Literal(Literal::Integer(2..)) => {}
        Expr::Literal(Literal::Integer(width)) => {
            return Err(Error::invalid(format!("moving_average window must be greater than 1, got {width}")));
        }
        other => {
            let got = go_type(other);
            return Err(Error::invalid(format!(
                "second argument for moving_average must be an integer, got {got}"
            )));
        }
    }
    checker.has_aggregate = true;
    checker.step_argument(&call.name, &call.args[0])
}

fn elapsed(checker: &mut Checker, call: &Call) -> Result<()> {
    derivative(checker, call)
}

fn integral(checker: &mut Checker, call: &Call) -> Result<()> {
    arity(call, 1, 2)?;
    if let Some(unit) = call.args.get(1) {
        positive_duration(unit, || "second argument must be a duration".to_owned())?;
    }
    checker.has_aggregate = true;
    checker.symbol(&call.name, &call.args[0])
}

fn sample(checker: &mut Checker, call: &Call) -> Result<()> {
    arity(call, 2, 2)?;
    match &call.args[1] {
        Expr::Literal(Literal::Integer(1..)) => checker.symbol(&call.name, &call.args[0]),
        Expr::Literal(Literal::Integer(count)) => {
            Err(Error::invalid(format!("sample window must be greater than 1, got {count}")))
        }
        _ => Err(Error::invalid("expected integer argument in sample()")),
    }
}

fn holt_winters(checker: &mut Checker, call: &Call) -> Result<()> {
    arity(call, 3, 3)?;
    let name = &call.name;
    let integer = |index: usize, word: &str| match &call.args[index] {
        Expr::Literal(Literal::Integer(value)) => Ok(*value),
        _ => Err(Error::invalid(format!("expected integer argument as {word} arg in {name}"))),
    };
    let ahead = integer(1, "second")?;
    if ahead <= 0 {
        return Err(Error::invalid(format!("second arg to {name} must be greater than 0, got {ahead}")));
    }
    let season = integer(2, "third")?;
    if season < 0 {
        return Err(Error::invalid(format!("third arg to {name} cannot be negative, got {season}")));
    }
    checker.has_aggregate = true;
    if !matches!(call.args[0], Expr::Call(_)) {
        return Err(Error::invalid(format!("must use aggregate function with {name}")));
    }
    checker.step_argument(name, &call.args[0])
}

//! The time range of a statement: comparisons with `time` are taken out of WHERE.
//!
//! They are always intersected, even under OR, as InfluxDB does.

use super::constant::{Moment, TimeValue, instant, reduce};
use crate::ast::{Binary, Expr, Literal, Operator};
use crate::text::push_rfc3339;
use crate::{Error, Result};
use model::{MAX_TIME, MIN_TIME};

/// The first and the last instant that are asked for, where WHERE says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bounds {
    /// The first instant.
    pub(crate) first: Option<i64>,
    /// The last instant.
    pub(crate) last: Option<i64>,
}

impl Bounds {
    fn intersect(self, other: Self) -> Self {
        let first = match (self.first, other.first) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        let last = match (self.last, other.last) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self { first, last }
    }
}

/// What is left of WHERE, and the time range that was in it.
pub(crate) fn cut(condition: Option<&Expr>, moment: &Moment) -> Result<(Option<Expr>, Bounds)> {
    let Some(condition) = condition else { return Ok((None, Bounds::default())) };
    let (rest, bounds) = cut_expr(condition, moment)?;
    let rest = rest.map(|expr| match expr {
        Expr::Paren(inner) => *inner,
        other => other,
    });
    Ok((rest.filter(|expr| *expr != Expr::Literal(Literal::Boolean(true))), bounds))
}

fn cut_expr(expr: &Expr, moment: &Moment) -> Result<(Option<Expr>, Bounds)> {
    match expr {
        Expr::Binary(binary) if matches!(binary.operator, Operator::And | Operator::Or) => {
            let (left, left_bounds) = cut_expr(&binary.left, moment)?;
            let (right, right_bounds) = cut_expr(&binary.right, moment)?;
            let rest = match (left, right) {
                (Some(left), Some(right)) => Some(Expr::binary(left, binary.operator, right)),
                (left, right) => left.or(right),
            };
            Ok((rest, left_bounds.intersect(right_bounds)))
        }
        Expr::Binary(binary) => cut_comparison(binary, expr, moment),
        Expr::Paren(inner) => {
            let (rest, bounds) = cut_expr(inner, moment)?;
            Ok((rest.map(|rest| Expr::Paren(Box::new(rest))), bounds))
        }
        Expr::Literal(Literal::Boolean(_)) => Ok((Some(expr.clone()), Bounds::default())),
        other => Err(Error::invalid(format!("invalid condition expression: {other}"))),
    }
}

fn cut_comparison(binary: &Binary, whole: &Expr, moment: &Moment) -> Result<(Option<Expr>, Bounds)> {
    if is_time(&binary.left) {
        return Ok((None, bounds(binary.operator, &binary.right, moment)?));
    }
    if is_time(&binary.right) {
        return Ok((None, bounds(mirrored(binary.operator), &binary.left, moment)?));
    }
    Ok((Some(reduce(whole)), Bounds::default()))
}

fn is_time(expr: &Expr) -> bool {
    matches!(expr, Expr::Reference(reference) if reference.name.eq_ignore_ascii_case("time"))
}

fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Greater => Operator::Less,
        Operator::Less => Operator::Greater,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        other => other,
    }
}

fn bounds(operator: Operator, side: &Expr, moment: &Moment) -> Result<Bounds> {
    let at = match instant(side, moment)? {
        TimeValue::Instant(ns) => within_range(ns)?,
        TimeValue::Number(ns) => ns,
    };
    Ok(match operator {
        Operator::Greater => Bounds { first: Some(at.saturating_add(1)), last: None },
        Operator::GreaterOrEqual => Bounds { first: Some(at), last: None },
        Operator::Less => Bounds { first: None, last: Some(at.saturating_sub(1)) },
        Operator::LessOrEqual => Bounds { first: None, last: Some(at) },
        Operator::Equal => Bounds { first: Some(at), last: Some(at) },
        other => return Err(Error::invalid(format!("invalid time comparison operator: {other}"))),
    })
}

/// An instant that points can have; InfluxDB's words for one that they cannot.
fn within_range(ns: i128) -> Result<i64> {
    let text = |ns: i128| {
        let mut out = String::new();
        let seconds = i64::try_from(ns.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
        match seconds.checked_mul(1_000_000_000) {
            Some(ns) => push_rfc3339(&mut out, ns),
            None => out = far_instant(seconds),
        }
        out
    };
    if ns > i128::from(MAX_TIME) {
        Err(Error::invalid(format!("time {} overflows time literal", text(ns))))
    } else if ns < i128::from(MIN_TIME) + 1 {
        Err(Error::invalid(format!("time {} underflows time literal", text(ns))))
    } else {
        i64::try_from(ns).map_err(|_| Error::invalid("invalid timestamp string"))
    }
}

fn far_instant(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |instant| instant.to_string())
}

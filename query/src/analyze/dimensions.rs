//! GROUP BY: the length of a bucket, its offset, and what tags are meant.

use super::constant::{Moment, looks_like_instant, parse_instant};
use crate::ast::{BucketOffset, Dimension, Expr};
use crate::{Error, Result};

/// Seconds from the year 1, from which Go rounds instants, to 1970.
const YEAR_ONE_SECONDS: i128 = 62_135_596_800;

/// The grid of GROUP BY time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Interval {
    /// The length of a bucket in ns; 0 is no buckets.
    pub(crate) duration: i64,
    /// How far the grid is moved, in ns.
    pub(crate) offset: i64,
}

/// The grid that GROUP BY asks for, and whether the rest of it can be grouped by.
pub(crate) fn interval(dimensions: &[Dimension], moment: &Moment) -> Result<Interval> {
    let mut found = Interval::default();
    for dimension in dimensions {
        match dimension {
            Dimension::Tag(reference) if reference.name.eq_ignore_ascii_case("time") => {
                return Err(Error::invalid("time() is a function and expects at least one argument"));
            }
            Dimension::Time { .. } if found.duration != 0 => {
                return Err(Error::invalid("multiple time dimensions not allowed"));
            }
            Dimension::Time { interval_ns, offset } => {
                let duration = (*interval_ns).max(0);
                found = Interval { duration, offset: offset_ns(duration, offset.as_ref(), moment)? };
            }
            Dimension::Other(expr) => return Err(useless(expr)),
            Dimension::Tag(_) | Dimension::Wildcard | Dimension::Pattern(_) => {}
        }
    }
    Ok(found)
}

fn offset_ns(interval: i64, offset: Option<&BucketOffset>, moment: &Moment) -> Result<i64> {
    if interval == 0 {
        return Ok(0);
    }
    match offset {
        None => Ok(0),
        Some(BucketOffset::Duration(ns)) => Ok(ns % interval),
        Some(BucketOffset::Now) => Ok(past_grid(i128::from(moment.now_ns), interval)),
        Some(BucketOffset::Instant(text)) if looks_like_instant(text) => {
            Ok(past_grid(parse_instant(text, moment.zone.as_ref())?, interval))
        }
        Some(BucketOffset::Instant(_)) => {
            Err(Error::invalid("time dimension offset must be duration or now()"))
        }
    }
}

/// How far an instant lies past the grid that Go rounds to.
fn past_grid(ns: i128, interval: i64) -> i64 {
    let since_year_one = ns + YEAR_ONE_SECONDS * 1_000_000_000;
    i64::try_from(since_year_one.rem_euclid(i128::from(interval))).unwrap_or(0)
}

/// Why something cannot be grouped by.
fn useless(expr: &Expr) -> Error {
    let Expr::Call(call) = expr else { return Error::invalid("only time and tag dimensions allowed") };
    Error::invalid(match (call.name.as_str(), call.args.as_slice()) {
        ("time", [_]) => "time dimension must have duration argument",
        ("time", [Expr::Literal(crate::ast::Literal::Duration(_)), Expr::Call(offset)]) => {
            if offset.name == "now" {
                "time dimension offset now() function requires no arguments"
            } else {
                "time dimension offset function must be now()"
            }
        }
        ("time", [Expr::Literal(crate::ast::Literal::Duration(_)), _]) => {
            "time dimension offset must be duration or now()"
        }
        ("time", [_, _]) => "time dimension must have duration argument",
        ("time", _) => "time dimension expected 1 or 2 arguments",
        _ => "only time() calls allowed in dimensions",
    })
}

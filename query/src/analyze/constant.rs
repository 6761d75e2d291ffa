//! Constants: what can be computed before any row is read, and which instant an expression means.

use crate::ast::{Binary, Expr, Literal, Operator, fold};
use crate::{Error, Result};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::convert::Infallible;

/// What `now()` and texts that mean instants stand for.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    /// The time of the statement in ns.
    pub(crate) now_ns: i64,
    /// The zone in which a text without an offset is read.
    pub(crate) zone: Option<TimeZone>,
}

/// A constant, which may be an instant.
#[derive(Debug, Clone)]
enum Constant {
    /// Nanoseconds, wide enough that sums do not overflow.
    Instant(i128),
    Literal(Literal),
}

/// Computes every part of `expr` that is constant.
pub(crate) fn reduce(expr: &Expr) -> Expr {
    let reduced = fold(expr.clone(), &mut |part| Ok::<_, Infallible>(reduce_part(part)));
    match reduced {
        Ok(Expr::Paren(inner)) => *inner,
        Ok(expr) => expr,
        Err(never) => match never {},
    }
}

fn reduce_part(part: Expr) -> Expr {
    match part {
        Expr::Binary(binary) => match (&binary.left, &binary.right) {
            (Expr::Literal(left), Expr::Literal(right)) => match literals(binary.operator, left, right) {
                Some(literal) => Expr::Literal(literal),
                None => Expr::Binary(binary),
            },
            _ => Expr::Binary(binary),
        },
        Expr::Paren(inner) => match *inner {
            Expr::Binary(_) => Expr::Paren(inner),
            simple => simple,
        },
        other => other,
    }
}

fn literals(operator: Operator, left: &Literal, right: &Literal) -> Option<Literal> {
    use Literal::{Boolean, Duration, Float, Integer, String};
    match (left, right) {
        (Integer(a), Integer(b)) => integers(operator, *a, *b),
        (Float(a), Float(b)) => floats(operator, *a, *b),
        (Integer(a), Float(b)) => floats(operator, as_float(*a), *b),
        (Float(a), Integer(b)) => floats(operator, *a, as_float(*b)),
        (Duration(a), Duration(b)) => match operator {
            Operator::Add => Some(Duration(a.wrapping_add(*b))),
            Operator::Subtract => Some(Duration(a.wrapping_sub(*b))),
            _ => None,
        },
        (Duration(a), Integer(b)) => scaled(operator, *a, *b),
        (Duration(a), Float(b)) => scaled(operator, *a, cut(*b)),
        (String(a), String(b)) => match operator {
            Operator::Equal => Some(Boolean(a == b)),
            Operator::NotEqual => Some(Boolean(a != b)),
            Operator::Add => Some(String(format!("{a}{b}"))),
            _ => None,
        },
        (Boolean(a), Boolean(b)) => match operator {
            Operator::Equal => Some(Boolean(a == b)),
            Operator::NotEqual => Some(Boolean(a != b)),
            Operator::And => Some(Boolean(*a && *b)),
            Operator::Or => Some(Boolean(*a || *b)),
            _ => None,
        },
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "as InfluxDB mixes integers and floats")]
fn as_float(value: i64) -> f64 {
    value as f64
}

#[expect(clippy::cast_possible_truncation, reason = "a float beside a duration is cut to whole units")]
fn cut(value: f64) -> i64 {
    value as i64
}

fn scaled(operator: Operator, duration: i64, by: i64) -> Option<Literal> {
    match operator {
        Operator::Multiply => Some(Literal::Duration(duration.wrapping_mul(by))),
        Operator::Divide if by == 0 => Some(Literal::Duration(0)),
        Operator::Divide => Some(Literal::Duration(duration.wrapping_div(by))),
        _ => None,
    }
}

fn integers(operator: Operator, a: i64, b: i64) -> Option<Literal> {
    Some(match operator {
        Operator::Add => Literal::Integer(a.wrapping_add(b)),
        Operator::Subtract => Literal::Integer(a.wrapping_sub(b)),
        Operator::Multiply => Literal::Integer(a.wrapping_mul(b)),
        Operator::Divide if b == 0 => Literal::Float(0.0),
        Operator::Divide => Literal::Float(as_float(a) / as_float(b)),
        Operator::Modulo if b == 0 => Literal::Integer(0),
        Operator::Modulo => Literal::Integer(a.wrapping_rem(b)),
        Operator::BitAnd => Literal::Integer(a & b),
        Operator::BitOr => Literal::Integer(a | b),
        Operator::BitXor => Literal::Integer(a ^ b),
        _ => Literal::Boolean(compared(operator, a.cmp(&b))?),
    })
}

fn floats(operator: Operator, a: f64, b: f64) -> Option<Literal> {
    Some(match operator {
        Operator::Add => Literal::Float(a + b),
        Operator::Subtract => Literal::Float(a - b),
        Operator::Multiply => Literal::Float(a * b),
        Operator::Divide if b == 0.0 => Literal::Float(0.0),
        Operator::Divide => Literal::Float(a / b),
        Operator::Modulo => Literal::Float(a % b),
        _ => Literal::Boolean(compared(operator, a.partial_cmp(&b)?)?),
    })
}

/// What a comparison says of an ordering; nothing for other operators.
pub(crate) fn compared(operator: Operator, order: std::cmp::Ordering) -> Option<bool> {
    Some(match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        _ => return None,
    })
}

/// What the right side of a comparison with `time` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeValue {
    /// An instant in ns, which may lie outside the range of points.
    Instant(i128),
    /// A bare number of ns.
    Number(i64),
}

/// The instant that the right side of a comparison with `time` means.
pub(crate) fn instant(expr: &Expr, moment: &Moment) -> Result<TimeValue> {
    let constant = evaluate(expr, moment)?;
    match constant {
        Some(Constant::Instant(ns)) => Ok(TimeValue::Instant(ns)),
        Some(Constant::Literal(Literal::String(text))) if looks_like_instant(&text) => {
            parse_instant(&text, moment.zone.as_ref()).map(TimeValue::Instant)
        }
        Some(Constant::Literal(Literal::Duration(ns) | Literal::Integer(ns))) => Ok(TimeValue::Number(ns)),
        Some(Constant::Literal(Literal::Float(ns))) => Ok(TimeValue::Number(cut(ns))),
        Some(Constant::Literal(literal)) => Err(incompatible(&Expr::Literal(literal))),
        None => Err(incompatible(expr)),
    }
}

/// InfluxDB names the Go type of what it could not use.
fn incompatible(expr: &Expr) -> Error {
    let name = match expr.without_parens() {
        Expr::Reference(_) => "VarRef",
        Expr::Literal(Literal::String(_)) => "StringLiteral",
        Expr::Literal(Literal::Boolean(_)) => "BooleanLiteral",
        Expr::Literal(Literal::Pattern(_)) => "RegexLiteral",
        Expr::Literal(Literal::Unsigned(_)) => "UnsignedLiteral",
        Expr::Literal(Literal::Float(_)) => "NumberLiteral",
        Expr::Literal(Literal::Integer(_)) => "IntegerLiteral",
        Expr::Literal(Literal::Duration(_)) => "DurationLiteral",
        Expr::Wildcard(_) => "Wildcard",
        Expr::Distinct(_) => "Distinct",
        Expr::Call(_) => "Call",
        Expr::Binary(_) | Expr::Paren(_) => "BinaryExpr",
    };
    Error::invalid(format!("invalid operation: time and *influxql.{name} are not compatible"))
}

fn evaluate(expr: &Expr, moment: &Moment) -> Result<Option<Constant>> {
    Ok(match expr {
        Expr::Literal(literal) => Some(Constant::Literal(literal.clone())),
        Expr::Paren(inner) => evaluate(inner, moment)?,
        Expr::Call(call) if call.name == "now" && call.args.is_empty() => {
            Some(Constant::Instant(i128::from(moment.now_ns)))
        }
        Expr::Binary(binary) => evaluate_binary(binary, moment)?,
        _ => None,
    })
}

fn evaluate_binary(binary: &Binary, moment: &Moment) -> Result<Option<Constant>> {
    let (Some(left), Some(right)) = (evaluate(&binary.left, moment)?, evaluate(&binary.right, moment)?)
    else {
        return Ok(None);
    };
    if let (Constant::Literal(a), Constant::Literal(b)) = (&left, &right)
        && let Some(literal) = literals(binary.operator, a, b)
    {
        return Ok(Some(Constant::Literal(literal)));
    }
    let sum = match (&left, &right) {
        (Constant::Instant(_) | Constant::Literal(Literal::String(_)), _) => {
            let (Some(base), Some(by)) = (as_instant(&left, moment), as_span(&right)) else {
                return Ok(difference(binary.operator, &left, &right, moment));
            };
            match binary.operator {
                Operator::Add => Some(base + by),
                Operator::Subtract => Some(base - by),
                _ => None,
            }
        }
        (Constant::Literal(Literal::Duration(by)), _) if binary.operator == Operator::Add => {
            as_instant(&right, moment).map(|base| base + i128::from(*by))
        }
        _ => None,
    };
    Ok(sum.map(Constant::Instant))
}

/// The time between two instants.
fn difference(operator: Operator, left: &Constant, right: &Constant, moment: &Moment) -> Option<Constant> {
    let (left, right) = (as_instant(left, moment)?, as_instant(right, moment)?);
    let ns = i64::try_from(left - right).ok()?;
    (operator == Operator::Subtract).then_some(Constant::Literal(Literal::Duration(ns)))
}

fn as_instant(constant: &Constant, moment: &Moment) -> Option<i128> {
    match constant {
        Constant::Instant(ns) => Some(*ns),
        Constant::Literal(Literal::String(text)) => parse_instant(text, moment.zone.as_ref()).ok(),
        Constant::Literal(_) => None,
    }
}

fn as_span(constant: &Constant) -> Option<i128> {
    match constant {
        Constant::Literal(Literal::Duration(ns) | Literal::Integer(ns)) => Some(i128::from(*ns)),
        _ => None,
    }
}

/// Whether a text begins as a date does.
pub(crate) fn looks_like_instant(text: &str) -> bool {
    let pattern = b"dddd-dd-dd";
    text.len() >= pattern.len()
        && text.bytes().zip(pattern).all(|(byte, kind)| match kind {
            b'd' => byte.is_ascii_digit(),
            other => byte == *other,
        })
}

/// Reads `2024-03-09`, `2024-03-09 16:01:00.5` (in `zone`) or RFC 3339.
///
/// # Errors
/// `invalid timestamp string`.
pub(crate) fn parse_instant(text: &str, zone: Option<&TimeZone>) -> Result<i128> {
    let invalid = || Error::invalid("invalid timestamp string");
    if !looks_like_instant(text) {
        return Err(invalid());
    }
    let has_zone = text[10..].contains(['Z', 'z', '+']) || text[10..].contains('-');
    if has_zone {
        let instant: jiff::Timestamp = text.parse().map_err(|_| invalid())?;
        return if text.as_bytes()[10] == b'T' { Ok(instant.as_nanosecond()) } else { Err(invalid()) };
    }
    let local = match text.len() {
        10 => text.parse::<Date>().map(|date| date.at(0, 0, 0, 0)),
        _ if text.as_bytes()[10] == b' ' => text.parse::<DateTime>(),
        _ => return Err(invalid()),
    };
    let zone = zone.cloned().unwrap_or(TimeZone::UTC);
    let instant = local.and_then(|local| local.to_zoned(zone)).map_err(|_| invalid())?;
    Ok(instant.timestamp().as_nanosecond())
}

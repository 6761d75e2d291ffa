//! What GROUP BY groups by.

use super::literal::write_duration;
use super::{Call, Expr, Literal, Pattern, QuotedString, Reference, WildcardKind};
use std::fmt;

/// One entry of GROUP BY.
#[derive(Debug, Clone, PartialEq)]
pub enum Dimension {
    /// `time(interval)` or `time(interval, offset)`.
    Time {
        /// The length of a bucket in ns, as written: it may be zero or negative.
        interval_ns: i64,
        /// By how much the buckets are shifted.
        offset: Option<BucketOffset>,
    },
    /// A tag, or the column of a subquery.
    Tag(Reference),
    /// `*`: every tag.
    Wildcard,
    /// Every tag whose key matches.
    Pattern(Pattern),
    /// Something that parses but groups nothing: `GROUP BY 1 + 1`, `time('x')`, `mean(v)`.
    Other(Expr),
}

/// The second argument of `time()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BucketOffset {
    /// A length of time in ns.
    Duration(i64),
    /// `now()`: buckets end now.
    Now,
    /// A text, meant as an instant.
    Instant(String),
}

impl Dimension {
    /// Sorts an expression of GROUP BY into its kind. Parentheses around it mean nothing.
    #[must_use]
    pub fn from_expr(expr: Expr) -> Self {
        match expr {
            Expr::Paren(inner) => Self::from_expr(*inner),
            Expr::Reference(reference) => Self::Tag(reference),
            Expr::Wildcard(WildcardKind::All | WildcardKind::Tags) => Self::Wildcard,
            Expr::Literal(Literal::Pattern(pattern)) => Self::Pattern(pattern),
            Expr::Call(call) => Self::from_call(call),
            other => Self::Other(other),
        }
    }

    fn from_call(call: Call) -> Self {
        let bucket = match (call.name.as_str(), call.args.as_slice()) {
            ("time", [Expr::Literal(Literal::Duration(ns))]) => Some((*ns, None)),
            ("time", [Expr::Literal(Literal::Duration(ns)), offset]) => {
                BucketOffset::from_expr(offset).map(|offset| (*ns, Some(offset)))
            }
            _ => None,
        };
        match bucket {
            Some((interval_ns, offset)) => Self::Time { interval_ns, offset },
            None => Self::Other(Expr::Call(call)),
        }
    }
}

impl BucketOffset {
    fn from_expr(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Literal(Literal::Duration(ns)) => Some(Self::Duration(*ns)),
            Expr::Literal(Literal::String(text)) => Some(Self::Instant(text.clone())),
            Expr::Call(call) if call.name == "now" && call.args.is_empty() => Some(Self::Now),
            _ => None,
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time { interval_ns, offset } => write_time(f, *interval_ns, offset.as_ref()),
            Self::Tag(reference) => reference.fmt(f),
            Self::Wildcard => f.write_str("*"),
            Self::Pattern(pattern) => pattern.fmt(f),
            Self::Other(expr) => expr.fmt(f),
        }
    }
}

fn write_time(f: &mut fmt::Formatter<'_>, interval_ns: i64, offset: Option<&BucketOffset>) -> fmt::Result {
    f.write_str("time(")?;
    write_duration(f, interval_ns)?;
    if let Some(offset) = offset {
        write!(f, ", {offset}")?;
    }
    f.write_str(")")
}

impl fmt::Display for BucketOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duration(ns) => write_duration(f, *ns),
            Self::Now => f.write_str("now()"),
            Self::Instant(text) => QuotedString(text).fmt(f),
        }
    }
}

//! WHERE without time: what a scan filters series by, and what is left for each row.

use super::scalar::{Reader, Scalars};
use crate::ast::{Binary, Call, Expr, Literal, Operator, Reference};
use crate::functions::MathFunction;
use crate::statement::{Kind, Residual, Role, Scalar};
use crate::{Error, Result};
use model::{TagMatch, TagPredicate};

/// Refuses calls that mean nothing in a condition.
///
/// # Errors
/// `invalid function call in condition`, or a wrong number of arguments.
pub(crate) fn check(expr: Option<&Expr>) -> Result<()> {
    match expr {
        Some(Expr::Binary(binary)) => {
            check(Some(&binary.left))?;
            check(Some(&binary.right))
        }
        Some(Expr::Call(call)) => check_call(call),
        _ => Ok(()),
    }
}

fn check_call(call: &Call) -> Result<()> {
    let Some(function) = MathFunction::find(&call.name) else {
        return Err(Error::invalid(format!("invalid function call in condition: {call}")));
    };
    let (name, expected, got) = (function.name(), function.arity(), call.args.len());
    if expected != got {
        return Err(Error::invalid(format!(
            "invalid number of arguments for {name}, expected {expected}, got {got}"
        )));
    }
    call.args.iter().try_for_each(|arg| check(Some(arg)))
}

/// Splits a condition over stored rows. `is_field` says which names are fields there; all others are
/// tags, and a tag that no series has reads as the empty text. `first_input` is the number of the first
/// input that the residual adds.
pub(crate) fn split(
    condition: Option<&Expr>,
    first_input: usize,
    kind: &dyn Fn(&Reference) -> Option<Kind>,
) -> (TagPredicate, Option<Residual>) {
    let Some(condition) = condition else { return (TagPredicate::All, None) };
    let mut parts = Vec::new();
    conjuncts(condition, &mut parts);
    let mut predicates = Vec::new();
    let mut left: Option<Expr> = None;
    for part in parts {
        let (predicate, is_exact) = predicate(part, kind);
        predicates.push(predicate);
        if !is_exact {
            left = Some(match left {
                Some(before) => Expr::binary(before, Operator::And, part.clone()),
                None => part.clone(),
            });
        }
    }
    (all_of(predicates), left.map(|left| residual(&left, first_input, kind)))
}

/// The condition of a row as an expression, its inputs numbered from `first_input`.
pub(crate) fn residual(
    condition: &Expr,
    first_input: usize,
    kind: &dyn Fn(&Reference) -> Option<Kind>,
) -> Residual {
    let mut reader = Reader::new(first_input);
    let condition =
        Scalars { reader: &mut reader, kind, role: Role::Shown, is_shown: false }.condition(condition);
    Residual { condition, inputs: reader.into_inputs() }
}

/// Which series can have a row that passes, by tags alone; for statements about series.
pub(crate) fn series_predicate(
    condition: Option<&Expr>,
    kind: &dyn Fn(&Reference) -> Option<Kind>,
) -> TagPredicate {
    condition.map_or(TagPredicate::All, |condition| predicate(condition, kind).0)
}

/// The series whose rows pass, all of them; nothing if tags alone cannot tell.
pub(crate) fn exact_series_predicate(
    condition: &Expr,
    kind: &dyn Fn(&Reference) -> Option<Kind>,
) -> Option<TagPredicate> {
    let (predicate, is_exact) = predicate(condition, kind);
    is_exact.then_some(predicate)
}

fn conjuncts<'a>(expr: &'a Expr, parts: &mut Vec<&'a Expr>) {
    match expr {
        Expr::Paren(inner) => conjuncts(inner, parts),
        Expr::Binary(binary) if binary.operator == Operator::And => {
            conjuncts(&binary.left, parts);
            conjuncts(&binary.right, parts);
        }
        other => parts.push(other),
    }
}

fn all_of(mut parts: Vec<TagPredicate>) -> TagPredicate {
    parts.retain(|part| !matches!(part, TagPredicate::All));
    if parts.iter().any(|part| matches!(part, TagPredicate::Nothing)) {
        return TagPredicate::Nothing;
    }
    match parts.len() {
        0 => TagPredicate::All,
        1 => parts.swap_remove(0),
        _ => TagPredicate::And(parts),
    }
}

fn any_of(parts: Vec<TagPredicate>) -> TagPredicate {
    if parts.iter().any(|part| matches!(part, TagPredicate::All)) {
        TagPredicate::All
    } else {
        TagPredicate::Or(parts)
    }
}

/// What series must have, and whether that is all that the expression says.
fn predicate(expr: &Expr, kind: &dyn Fn(&Reference) -> Option<Kind>) -> (TagPredicate, bool) {
    match expr {
        Expr::Paren(inner) => predicate(inner, kind),
        Expr::Literal(Literal::Boolean(true)) => (TagPredicate::All, true),
        Expr::Literal(Literal::Boolean(false)) => (TagPredicate::Nothing, true),
        Expr::Binary(binary) => match binary.operator {
            Operator::And => {
                let (left, left_exact) = predicate(&binary.left, kind);
                let (right, right_exact) = predicate(&binary.right, kind);
                (all_of(vec![left, right]), left_exact && right_exact)
            }
            Operator::Or => {
                let (left, left_exact) = predicate(&binary.left, kind);
                let (right, right_exact) = predicate(&binary.right, kind);
                (any_of(vec![left, right]), left_exact && right_exact)
            }
            _ => comparison(binary, kind).map_or((TagPredicate::All, false), |tag| (tag, true)),
        },
        _ => (TagPredicate::All, false),
    }
}

/// The comparison of a tag with a constant; nothing for other comparisons.
fn comparison(binary: &Binary, kind: &dyn Fn(&Reference) -> Option<Kind>) -> Option<TagPredicate> {
    let (reference, literal) = tag_and_literal(binary, kind)?;
    let matcher = match (binary.operator, literal) {
        (Operator::Equal, Literal::String(text)) => TagMatch::Equal(text.as_str().into()),
        (Operator::NotEqual, Literal::String(text)) => TagMatch::NotEqual(text.as_str().into()),
        (Operator::Match, Literal::Pattern(pattern)) => TagMatch::Regex(pattern.regex().clone()),
        (Operator::NotMatch, Literal::Pattern(pattern)) => TagMatch::NotRegex(pattern.regex().clone()),
        _ => return Some(TagPredicate::Nothing),
    };
    Some(TagPredicate::Tag { key: reference.name.as_str().into(), matcher })
}

/// The two sides of a comparison of a tag with a constant.
pub(super) fn tag_and_literal<'a>(
    binary: &'a Binary,
    kind: &dyn Fn(&Reference) -> Option<Kind>,
) -> Option<(&'a Reference, &'a Literal)> {
    if !binary.operator.is_comparison() {
        return None;
    }
    let ((Expr::Reference(reference), Expr::Literal(literal))
    | (Expr::Literal(literal), Expr::Reference(reference))) = (&binary.left, &binary.right)
    else {
        return None;
    };
    let is_tag = !matches!(kind(reference), Some(Kind::Field(_)));
    is_tag.then_some((reference, literal))
}

/// Whether a condition is known to be false for every row.
pub(crate) fn never(predicate: &TagPredicate, residual: Option<&Residual>) -> bool {
    matches!(predicate, TagPredicate::Nothing)
        || residual.is_some_and(|residual| matches!(residual.condition, Scalar::Null))
}

//! The types of expressions, and InfluxDB's words for those that do not meet.

use crate::ast::{Expr, Literal, Operator};
use crate::statement::Kind;
use crate::{Error, Result};
use model::FieldType;

/// What is known of an operand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operand {
    /// Its kind; nothing where the name means nothing.
    pub(crate) kind: Option<Kind>,
    /// Whether it is a constant.
    pub(crate) is_literal: bool,
}

/// The kind that `left operator right` has.
pub(crate) fn binary(
    operator: Operator,
    left: Operand,
    right: Operand,
    text: impl Fn() -> String,
) -> Result<Option<Kind>> {
    let error = |message: String| Error::invalid(format!("type error: {}: {message}", text()));
    let (a, b) = match (left.kind, right.kind) {
        (Some(a), Some(b)) => (a, b),
        (a, b) => return Ok(a.or(b)),
    };
    let mixed = [a, b].contains(&Kind::Field(FieldType::Unsigned))
        && [a, b].contains(&Kind::Field(FieldType::Integer));
    if mixed {
        let unsigned_is_literal =
            if a == Kind::Field(FieldType::Unsigned) { left.is_literal } else { right.is_literal };
        let integer_is_literal =
            if a == Kind::Field(FieldType::Unsigned) { right.is_literal } else { left.is_literal };
        if unsigned_is_literal {
            return Err(error(format!("cannot use {operator} with an integer and unsigned literal")));
        } else if !integer_is_literal {
            return Err(error(format!(
                "cannot use {operator} between an integer and unsigned, an explicit cast is required"
            )));
        }
    }
    match result(operator, value_type(a), value_type(b)) {
        Some(ty) => Ok(Some(Kind::Field(ty))),
        None => Err(error(format!("incompatible types: {} and {}", word(a), word(b)))),
    }
}

/// The type that rows of this kind hold.
pub(crate) fn value_type(kind: Kind) -> FieldType {
    match kind {
        Kind::Field(ty) => ty,
        Kind::Tag => FieldType::String,
    }
}

/// InfluxDB's word for a kind.
pub(crate) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Field(ty) => ty.name(),
        Kind::Tag => "tag",
    }
}

/// The type that an operator gives; nothing where the types do not meet.
fn result(operator: Operator, a: FieldType, b: FieldType) -> Option<FieldType> {
    use FieldType::{Boolean, Float, Integer, String, Unsigned};
    if operator.is_comparison() {
        return Some(Boolean);
    }
    let bits = matches!(operator, Operator::BitAnd | Operator::BitOr | Operator::BitXor);
    let logic = matches!(operator, Operator::And | Operator::Or);
    match (a, b) {
        (Boolean, _) if bits || logic => Some(Boolean),
        (Boolean | String, _) | (_, Boolean | String) => None,
        _ if logic => None,
        (Float, _) | (_, Float) => (!bits).then_some(Float),
        (Unsigned, _) | (_, Unsigned) => Some(Unsigned),
        (Integer, Integer) => Some(Integer),
    }
}

/// An expression as InfluxDB prints it once types are known: `v::integer & 1.500`.
pub(crate) fn typed_text(expr: &Expr, kind: &impl Fn(&crate::ast::Reference) -> Option<Kind>) -> String {
    match expr {
        Expr::Reference(reference) if reference.cast.is_none() => match kind(reference) {
            Some(kind) => format!("{reference}::{}", word(kind)),
            None => reference.to_string(),
        },
        Expr::Literal(Literal::Float(value)) => format!("{value:.3}"),
        Expr::Binary(binary) => format!(
            "{} {} {}",
            typed_text(&binary.left, kind),
            binary.operator,
            typed_text(&binary.right, kind)
        ),
        Expr::Paren(inner) => format!("({})", typed_text(inner, kind)),
        Expr::Call(call) => {
            let args: Vec<_> = call.args.iter().map(|arg| typed_text(arg, kind)).collect();
            format!("{}({})", call.name, args.join(", "))
        }
        other => other.to_string(),
    }
}

//! Expressions of the syntax tree as expressions over the inputs of a row.

use super::condition::tag_and_literal;
use crate::ast::{Binary, Expr, Literal, Operator, Reference};
use crate::functions::MathFunction;
use crate::statement::{Input, Kind, Role, Scalar};
use model::FieldValue;

/// Collects what is read of each row, each input once.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    first: usize,
    inputs: Vec<Input>,
}

impl Reader {
    /// Inputs are numbered from `first`.
    pub(crate) fn new(first: usize) -> Self {
        Self { first, inputs: Vec::new() }
    }

    /// The number of an input.
    pub(crate) fn read(&mut self, name: &str, kind: Option<Kind>, role: Role) -> usize {
        let wanted = Input { name: name.into(), kind, role };
        let place = self.inputs.iter().position(|input| *input == wanted).unwrap_or_else(|| {
            self.inputs.push(wanted);
            self.inputs.len() - 1
        });
        self.first + place
    }

    /// What was read, in the order of the numbers.
    pub(crate) fn into_inputs(self) -> Vec<Input> {
        self.inputs
    }
}

/// Translates expressions without calls of the registry.
pub(crate) struct Scalars<'a> {
    /// Where inputs are collected.
    pub(crate) reader: &'a mut Reader,
    /// What a name stands for.
    pub(crate) kind: &'a dyn Fn(&Reference) -> Option<Kind>,
    /// What names are read for.
    pub(crate) role: Role,
    /// Whether the expression stands in SELECT.
    pub(crate) is_shown: bool,
}

impl Scalars<'_> {
    /// The expression as a condition: a tag that is compared with a constant reads as text.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Scalar {
        match expr {
            Expr::Binary(binary) => {
                if let Some((reference, literal)) = tag_and_literal(binary, self.kind) {
                    let tag =
                        Scalar::Input(self.reader.read(&reference.name, Some(Kind::Tag), Role::Compared));
                    return self.operation(binary.operator, tag, literal_operand(literal), Some(literal));
                }
                let left = self.condition(&binary.left);
                self.right(binary, left)
            }
            Expr::Paren(inner) => self.condition(inner),
            Expr::Reference(reference) => {
                let kind = (self.kind)(reference);
                Scalar::Input(self.reader.read(&reference.name, Some(kind.unwrap_or(Kind::Tag)), self.role))
            }
            Expr::Literal(literal) => literal_operand(literal),
            Expr::Call(call) => match MathFunction::find(&call.name) {
                Some(function) => {
                    let args = call.args.iter().map(|arg| self.condition(arg)).collect();
                    Scalar::Math { function, args }
                }
                None => Scalar::Null,
            },
            Expr::Wildcard(_) | Expr::Distinct(_) => Scalar::Null,
        }
    }

    fn right(&mut self, binary: &Binary, left: Scalar) -> Scalar {
        match &binary.right {
            Expr::Literal(literal) => {
                self.operation(binary.operator, left, literal_operand(literal), Some(literal))
            }
            right => {
                let right = self.condition(right);
                self.operation(binary.operator, left, right, None)
            }
        }
    }

    /// `left operator right`, where `right` may be a pattern.
    pub(crate) fn operation(
        &self,
        operator: Operator,
        left: Scalar,
        right: Scalar,
        literal: Option<&Literal>,
    ) -> Scalar {
        match (operator, literal) {
            (Operator::Match | Operator::NotMatch, Some(Literal::Pattern(pattern))) => Scalar::Matches {
                text: Box::new(left),
                regex: pattern.regex().clone(),
                negated: operator == Operator::NotMatch,
            },
            (Operator::Match | Operator::NotMatch, _) => Scalar::Null,
            _ => Scalar::Binary {
                operator,
                is_shown: self.is_shown,
                left: Box::new(left),
                right: Box::new(right),
            },
        }
    }
}

/// A constant as an operand; durations and patterns are nothing by themselves.
pub(crate) fn literal_operand(literal: &Literal) -> Scalar {
    Scalar::Constant(match literal {
        Literal::Float(value) => FieldValue::Float(*value),
        Literal::Integer(value) => FieldValue::Integer(*value),
        Literal::Unsigned(value) => FieldValue::Unsigned(*value),
        Literal::String(text) => FieldValue::String(text.as_str().into()),
        Literal::Boolean(value) => FieldValue::Boolean(*value),
        Literal::Duration(_) | Literal::Pattern(_) => return Scalar::Null,
    })
}

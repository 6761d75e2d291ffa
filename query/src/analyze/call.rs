//! Columns with calls: every call once, its argument resolved and its types known.

use super::fields::Column;
use super::scalar::{Reader, Scalars, literal_operand};
use super::types::{self, Operand, typed_text};
use crate::ast::{self, Expr, Literal, Reference};
use crate::functions::{Build, MathFunction, Reducer, find};
use crate::statement::{Call, Kind, Role, Scalar};
use crate::{Error, Result};
use model::FieldType;
use std::collections::HashMap;

/// Builds the columns of one SELECT.
pub(crate) struct Columns<'a> {
    /// Where inputs are collected.
    pub(crate) reader: Reader,
    /// What a name stands for.
    pub(crate) kind: &'a dyn Fn(&Reference) -> Option<Kind>,
    /// The length of a bucket in ns; 0 where there is none.
    pub(crate) interval_ns: i64,
    /// Whether tags can be arguments: those of stored rows are no values, those of a subquery are.
    pub(crate) tags_are_values: bool,
    /// The calls so far.
    pub(crate) calls: Vec<Call>,
    /// The inputs by which `top` and `bottom` tell points apart.
    pub(crate) ranked_by: Vec<usize>,
    /// The first call whose argument is of a type that it does not take: an error, but only once no
    /// operator is found whose operands do not meet.
    pub(crate) refused: Option<Error>,
    known: HashMap<String, usize>,
}

impl<'a> Columns<'a> {
    /// No columns yet.
    pub(crate) fn new(
        kind: &'a dyn Fn(&Reference) -> Option<Kind>,
        interval_ns: i64,
        tags_are_values: bool,
    ) -> Self {
        Self {
            reader: Reader::default(),
            kind,
            interval_ns,
            tags_are_values,
            calls: Vec::new(),
            ranked_by: Vec::new(),
            refused: None,
            known: HashMap::new(),
        }
    }

    /// The expression of a column, and its kind.
    pub(crate) fn column(&mut self, column: &Column) -> Result<(Scalar, Option<Kind>)> {
        let scalar = self.scalar(&column.expr)?;
        Ok((scalar, self.type_of(&column.expr)?))
    }

    fn scalar(&mut self, expr: &Expr) -> Result<Scalar> {
        Ok(match expr {
            Expr::Reference(reference) => {
                Scalar::Input(self.reader.read(&reference.name, (self.kind)(reference), Role::Shown))
            }
            Expr::Literal(literal) => literal_operand(literal),
            Expr::Paren(inner) => self.scalar(inner)?,
            Expr::Call(call) => match MathFunction::find(&call.name) {
                Some(function) => {
                    let args = call.args.iter().map(|arg| self.scalar(arg)).collect::<Result<_>>()?;
                    Scalar::Math { function, args }
                }
                None => Scalar::Call(self.call(call)?),
            },
            Expr::Binary(binary) => {
                let left = self.scalar(&binary.left)?;
                let literal = match &binary.right {
                    Expr::Literal(literal) => Some(literal),
                    _ => None,
                };
                let right = self.scalar(&binary.right)?;
                let scalars =
                    Scalars { reader: &mut self.reader, kind: self.kind, role: Role::Shown, is_shown: true };
                scalars.operation(binary.operator, left, right, literal)
            }
            Expr::Wildcard(_) | Expr::Distinct(_) => Scalar::Null,
        })
    }

    /// The number of a call; equal calls are one.
    fn call(&mut self, call: &ast::Call) -> Result<usize> {
        let text = call.to_string();
        if let Some(known) = self.known.get(&text) {
            return Ok(*known);
        }
        let built = self.build(call)?;
        self.calls.push(built);
        self.known.insert(text, self.calls.len() - 1);
        Ok(self.calls.len() - 1)
    }

    fn build(&mut self, call: &ast::Call) -> Result<Call> {
        let function =
            find(&call.name).ok_or_else(|| Error::invalid(format!("undefined function {}()", call.name)))?;
        match (function.build)(call, self.interval_ns) {
            Build::Reduce(reducer) => {
                if let Reducer::Rank { tags, .. } = reducer {
                    self.rank_by(&call.args[1..=tags]);
                }
                let (input, ty) = self.argument(call.args.first());
                if let Some(refused) = ty.filter(|ty| !reducer.accepts(*ty)) {
                    self.refuse(function.name, refused);
                }
                let ty = ty.map_or_else(|| reducer.fixed_result(), |ty| Some(reducer.result(ty)));
                Ok(Call { input, reducer: Some(reducer), steps: Vec::new(), ty })
            }
            Build::Then(step) => {
                let mut inner = match call.args.first() {
                    Some(Expr::Call(inner)) => self.build(inner)?,
                    other => {
                        let (input, ty) = self.argument(other);
                        Call { input, reducer: None, steps: Vec::new(), ty }
                    }
                };
                if let Some(refused) = inner.ty.filter(|ty| !step.accepts(*ty)) {
                    self.refuse(function.name, refused);
                }
                inner.ty = inner.ty.map(|ty| step.result(ty));
                inner.steps.push(step);
                Ok(inner)
            }
        }
    }

    fn refuse(&mut self, name: &str, ty: FieldType) {
        self.refused.get_or_insert_with(|| unsupported(name, ty));
    }

    fn rank_by(&mut self, tags: &[Expr]) {
        for tag in tags {
            if let Expr::Reference(reference) = tag {
                self.ranked_by.push(self.reader.read(&reference.name, (self.kind)(reference), Role::Shown));
            }
        }
    }

    fn argument(&mut self, arg: Option<&Expr>) -> (usize, Option<FieldType>) {
        match arg {
            Some(Expr::Reference(reference)) => {
                let kind = (self.kind)(reference).filter(|kind| self.tags_are_values || *kind != Kind::Tag);
                (self.reader.read(&reference.name, kind, Role::Argument), kind.map(types::value_type))
            }
            Some(Expr::Call(call)) => self.argument(call.args.first()),
            _ => (self.reader.read("", None, Role::Argument), None),
        }
    }

    /// The kind of an expression.
    fn type_of(&self, expr: &Expr) -> Result<Option<Kind>> {
        Ok(match expr {
            Expr::Reference(reference) => (self.kind)(reference),
            Expr::Literal(literal) => literal_kind(literal),
            Expr::Paren(inner) => self.type_of(inner)?,
            Expr::Call(call) => match MathFunction::find(&call.name) {
                Some(function) => self.math_type(call, function)?,
                None => {
                    let known = self.known.get(&call.to_string()).and_then(|index| self.calls.get(*index));
                    known.and_then(|call| call.ty).map(Kind::Field)
                }
            },
            Expr::Binary(binary) => {
                let (left, right) = (self.operand(&binary.left)?, self.operand(&binary.right)?);
                types::binary(binary.operator, left, right, || typed_text(expr, &self.kind))?
            }
            Expr::Wildcard(_) | Expr::Distinct(_) => None,
        })
    }

    /// As an operand, a call whose argument is a tag of stored rows has that tag's type, unless the
    /// function has a type of its own. Alone it is null.
    fn operand(&self, expr: &Expr) -> Result<Operand> {
        let mut kind = self.type_of(expr)?;
        let mut inner = expr;
        while let (None, Expr::Call(call)) = (kind, inner) {
            let Some(first) = call.args.first() else { break };
            kind = match first {
                Expr::Reference(reference) => (self.kind)(reference).filter(|kind| *kind == Kind::Tag),
                _ => None,
            };
            inner = first;
        }
        Ok(Operand { kind, is_literal: is_literal(expr) })
    }

    /// A function of something that is no number is null in each row, as InfluxDB has it.
    fn math_type(&self, call: &ast::Call, function: MathFunction) -> Result<Option<Kind>> {
        let first = call.args.first().map(|arg| self.type_of(arg)).transpose()?.flatten();
        let number = match first {
            Some(Kind::Field(ty)) if ty.is_numeric() => ty,
            _ => FieldType::Float,
        };
        Ok(Some(Kind::Field(function.result(number))))
    }
}

/// InfluxDB names the Go type of the iterator that it could not use.
fn unsupported(name: &str, ty: FieldType) -> Error {
    let name = match name {
        "non_negative_derivative" => "derivative",
        "non_negative_difference" => "difference",
        "moving_average" => "moving average",
        "cumulative_sum" => "cumulative sum",
        other => other,
    };
    Error::invalid(format!("unsupported {name} iterator type: *query.{ty}InterruptIterator"))
}

fn literal_kind(literal: &Literal) -> Option<Kind> {
    Some(Kind::Field(match literal {
        Literal::Float(_) => FieldType::Float,
        Literal::Integer(_) => FieldType::Integer,
        Literal::Unsigned(_) => FieldType::Unsigned,
        Literal::String(_) => FieldType::String,
        Literal::Boolean(_) => FieldType::Boolean,
        Literal::Duration(_) | Literal::Pattern(_) => return None,
    }))
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(_))
}

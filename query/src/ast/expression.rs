//! Expressions: what SELECT computes and WHERE tests.

use super::identifier::write_list;
use super::{Literal, Operator, QuotedIdentifier, Reference};
use std::fmt;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A column.
    Reference(Reference),
    /// A constant.
    Literal(Literal),
    /// `*`, `*::field` or `*::tag`.
    Wildcard(WildcardKind),
    /// `DISTINCT name`, the form without parentheses.
    Distinct(String),
    /// A function call.
    Call(Call),
    /// Two operands and an operator.
    Binary(Box<Binary>),
    /// An expression in parentheses.
    Paren(Box<Self>),
}

/// What a `*` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WildcardKind {
    /// Fields and tags.
    All,
    /// Fields only.
    Fields,
    /// Tags only.
    Tags,
}

/// `name(argument, ...)`. The name is lower case, as the parser makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function.
    pub name: String,
    /// Its arguments.
    pub args: Vec<Expr>,
}

/// `left operator right`. Runs of `AND` and of `OR` are balanced trees, all others lean left.
#[derive(Debug, Clone, PartialEq)]
pub struct Binary {
    /// The left operand.
    pub left: Expr,
    /// The operator.
    pub operator: Operator,
    /// The right operand.
    pub right: Expr,
}

impl Expr {
    /// A plain column.
    #[must_use]
    pub fn reference(name: impl Into<String>) -> Self {
        Self::Reference(Reference::new(name))
    }

    /// `left operator right`.
    #[must_use]
    pub fn binary(left: Self, operator: Operator, right: Self) -> Self {
        Self::Binary(Box::new(Binary { left, operator, right }))
    }

    /// Joins expressions by a run of `AND` or `OR` as a balanced tree, as the parser does: a thousand
    /// hosts in a condition are ten levels, not a thousand. Parts that are runs of a weaker operator
    /// need [`Self::Paren`] around them.
    ///
    /// # Panics
    /// When there is no expression.
    #[must_use]
    pub fn balanced(operator: Operator, mut exprs: Vec<Self>) -> Self {
        assert!(!exprs.is_empty(), "a run has at least one expression");
        while exprs.len() > 1 {
            let mut pairs = Vec::with_capacity(exprs.len().div_ceil(2));
            let mut rest = exprs.into_iter();
            while let Some(left) = rest.next() {
                pairs.push(match rest.next() {
                    Some(right) => Self::binary(left, operator, right),
                    None => left,
                });
            }
            exprs = pairs;
        }
        exprs.swap_remove(0)
    }

    /// A function call.
    #[must_use]
    pub fn call(name: impl Into<String>, args: Vec<Self>) -> Self {
        Self::Call(Call { name: name.into(), args })
    }

    /// The expression without the parentheses around all of it.
    #[must_use]
    pub fn without_parens(&self) -> &Self {
        let mut inner = self;
        while let Self::Paren(expr) = inner {
            inner = expr;
        }
        inner
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reference(reference) => reference.fmt(f),
            Self::Literal(literal) => literal.fmt(f),
            Self::Wildcard(kind) => f.write_str(kind.text()),
            Self::Distinct(name) => write!(f, "DISTINCT {}", QuotedIdentifier(name)),
            Self::Call(call) => call.fmt(f),
            Self::Binary(binary) => write!(f, "{} {} {}", binary.left, binary.operator, binary.right),
            Self::Paren(expr) => write!(f, "({expr})"),
        }
    }
}

impl WildcardKind {
    const fn text(self) -> &'static str {
        match self {
            Self::All => "*",
            Self::Fields => "*::field",
            Self::Tags => "*::tag",
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.as_str() {
            "distinct" => f.write_str("distinct")?,
            name => QuotedIdentifier(name).fmt(f)?,
        }
        f.write_str("(")?;
        write_list(f, &self.args)?;
        f.write_str(")")
    }
}

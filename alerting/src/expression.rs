//! What a rule computes and tests: InfluxQL's expressions over one point.
//!
//! Texts are parsed by the crate `query` and compiled once. Numbers are floats here, whatever type a field
//! has: a threshold is no place for the 54th bit. A name means the tag if the point has such a tag, else the
//! field, else the empty text; `::tag` and `::field` say which. What cannot be computed, such as a sum
//! with a text or a division by zero, is [`Operand::Missing`], and no condition holds for it.

mod compile;
mod function;
mod parse;
#[cfg(test)]
mod tests;

use function::Function;
use model::{PointRef, Tags, ValueRef};
use query::ast::{Operator, Pattern};
use std::cmp::Ordering;

/// A column that an expression names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    name: Box<str>,
    kind: ColumnKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnKind {
    /// The tag, else the field.
    Any,
    Tag,
    Field,
    /// What the rule computed.
    Value,
}

#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Column(Column),
    Number(f64),
    Boolean(bool),
    Text(Box<str>),
    Arithmetic(Operator, Box<[Tree; 2]>),
    Call(Function, Box<Tree>),
    Compare(Operator, Box<[Tree; 2]>),
    Match { tree: Box<Tree>, pattern: Pattern, wanted: bool },
    And(Box<[Tree; 2]>),
    Or(Box<[Tree; 2]>),
}

/// A value on its way through an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Operand<'a> {
    /// Not there, or not to be computed.
    Missing,
    /// A finite number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A text.
    Text(&'a str),
}

impl<'a> Operand<'a> {
    /// A number, or nothing where it is none that can be compared.
    pub(crate) fn number(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Missing }
    }

    pub(crate) fn is_missing(self) -> bool {
        matches!(self, Self::Missing)
    }

    fn is_true(self) -> bool {
        matches!(self, Self::Boolean(true))
    }
}

impl<'a> From<ValueRef<'a>> for Operand<'a> {
    fn from(value: ValueRef<'a>) -> Self {
        match value {
            ValueRef::Float(number) => Self::number(number),
            ValueRef::Integer(number) => Self::Number(number as f64),
            ValueRef::Unsigned(number) => Self::Number(number as f64),
            ValueRef::Boolean(value) => Self::Boolean(value),
            ValueRef::String(text) => Self::Text(text),
        }
    }
}

/// What an expression may look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// The tags of the point's series.
    pub(crate) tags: &'a Tags,
    /// The point; none where a window's aggregate is tested.
    pub(crate) point: Option<PointRef<'a>>,
    /// What the rule computed.
    pub(crate) value: Operand<'a>,
}

impl<'a> View<'a> {
    fn column(&self, column: &Column) -> Operand<'a> {
        match column.kind {
            ColumnKind::Value => self.value,
            ColumnKind::Tag => Operand::Text(self.tags.value_or_empty(&column.name)),
            ColumnKind::Field => self.field(&column.name),
            ColumnKind::Any => match self.tags.get(&column.name) {
                Some(text) => Operand::Text(text),
                None => match self.field(&column.name) {
                    Operand::Missing => Operand::Text(""),
                    found => found,
                },
            },
        }
    }

    /// Of two fields with one name the later one counts.
    fn field(&self, name: &str) -> Operand<'a> {
        let fields = self.point.into_iter().flat_map(|point| point.fields());
        fields.filter(|field| field.name == name).last().map_or(Operand::Missing, |field| field.value.into())
    }
}

/// An expression with a value: `100 - usage_idle`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Arithmetic(Tree);

impl Arithmetic {
    /// Compiles a text.
    ///
    /// # Errors
    /// What is wrong with it, as a clause.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        compile::arithmetic(&parse::expression(text)?).map(Self)
    }

    pub(crate) fn evaluate<'a>(&'a self, view: &View<'a>) -> Operand<'a> {
        self.0.evaluate(view)
    }

    /// The names of its fields.
    pub(crate) fn fields(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.0.columns(&mut |column| names.push(&*column.name));
        names
    }
}

/// An expression that holds or not: `host =~ /^web/ AND used > 90`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition(Tree);

/// What a condition says of all points of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SeriesVerdict {
    /// It holds for every point.
    Holds,
    /// It holds for none.
    Fails,
    /// It depends on the fields.
    Depends,
}

impl Condition {
    /// Compiles a condition on tags and fields.
    ///
    /// # Errors
    /// What is wrong with it, as a clause.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        compile::condition(&parse::expression(text)?, compile::ValueName::Plain).map(Self)
    }

    /// Compiles the condition of a level: as [`parse`](Self::parse), where `value` is what the rule
    /// computed and may be left out at the beginning: `> 90`.
    ///
    /// # Errors
    /// What is wrong with it, as a clause.
    pub(crate) fn parse_threshold(text: &str) -> Result<Self, String> {
        let rest = text.trim_start();
        let expr = match rest.strip_prefix("==") {
            Some(rest) => parse::expression_behind("value", &format!("= {rest}")),
            None if rest.starts_with(['<', '>', '=', '!']) => parse::expression_behind("value", text),
            None => parse::expression(text),
        };
        compile::condition(&expr?, compile::ValueName::Computed).map(Self)
    }

    pub(crate) fn holds(&self, view: &View<'_>) -> bool {
        self.0.evaluate(view).is_true()
    }

    /// What it says of all points of a series with these tags.
    pub(crate) fn verdict(&self, tags: &Tags) -> SeriesVerdict {
        let mut depends = false;
        self.0.columns(&mut |column| {
            depends |= match column.kind {
                ColumnKind::Tag => false,
                ColumnKind::Any => tags.get(&column.name).is_none(),
                ColumnKind::Field | ColumnKind::Value => true,
            };
        });
        match depends {
            true => SeriesVerdict::Depends,
            false if self.holds(&View { tags, point: None, value: Operand::Missing }) => SeriesVerdict::Holds,
            false => SeriesVerdict::Fails,
        }
    }

    /// Whether it looks at nothing but what the rule computed.
    pub(crate) fn is_about_value_only(&self) -> bool {
        let mut only = true;
        self.0.columns(&mut |column| only &= column.kind == ColumnKind::Value);
        only
    }
}

impl Tree {
    fn evaluate<'a>(&'a self, view: &View<'a>) -> Operand<'a> {
        match self {
            Self::Column(column) => view.column(column),
            Self::Number(number) => Operand::Number(*number),
            Self::Boolean(value) => Operand::Boolean(*value),
            Self::Text(text) => Operand::Text(text),
            Self::Arithmetic(operator, sides) => {
                arithmetic(*operator, sides[0].evaluate(view), sides[1].evaluate(view))
            }
            Self::Call(function, argument) => match argument.evaluate(view) {
                Operand::Number(number) => Operand::number(function.call(number)),
                _ => Operand::Missing,
            },
            Self::Compare(operator, sides) => {
                let (left, right) = (sides[0].evaluate(view), sides[1].evaluate(view));
                Operand::Boolean(compare(*operator, left, right))
            }
            Self::Match { tree, pattern, wanted } => match tree.evaluate(view) {
                Operand::Text(text) => Operand::Boolean(pattern.regex().is_match(text) == *wanted),
                _ => Operand::Boolean(false),
            },
            Self::And(sides) => Operand::Boolean(sides.iter().all(|side| side.evaluate(view).is_true())),
            Self::Or(sides) => Operand::Boolean(sides.iter().any(|side| side.evaluate(view).is_true())),
        }
    }

    fn columns<'a>(&'a self, visit: &mut impl FnMut(&'a Column)) {
        match self {
            Self::Column(column) => visit(column),
            Self::Number(_) | Self::Boolean(_) | Self::Text(_) => {}
            Self::Arithmetic(_, sides) | Self::Compare(_, sides) | Self::And(sides) | Self::Or(sides) => {
                sides.iter().for_each(|side| side.columns(visit));
            }
            Self::Call(_, tree) | Self::Match { tree, .. } => tree.columns(visit),
        }
    }
}

fn arithmetic<'a>(operator: Operator, left: Operand<'_>, right: Operand<'_>) -> Operand<'a> {
    let (Operand::Number(left), Operand::Number(right)) = (left, right) else { return Operand::Missing };
    Operand::number(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::Modulo => left % right,
        _ => return Operand::Missing,
    })
}

fn compare(operator: Operator, left: Operand<'_>, right: Operand<'_>) -> bool {
    let order = match (left, right) {
        (Operand::Number(left), Operand::Number(right)) => left.partial_cmp(&right),
        (Operand::Text(left), Operand::Text(right)) => Some(left.cmp(right)),
        (Operand::Boolean(left), Operand::Boolean(right)) => Some(left.cmp(&right)),
        _ => None,
    };
    order.is_some_and(|order| match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::NotEqual => order != Ordering::Equal,
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
        _ => false,
    })
}

//! From InfluxQL's tree to what is evaluated: names bound, types checked as far as they are known.

use super::{Column, ColumnKind, Function, Tree};
use query::ast::{Binary, Call, Cast, Expr, Literal, Operator, Reference};

/// What the name `value` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueName {
    /// A tag or field like any other.
    Plain,
    /// What the rule computed.
    Computed,
}

/// An expression with a value.
pub(super) fn arithmetic(expr: &Expr) -> Result<Tree, String> {
    let tree = tree(expr, ValueName::Plain)?;
    match tree {
        Tree::Column(column) => Ok(Tree::Column(as_field(column))),
        Tree::Arithmetic(..) | Tree::Call(..) => Ok(fields_only(tree)),
        _ => Err(format!("expected a field or an expression over fields, found {expr}")),
    }
}

/// An expression that holds or not.
pub(super) fn condition(expr: &Expr, value: ValueName) -> Result<Tree, String> {
    let tree = tree(expr, value)?;
    if is_condition(&tree) { Ok(tree) } else { Err(format!("expected a condition, found {expr}")) }
}

fn tree(expr: &Expr, value: ValueName) -> Result<Tree, String> {
    match expr {
        Expr::Paren(inner) => tree(inner, value),
        Expr::Reference(reference) => column(reference, value).map(Tree::Column),
        Expr::Literal(literal) => constant(literal),
        Expr::Binary(binary) => operation(binary, value),
        Expr::Call(call) => function(call, value),
        Expr::Wildcard(_) | Expr::Distinct(_) => Err(format!("expected one field or tag, found {expr}")),
    }
}

fn column(reference: &Reference, value: ValueName) -> Result<Column, String> {
    let kind = match reference.cast {
        None if reference.name == "time" => {
            return Err("a rule cannot look at the time of a point".to_owned());
        }
        None if reference.name == "value" && value == ValueName::Computed => ColumnKind::Value,
        None => ColumnKind::Any,
        Some(Cast::Tag) => ColumnKind::Tag,
        Some(Cast::Field | Cast::Type(_)) => ColumnKind::Field,
    };
    Ok(Column { name: reference.name.as_str().into(), kind })
}

fn constant(literal: &Literal) -> Result<Tree, String> {
    Ok(match literal {
        Literal::Float(number) => Tree::Number(*number),
        Literal::Integer(number) => Tree::Number(*number as f64),
        Literal::Unsigned(number) => Tree::Number(*number as f64),
        Literal::Boolean(value) => Tree::Boolean(*value),
        Literal::String(text) => Tree::Text(text.as_str().into()),
        Literal::Duration(_) | Literal::Pattern(_) => {
            return Err(format!("expected a number, a text or a name, found {literal}"));
        }
    })
}

fn operation(binary: &Binary, value: ValueName) -> Result<Tree, String> {
    let Binary { left, operator, right } = binary;
    if operator.takes_pattern() {
        let Expr::Literal(Literal::Pattern(pattern)) = right.without_parens() else {
            return Err(format!("expected a regular expression after {operator}, found {right}"));
        };
        let wanted = *operator == Operator::Match;
        return Ok(Tree::Match { tree: Box::new(tree(left, value)?), pattern: pattern.clone(), wanted });
    }
    let sides = Box::new([tree(left, value)?, tree(right, value)?]);
    match operator {
        Operator::And | Operator::Or => logic(*operator, sides, binary),
        operator if operator.is_comparison() => Ok(Tree::Compare(*operator, sides)),
        Operator::BitAnd | Operator::BitOr | Operator::BitXor => {
            Err(format!("a rule cannot compute {operator}; it can compute + - * / %"))
        }
        operator => sum(*operator, sides, binary),
    }
}

fn logic(operator: Operator, sides: Box<[Tree; 2]>, binary: &Binary) -> Result<Tree, String> {
    for (side, expr) in sides.iter().zip([&binary.left, &binary.right]) {
        if !is_condition(side) {
            return Err(format!("expected a condition beside {operator}, found {expr}"));
        }
    }
    Ok(if operator == Operator::And { Tree::And(sides) } else { Tree::Or(sides) })
}

fn sum(operator: Operator, sides: Box<[Tree; 2]>, binary: &Binary) -> Result<Tree, String> {
    for (side, expr) in sides.iter().zip([&binary.left, &binary.right]) {
        if is_condition(side) || matches!(side, Tree::Text(_) | Tree::Boolean(_)) {
            return Err(format!("expected a number beside {operator}, found {expr}"));
        }
    }
    Ok(Tree::Arithmetic(operator, sides))
}

fn function(call: &Call, value: ValueName) -> Result<Tree, String> {
    let function = Function::named(&call.name)?;
    match call.args.as_slice() {
        [argument] => Ok(Tree::Call(function, Box::new(tree(argument, value)?))),
        arguments => Err(format!("{}() takes one argument, found {}", call.name, arguments.len())),
    }
}

fn is_condition(tree: &Tree) -> bool {
    matches!(tree, Tree::Compare(..) | Tree::Match { .. } | Tree::And(_) | Tree::Or(_))
}

/// In a rule's value every name is a field's, so that a tag of the same name does not hide it.
fn fields_only(tree: Tree) -> Tree {
    match tree {
        Tree::Column(column) => Tree::Column(as_field(column)),
        Tree::Arithmetic(operator, sides) => Tree::Arithmetic(operator, Box::new((*sides).map(fields_only))),
        Tree::Call(function, argument) => Tree::Call(function, Box::new(fields_only(*argument))),
        other => other,
    }
}

fn as_field(column: Column) -> Column {
    Column { kind: ColumnKind::Field, ..column }
}

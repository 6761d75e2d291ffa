//! Expressions: operands and operators, grouped by precedence.
//!
//! Operands and operators are kept on two stacks; an operator that binds no tighter than the ones
//! before closes their group (Dijkstra's shunting yard). The stacks are on the heap, so the length of
//! an expression costs no call stack, and the height of what is built is counted on the way.

use super::EXPRESSION_HEIGHT_MAX;
use super::cursor::{Cursor, Parsed};
use super::error::Fault;
use super::operand::operand;
use super::pattern::required_pattern;
use super::token::Token;
use crate::ast::{Expr, Literal, Operator};
use nom::Parser as _;
use nom::combinator::{cut, map};

/// An expression and how many levels its tree has.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) expr: Expr,
    pub(super) height: u16,
}

/// An expression.
pub(super) fn expression(cursor: Cursor<'_>) -> Parsed<'_, Expr> {
    map(tree, |tree| tree.expr).parse(cursor)
}

/// An expression, with its height.
pub(super) fn tree(cursor: Cursor<'_>) -> Parsed<'_, Tree> {
    let (mut cursor, first) = operand(cursor)?;
    let mut yard = Yard { operands: vec![first], operators: Vec::new() };
    while let (after, Some(operator)) = next_operator(cursor) {
        yard.close_tighter_than(operator.precedence(), cursor)?;
        let (rest, right) = match operator.takes_pattern() {
            true => cut(map(required_pattern, Tree::pattern)).parse(after)?,
            false => cut(operand).parse(after)?,
        };
        yard.push(operator, right);
        cursor = rest;
    }
    let root = yard.close(cursor)?;
    Ok((cursor, root))
}

fn next_operator(cursor: Cursor<'_>) -> (Cursor<'_>, Option<Operator>) {
    let (after, lexeme) = cursor.next();
    let symbol = match lexeme.token {
        Token::Symbol(symbol) => symbol,
        Token::Keyword(word @ ("AND" | "OR")) => word,
        _ => return (cursor, None),
    };
    (after, Operator::ALL.into_iter().find(|operator| operator.symbol() == symbol))
}

/// Operands and the operators between them whose groups are not closed yet.
struct Yard {
    operands: Vec<Tree>,
    operators: Vec<Operator>,
}

impl Yard {
    /// Adds an operator and what stands right of it. A sign makes a product out of a name (`-a` is
    /// `-1 * a`), which keeps its parentheses where a plain text would group otherwise.
    fn push(&mut self, operator: Operator, right: Tree) {
        let regroups = operator.precedence() >= Operator::Multiply.precedence();
        let right = if regroups && matches!(right.expr, Expr::Binary(_)) { right.in_parens() } else { right };
        self.operators.push(operator);
        self.operands.push(right);
    }

    /// Closes the groups of operators that bind tighter than this precedence.
    fn close_tighter_than(&mut self, precedence: u8, cursor: Cursor<'_>) -> Result<(), nom::Err<Fault>> {
        while let Some(last) = self.operators.last().filter(|last| last.precedence() > precedence) {
            let run = self.operators.iter().rev().take_while(|other| other.precedence() == last.precedence());
            let start = self.operators.len() - run.count();
            let operators = self.operators.split_off(start);
            let operands = self.operands.split_off(start);
            let height = group_height(&operands, &operators);
            if height > EXPRESSION_HEIGHT_MAX {
                let message = format!("the expression is more than {EXPRESSION_HEIGHT_MAX} levels deep");
                return Err(cursor.next().1.refused(message));
            }
            self.operands.push(Tree { expr: group(operands, &operators), height });
        }
        Ok(())
    }

    fn close(mut self, cursor: Cursor<'_>) -> Result<Tree, nom::Err<Fault>> {
        self.close_tighter_than(0, cursor)?;
        Ok(self.operands.pop().expect("every operator has operands on both sides, so one is left"))
    }
}

/// The height that a group will have. It is known before the group is built, because a tree that is too
/// high could not even be dropped.
fn group_height(operands: &[Tree], operators: &[Operator]) -> u16 {
    let mut heights = operands.iter().map(|tree| tree.height);
    if is_run(operators) {
        let levels = operands.len().next_power_of_two().trailing_zeros();
        let highest = heights.max().unwrap_or_default();
        return highest.saturating_add(u16::try_from(levels).unwrap_or(u16::MAX));
    }
    let first = heights.next().unwrap_or_default();
    heights.fold(first, |left, right| left.max(right).saturating_add(1))
}

/// Joins operands with operators of one precedence between them.
fn group(operands: Vec<Tree>, operators: &[Operator]) -> Expr {
    let mut exprs = operands.into_iter().map(|tree| tree.expr);
    if is_run(operators) {
        return Expr::balanced(operators[0], exprs.collect());
    }
    let first = exprs.next().expect("a group has one operand more than operators");
    exprs.zip(operators).fold(first, |left, (right, operator)| Expr::binary(left, *operator, right))
}

/// Whether a group is one of `AND` or of `OR`, which have a precedence each of their own.
fn is_run(operators: &[Operator]) -> bool {
    matches!(operators.first(), Some(Operator::And | Operator::Or))
}

impl Tree {
    /// An expression without parts.
    pub(super) fn leaf(expr: Expr) -> Self {
        Self { expr, height: 1 }
    }

    pub(super) fn literal(literal: Literal) -> Self {
        Self::leaf(Expr::Literal(literal))
    }

    fn pattern(pattern: crate::ast::Pattern) -> Self {
        Self::literal(Literal::Pattern(pattern))
    }

    /// The same in parentheses.
    pub(super) fn in_parens(self) -> Self {
        Self { expr: Expr::Paren(Box::new(self.expr)), height: self.height.saturating_add(1) }
    }
}

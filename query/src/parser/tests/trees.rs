//! How expressions group.

use crate::ast::{Expr, Statement};
use crate::parse;

/// The condition with parentheses around every operation.
fn check(condition: &str, expected: &str) {
    let text = format!("SELECT v FROM cpu WHERE {condition}");
    let mut statements = parse(&text).unwrap();
    let Some(Statement::Select(select)) = statements.pop() else { panic!("a SELECT is one") };
    assert_eq!(grouped(&select.condition.unwrap()), expected, "{condition}");
}

fn grouped(expr: &Expr) -> String {
    match expr {
        Expr::Binary(binary) => {
            format!("[{} {} {}]", grouped(&binary.left), binary.operator, grouped(&binary.right))
        }
        Expr::Paren(inner) => format!("({})", grouped(inner)),
        other => other.to_string(),
    }
}

#[test]
fn operators_of_one_precedence_group_to_the_left() {
    check("a - b - c + d", "[[[a - b] - c] + d]");
    check("a / b * c % d & e", "[[[[a / b] * c] % d] & e]");
    check("a | b ^ c", "[[a | b] ^ c]");
    check("a = b = c", "[[a = b] = c]");
}

#[test]
fn tighter_operators_group_first() {
    check("a OR b AND c = d + e * f", "[a OR [b AND [c = [d + [e * f]]]]]");
    check("a * b + c < d AND e OR f", "[[[[[a * b] + c] < d] AND e] OR f]");
    check("a + b & c", "[a + [b & c]]");
    check("(a OR b) AND c", "[([a OR b]) AND c]");
    check("a =~ /x/ AND b !~ /y/", "[[a =~ /x/] AND [b !~ /y/]]");
}

#[test]
fn runs_of_and_and_or_are_balanced() {
    check("a OR b OR c OR d", "[[a OR b] OR [c OR d]]");
    check("a AND b AND c", "[[a AND b] AND c]");
    check("a AND b OR c AND d OR e", "[[[a AND b] OR [c AND d]] OR e]");
}

#[test]
fn a_sign_binds_to_its_operand() {
    check("-a + b", "[[-1 * a] + b]");
    check("a - -1", "[a - -1]");
    check("a * -b * c", "[[a * ([-1 * b])] * c]");
    check("a - -b * c", "[a - [[-1 * b] * c]]");
    check("-f(a)", "[-1 * f(a)]");
}

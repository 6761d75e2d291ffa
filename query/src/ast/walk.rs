//! One visitor and one fold for expressions; all that looks into a tree goes through them.

use super::{Binary, Call, Expr};

/// What a visitor wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// See the children of this expression too.
    Into,
    /// Go on beside it.
    Over,
}

/// Shows `visit` the expression and, as it wishes, its children, parents first and left to right.
pub fn walk<'a>(expr: &'a Expr, visit: &mut impl FnMut(&'a Expr) -> Walk) {
    if visit(expr) == Walk::Over {
        return;
    }
    match expr {
        Expr::Binary(binary) => {
            walk(&binary.left, visit);
            walk(&binary.right, visit);
        }
        Expr::Call(call) => call.args.iter().for_each(|arg| walk(arg, visit)),
        Expr::Paren(inner) => walk(inner, visit),
        Expr::Reference(_) | Expr::Literal(_) | Expr::Wildcard(_) | Expr::Distinct(_) => {}
    }
}

/// Rebuilds an expression: `change` gets each part once, children first, and says what replaces it.
///
/// # Errors
/// The first error of `change`.
pub fn fold<E>(expr: Expr, change: &mut impl FnMut(Expr) -> Result<Expr, E>) -> Result<Expr, E> {
    let rebuilt = match expr {
        Expr::Binary(binary) => {
            let Binary { left, operator, right } = *binary;
            Expr::binary(fold(left, change)?, operator, fold(right, change)?)
        }
        Expr::Call(Call { name, args }) => {
            let args = args.into_iter().map(|arg| fold(arg, change)).collect::<Result<_, E>>()?;
            Expr::Call(Call { name, args })
        }
        Expr::Paren(inner) => Expr::Paren(Box::new(fold(*inner, change)?)),
        leaf => leaf,
    };
    change(rebuilt)
}

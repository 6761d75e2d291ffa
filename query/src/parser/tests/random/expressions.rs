//! Random expressions, built the way the parser groups them.

use crate::ast::{Call, Cast, Expr, Literal, Operator, Pattern, Reference, WildcardKind};
use model::FieldType;
use proptest::prelude::*;

/// A name, most often a plain word.
pub(super) fn name() -> BoxedStrategy<String> {
    prop_oneof![4 => "[a-z_][a-zA-Z0-9_]{0,4}", 1 => "(select|Tag|fill|tz|TIME)", 1 => any::<String>()]
        .boxed()
}

pub(super) fn pattern() -> BoxedStrategy<Pattern> {
    let source =
        prop_oneof!["[a-z/.*+\n]{1,6}", Just("(?i)^a|b$".to_owned()), Just("[^/\\\\/]{2}".to_owned())];
    source.prop_filter_map("it compiles", |source| Pattern::new(&source).ok()).boxed()
}

pub(super) fn duration() -> impl Strategy<Value = i64> {
    prop_oneof![(-1_000_i64..1_000).prop_map(|s| s * 1_000_000_000), i64::MIN + 1..=i64::MAX]
}

fn reference() -> impl Strategy<Value = Reference> {
    let cast = prop_oneof![
        prop::sample::select(&FieldType::ALL[..]).prop_map(Cast::Type),
        Just(Cast::Field),
        Just(Cast::Tag)
    ];
    (name(), prop::option::weighted(0.2, cast)).prop_map(|(name, cast)| Reference { name, cast })
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Literal::Float),
        any::<i64>().prop_map(Literal::Integer),
        (i64::MAX.unsigned_abs() + 1..).prop_map(Literal::Unsigned),
        any::<String>().prop_map(Literal::String),
        any::<bool>().prop_map(Literal::Boolean),
        duration().prop_map(Literal::Duration),
    ]
}

fn leaf() -> BoxedStrategy<Expr> {
    let wildcard = prop_oneof![Just(WildcardKind::All), Just(WildcardKind::Fields), Just(WildcardKind::Tags)];
    prop_oneof![
        4 => reference().prop_map(Expr::Reference),
        3 => literal().prop_map(Expr::Literal),
        1 => wildcard.prop_map(Expr::Wildcard),
        1 => name().prop_map(Expr::Distinct),
    ]
    .boxed()
}

/// Sums and products, with parentheses and calls in them.
pub(super) fn arithmetic() -> BoxedStrategy<Expr> {
    leaf()
        .prop_recursive(3, 24, 3, |inner| {
            let name = prop_oneof!["[a-z_]{1,5}", Just("distinct".to_owned()), Just("select".to_owned())];
            let arg = prop_oneof![5 => inner.clone(), 1 => pattern().prop_map(|p| Expr::Literal(Literal::Pattern(p)))];
            let call = (name, prop::collection::vec(arg, 0..3)).prop_map(|(name, args)| Expr::Call(Call { name, args }));
            let paren = inner.prop_map(|expr| Expr::Paren(Box::new(expr)));
            let operand = prop_oneof![2 => leaf(), 2 => call, 1 => paren];
            let product = leaning_left(operand.boxed(), 5);
            leaning_left(product, 4)
        })
        .boxed()
}

/// Conditions over such.
pub(super) fn condition() -> BoxedStrategy<Expr> {
    let comparison = leaning_left(arithmetic(), 3);
    let matching = (arithmetic(), any::<bool>(), pattern()).prop_map(|(left, negated, pattern)| {
        let operator = if negated { Operator::NotMatch } else { Operator::Match };
        Expr::binary(left, operator, Expr::Literal(Literal::Pattern(pattern)))
    });
    let test = prop_oneof![2 => comparison, 1 => matching].boxed();
    run(run(test, Operator::And), Operator::Or)
}

/// One operand, or several with operators of this precedence between them.
fn leaning_left(operand: BoxedStrategy<Expr>, precedence: u8) -> BoxedStrategy<Expr> {
    let operators: Vec<_> =
        Operator::ALL.into_iter().filter(|o| o.precedence() == precedence && !o.takes_pattern()).collect();
    let rest = prop::collection::vec((prop::sample::select(operators), operand.clone()), 0..3);
    let chain = |(first, rest): (Expr, Vec<(Operator, Expr)>)| {
        rest.into_iter().fold(first, |left, (operator, right)| Expr::binary(left, operator, right))
    };
    (operand, rest).prop_map(chain).boxed()
}

fn run(operand: BoxedStrategy<Expr>, operator: Operator) -> BoxedStrategy<Expr> {
    prop::collection::vec(operand, 1..4).prop_map(move |exprs| Expr::balanced(operator, exprs)).boxed()
}

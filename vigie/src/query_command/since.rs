//! `--since`: a lower bound on time for statements that have none.

use anyhow::Context as _;
use query::ast::{Expr, Operator, Select, Statement, Walk, walk};
use std::time::Duration;

/// The statements with `time > now() - since` added to every SELECT whose WHERE does not speak of time.
pub(super) fn bound(text: &str, since: Duration) -> anyhow::Result<String> {
    let mut statements = query::parse(text)?;
    let bound = recent(since)?;
    for statement in &mut statements {
        if let Statement::Select(select) = statement {
            add(select, &bound);
        }
    }
    Ok(statements.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

/// `time > now() - since`, by way of the parser.
fn recent(since: Duration) -> anyhow::Result<Expr> {
    let text = format!("SELECT v FROM m WHERE time > now() - {}u", since.as_micros());
    match query::parse(&text)?.pop() {
        Some(Statement::Select(select)) => select.condition.ok_or_else(|| anyhow::anyhow!("no condition")),
        _ => anyhow::bail!("no SELECT"),
    }
    .with_context(|| format!("--since {since:?} makes no condition"))
}

fn add(select: &mut Select, bound: &Expr) {
    select.condition = match select.condition.take() {
        None => Some(bound.clone()),
        Some(condition) if speaks_of_time(&condition) => Some(condition),
        Some(condition) => Some(Expr::binary(Expr::Paren(Box::new(condition)), Operator::And, bound.clone())),
    };
}

fn speaks_of_time(condition: &Expr) -> bool {
    let mut found = false;
    walk(condition, &mut |expr| {
        found |= matches!(expr, Expr::Reference(reference) if reference.name.eq_ignore_ascii_case("time"));
        Walk::Into
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_statements_without_a_time_are_bounded() {
        let check = |text: &str, expected: &str| {
            assert_eq!(bound(text, Duration::from_secs(3_600)).unwrap(), expected);
        };
        check("SELECT a FROM b", "SELECT a FROM b WHERE time > now() - 1h");
        check(
            "SELECT a FROM b WHERE c = 'd' OR e > 1",
            "SELECT a FROM b WHERE (c = 'd' OR e > 1) AND time > now() - 1h",
        );
        check("SELECT a FROM b WHERE time > 0", "SELECT a FROM b WHERE time > 0");
        check("SHOW DATABASES; SELECT a FROM b", "SHOW DATABASES; SELECT a FROM b WHERE time > now() - 1h");
    }
}

//! What a statement's functions say about the statement: facts gathered while calls are checked.

use crate::ast::{Call, Expr, Literal};
use crate::{Error, Result};

/// Facts about all columns of one SELECT, and the checks that need them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Checker {
    /// Whether GROUP BY time is there, inherited or not.
    pub(crate) has_interval: bool,
    /// Whether an outer SELECT gave it.
    pub(crate) interval_inherited: bool,
    /// LIMIT; 0 is none.
    pub(crate) limit: u64,
    /// How many calls there are, nested ones included.
    pub(crate) calls: usize,
    /// Whether some call is no selector.
    pub(crate) has_aggregate: bool,
    /// Whether `distinct()` stands alone.
    pub(crate) has_distinct: bool,
    /// `top` or `bottom`.
    pub(crate) rank: Option<String>,
    /// Whether some column is not a call.
    pub(crate) has_aux: bool,
    /// Whether `*` and regular expressions may stand where a field is expected.
    pub(crate) allow_wildcard: bool,
}

impl Checker {
    /// Where a function wants a field.
    pub(crate) fn symbol(&mut self, name: &str, arg: &Expr) -> Result<()> {
        match arg {
            Expr::Reference(_) => Ok(()),
            Expr::Wildcard(_) if !self.allow_wildcard => {
                Err(Error::invalid(format!("unsupported expression with wildcard: {name}()")))
            }
            Expr::Literal(Literal::Pattern(_)) if !self.allow_wildcard => {
                Err(Error::invalid(format!("unsupported expression with regex field: {name}()")))
            }
            Expr::Wildcard(_) | Expr::Literal(Literal::Pattern(_)) => {
                self.has_aggregate = true;
                Ok(())
            }
            _ => Err(Error::invalid(format!("expected field argument in {name}()"))),
        }
    }

    /// Where a step wants a field, or an aggregate over buckets.
    pub(crate) fn step_argument(&mut self, name: &str, arg: &Expr) -> Result<()> {
        match arg {
            Expr::Call(call) if !self.has_interval => {
                let _ = call;
                Err(Error::invalid(format!("{name} aggregate requires a GROUP BY interval")))
            }
            Expr::Call(call) if call.name == "distinct" => self.distinct(call, true),
            Expr::Call(call) => self.call(call),
            other if self.has_interval && !self.interval_inherited => {
                let _ = other;
                Err(Error::invalid(format!("aggregate function required inside the call to {name}")))
            }
            other => self.symbol(name, other),
        }
    }

    /// Checks `distinct(field)`.
    pub(crate) fn distinct(&mut self, call: &Call, nested: bool) -> Result<()> {
        match call.args.as_slice() {
            [] => return Err(Error::invalid("distinct function requires at least one argument")),
            [Expr::Reference(_)] => {}
            [_] => return Err(Error::invalid("expected field argument in distinct()")),
            _ => return Err(Error::invalid("distinct function can only have one argument")),
        }
        self.has_distinct |= !nested;
        self.has_aggregate = true;
        Ok(())
    }

    /// Checks a call of any function of the registry.
    pub(crate) fn call(&mut self, call: &Call) -> Result<()> {
        self.calls += 1;
        match super::find(&call.name) {
            Some(function) => (function.check)(self, call),
            None => Err(Error::invalid(format!("undefined function {}()", call.name))),
        }
    }
}

/// Whether a call has between `min` and `max` arguments.
pub(crate) fn arity(call: &Call, min: usize, max: usize) -> Result<()> {
    let (name, got) = (&call.name, call.args.len());
    if (min..=max).contains(&got) {
        return Ok(());
    }
    Err(Error::invalid(if min == max {
        format!("invalid number of arguments for {name}, expected {min}, got {got}")
    } else {
        format!(
            "invalid number of arguments for {name}, expected at least {min} but no more than {max}, got {got}"
        )
    }))
}

/// The word by which InfluxDB calls the Go type of an argument.
pub(crate) fn go_type(expr: &Expr) -> &'static str {
    match expr {
        Expr::Reference(_) => "*influxql.VarRef",
        Expr::Literal(Literal::Float(_)) => "*influxql.NumberLiteral",
        Expr::Literal(Literal::Integer(_)) => "*influxql.IntegerLiteral",
        Expr::Literal(Literal::Unsigned(_)) => "*influxql.UnsignedLiteral",
        Expr::Literal(Literal::String(_)) => "*influxql.StringLiteral",
        Expr::Literal(Literal::Boolean(_)) => "*influxql.BooleanLiteral",
        Expr::Literal(Literal::Duration(_)) => "*influxql.DurationLiteral",
        Expr::Literal(Literal::Pattern(_)) => "*influxql.RegexLiteral",
        Expr::Wildcard(_) => "*influxql.Wildcard",
        Expr::Distinct(_) => "*influxql.Distinct",
        Expr::Call(_) => "*influxql.Call",
        Expr::Binary(_) => "*influxql.BinaryExpr",
        Expr::Paren(_) => "*influxql.ParenExpr",
    }
}

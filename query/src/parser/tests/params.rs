//! Bound parameters.

use crate::{Param, ParamValue, Params, parse_with};

fn check(text: &str, params: &[(&str, Param)], expected: &str) {
    let mut bound = Params::default();
    params.iter().for_each(|(name, value)| bound.insert(*name, value.clone()));
    let printed = match parse_with(text, &bound) {
        Ok(statements) => statements[0].to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(printed, expected, "{text}");
}

#[test]
fn a_parameter_stands_for_a_value_of_any_kind() {
    let string = || Param::String("it's; DROP DATABASE db".to_owned());
    check(
        "SELECT v FROM cpu WHERE s = $s",
        &[("s", string())],
        "SELECT v FROM cpu WHERE s = 'it\\'s; DROP DATABASE db'",
    );
    check(
        "SELECT v FROM cpu WHERE v > $\"a b\"",
        &[("a b", Param::Float(2.0))],
        "SELECT v FROM cpu WHERE v > 2.0",
    );
    check("SELECT v FROM cpu WHERE v > -$n", &[("n", Param::Integer(-7))], "SELECT v FROM cpu WHERE v > 7");
    check(
        "SELECT v FROM cpu WHERE b = $b",
        &[("b", Param::Boolean(true))],
        "SELECT v FROM cpu WHERE b = true",
    );
    check("SELECT v FROM cpu LIMIT $n", &[("n", Param::Integer(3))], "SELECT v FROM cpu LIMIT 3");
    check(
        "SELECT $f FROM $m",
        &[("f", Param::Identifier("a b".into())), ("m", Param::Identifier("cpu".into()))],
        "SELECT \"a b\" FROM cpu",
    );
    check(
        "SELECT v FROM cpu WHERE h =~ $r",
        &[("r", Param::Pattern("^a/b".into()))],
        "SELECT v FROM cpu WHERE h =~ /^a\\/b/",
    );
    check("SELECT v FROM $r", &[("r", Param::Pattern("^a".into()))], "SELECT v FROM /^a/");
    check(
        "SELECT mean(v) FROM cpu GROUP BY time($i)",
        &[("i", Param::Duration("5m".into()))],
        "SELECT mean(v) FROM cpu GROUP BY time(5m)",
    );
}

#[test]
fn a_parameter_that_cannot_be_used_is_an_error_where_it_is_used() {
    let prefix = "error parsing query: ";
    check("SELECT v FROM cpu WHERE v > $min", &[], &format!("{prefix}missing parameter: min"));
    check("SELECT v FROM cpu WHERE v > $", &[], &format!("{prefix}empty bound parameter"));
    check("SELECT v FROM $m", &[], &format!("{prefix}found $m, expected identifier at line 1, char 15"));
    let null = Param::bind(ParamValue::Other("<nil>"));
    check(
        "SELECT v FROM cpu WHERE v > $x",
        &[("x", null)],
        &format!("{prefix}unable to bind parameter with type <nil>"),
    );
    check(
        "SELECT v FROM cpu LIMIT $n",
        &[("n", Param::Integer(-1))],
        &format!("{prefix}LIMIT must be >= 0 at line 1, char 25"),
    );
    check("SELECT v FROM cpu", &[("unused", Param::not_one_entry())], "SELECT v FROM cpu");
}

#[test]
fn an_object_says_what_its_value_means() {
    let text = || ParamValue::String("5m".to_owned());
    assert_eq!(Param::bind_as("regex", text()), Param::Pattern("5m".to_owned()));
    assert_eq!(Param::bind_as("identifier", text()), Param::Identifier("5m".to_owned()));
    assert_eq!(Param::bind_as("duration", text()), Param::Duration("5m".to_owned()));
    assert_eq!(
        Param::bind_as("duration", ParamValue::Integer(60_000_000_000)),
        Param::Duration("1m".to_owned())
    );
    assert_eq!(Param::bind_as("number", ParamValue::Integer(2)), Param::Float(2.0));
    let refused = |reason: &str| Param::Unusable(reason.to_owned());
    assert_eq!(Param::bind_as("integer", text()), refused("integer literal must be an integer value"));
    assert_eq!(Param::bind_as("colour", text()), refused("unknown bind object type: colour"));
}

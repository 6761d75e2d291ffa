//! Whether two answers in InfluxQL's JSON say the same.
//!
//! Whole numbers must be equal, others within 1e-9 of each other; order counts, for it is part of what
//! the language promises.

use serde_json::{Map, Number, Value};

/// The relative distance of two numbers that may come from sums in another order.
const TOLERANCE: f64 = 1e-9;

/// Where the answers part, or nothing.
pub(crate) fn difference(ours: &[u8], theirs: &[u8]) -> Option<String> {
    match (serde_json::from_slice(ours), serde_json::from_slice(theirs)) {
        (Ok(ours), Ok(theirs)) => compare(&ours, &theirs, &mut String::new()),
        (Err(error), _) | (_, Err(error)) => Some(format!("not JSON: {error}")),
    }
}

fn compare(ours: &Value, theirs: &Value, path: &mut String) -> Option<String> {
    match (ours, theirs) {
        (Value::Number(a), Value::Number(b)) if same_number(a, b) => None,
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(index, (a, b))| below(path, &index.to_string(), a, b))
        }
        (Value::Object(a), Value::Object(b)) => compare_members(a, b, path),
        (a, b) if a == b => None,
        (a, b) => Some(format!("at {}: {} instead of {}", shown(path), short(a), short(b))),
    }
}

/// Members that both have come first, so that one more of them hides no value that differs.
fn compare_members(
    ours: &Map<String, Value>,
    theirs: &Map<String, Value>,
    path: &mut String,
) -> Option<String> {
    let mut shared = ours.iter().filter_map(|(key, value)| Some((key, value, theirs.get(key)?)));
    let difference = shared.find_map(|(key, ours, theirs)| below(path, key, ours, theirs));
    let names = |members: &Map<String, Value>| members.keys().cloned().collect::<Vec<_>>().join(",");
    difference.or_else(|| {
        let (ours, theirs) = (names(ours), names(theirs));
        (ours != theirs).then(|| format!("at {}: members {ours} instead of {theirs}", shown(path)))
    })
}

fn below(path: &mut String, step: &str, ours: &Value, theirs: &Value) -> Option<String> {
    let len = path.len();
    path.push('/');
    path.push_str(step);
    let difference = compare(ours, theirs, path);
    path.truncate(len);
    difference
}

fn same_number(ours: &Number, theirs: &Number) -> bool {
    if let (Some(a), Some(b)) = (ours.as_i64(), theirs.as_i64()) {
        return a == b;
    }
    match (ours.as_f64(), theirs.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()),
        _ => false,
    }
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

/// A value as a line of a table takes it.
fn short(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("{} items", items.len()),
        Value::Object(members) => format!("{} members", members.len()),
        value => value.to_string().chars().take(80).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ours: &str, theirs: &str, expected: Option<&str>) {
        assert_eq!(difference(ours.as_bytes(), theirs.as_bytes()).as_deref(), expected, "{ours} {theirs}");
    }

    #[test]
    fn sums_in_another_order_are_the_same() {
        check(r#"{"a":[0.30000000000000004,1]}"#, r#"{"a":[0.3,1.0]}"#, None);
        check(r#"[0.0, -0.0]"#, r#"[0, 0.0]"#, None);
        check("[]", " [ ]", None);
    }

    #[test]
    fn the_first_difference_is_named() {
        check(r#"{"r":[{"v":[1,2]}]}"#, r#"{"r":[{"v":[1,3]}]}"#, Some("at /r/0/v/1: 2 instead of 3"));
        check(r#"[1.000001]"#, r#"[1]"#, Some("at /0: 1.000001 instead of 1"));
        check(
            r#"[9007199254740993]"#,
            r#"[9007199254740992]"#,
            Some("at /0: 9007199254740993 instead of 9007199254740992"),
        );
        check(r#"{"a":1}"#, r#"{"b":1}"#, Some("at /: members a instead of b"));
        check(r#"{"a":1,"c":2}"#, r#"{"b":1,"c":3}"#, Some("at /c: 2 instead of 3"));
        check("[1,2]", "[1]", Some("at /: 2 items instead of 1 items"));
        check("[null]", "[0]", Some("at /0: null instead of 0"));
    }

    #[test]
    fn what_is_no_json_differs() {
        assert!(difference(b"oops", b"{}").unwrap().starts_with("not JSON"));
    }
}

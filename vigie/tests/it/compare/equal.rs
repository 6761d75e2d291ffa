//! When two answers say the same: integers exactly, floats within 1e-9, keys in any order.

use serde_json::Value;

/// Where two answers differ first, or nothing.
pub(crate) fn difference(expected: &Value, found: &Value) -> Option<String> {
    compare(expected, found, "answer")
}

fn compare(expected: &Value, found: &Value, place: &str) -> Option<String> {
    match (expected, found) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(index, (a, b))| compare(a, b, &format!("{place}[{index}]"))),
        (Value::Object(a), Value::Object(b))
            if a.len() == b.len() && a.keys().all(|key| b.contains_key(key)) =>
        {
            a.iter().find_map(|(key, value)| compare(value, &b[key], &format!("{place}.{key}")))
        }
        (Value::Number(a), Value::Number(b)) if numbers_agree(a, b) => None,
        _ if expected == found => None,
        _ => Some(format!("{place}: expected {}, found {}", short(expected), short(found))),
    }
}

fn numbers_agree(a: &serde_json::Number, b: &serde_json::Number) -> bool {
    if a.is_f64() || b.is_f64() {
        let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else { return false };
        return a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
    }
    a == b
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(400) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

#[test]
fn a_difference_is_found_and_rounding_is_not_one() {
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let check = |a: &str, b: &str| difference(&value(a), &value(b)).is_none();
    assert!(check(r#"{"a":[1,2.5],"b":null}"#, r#"{"b":null,"a":[1,2.5000000000001]}"#));
    assert!(check("2", "2.0"));
    assert!(!check("[1,2]", "[1]"));
    assert!(!check("9007199254740993", "9007199254740992"));
    assert!(!check(r#"{"a":1}"#, r#"{"b":1}"#));
    assert!(!check("1.5", "1.50001"));
    assert!(!check("\"a\"", "null"));
}

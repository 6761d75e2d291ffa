//! `params=`: a JSON object of values for `$name`.

use query::{Param, ParamValue, Params};
use serde_json::{Map, Value};

/// The values in a JSON object; `null` has none.
///
/// # Errors
/// When it is not a JSON object. A value that cannot be used is an error only where a statement uses it.
pub(super) fn parse(json: &str) -> Result<Params, String> {
    let values: Option<Map<String, Value>> =
        serde_json::from_str(json).map_err(|error| format!("error parsing query parameters: {error}"))?;
    let mut params = Params::default();
    for (name, value) in values.into_iter().flatten() {
        params.insert(name, bind(&value));
    }
    Ok(params)
}

fn bind(value: &Value) -> Param {
    let Value::Object(typed) = value else { return Param::bind(plain(value)) };
    match typed.iter().next() {
        Some((kind, value)) if typed.len() == 1 => Param::bind_as(kind, plain(value)),
        _ => Param::not_one_entry(),
    }
}

fn plain(value: &Value) -> ParamValue {
    match value {
        Value::Null => ParamValue::Other("<nil>"),
        Value::Bool(value) => ParamValue::Boolean(*value),
        Value::String(text) => ParamValue::String(text.clone()),
        Value::Array(_) => ParamValue::Other("[]interface {}"),
        Value::Object(_) => ParamValue::Other("map[string]interface {}"),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => ParamValue::Integer(integer),
            None => ParamValue::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
    }
}

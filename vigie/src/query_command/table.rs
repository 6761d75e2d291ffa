//! An answer as tables, one per series.

use comfy_table::{CellAlignment, Table, presets};
use serde_json::Value;

/// The series of all results as text; a note where there is none and nothing failed.
pub(super) fn render(answer: &Value) -> String {
    let results = answer["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    let series: Vec<&Value> =
        results.iter().filter_map(|result| result["series"].as_array()).flatten().collect();
    if series.is_empty() {
        let failed = results.iter().any(|result| result["error"].is_string());
        return if failed { String::new() } else { "no rows\n".to_owned() };
    }
    series.into_iter().map(render_series).collect::<Vec<_>>().join("\n")
}

fn render_series(series: &Value) -> String {
    let columns: Vec<&str> = items(&series["columns"]).iter().filter_map(Value::as_str).collect();
    let rows = items(&series["values"]);
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(&columns);
    for row in rows {
        table.add_row(items(row).iter().map(cell));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        let numeric = rows.iter().map(|row| &row[index]).all(|value| value.is_number() || value.is_null());
        column.set_padding((u16::from(index > 0) * 2, 0));
        column.set_cell_alignment(if numeric { CellAlignment::Right } else { CellAlignment::Left });
    }
    format!("{}{}\n", heading(series), table.trim_fmt())
}

/// `cpu  host=a cpu=cpu-total`.
fn heading(series: &Value) -> String {
    let tags = series["tags"].as_object().into_iter().flatten();
    let tags = tags.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or("")));
    let name = series["name"].as_str().map(str::to_owned);
    let words: Vec<String> = name.into_iter().chain(tags).collect();
    if words.is_empty() { String::new() } else { format!("{}\n", words.join("  ")) }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_stand_right_and_nothing_is_blank() {
        let answer = json!({"results": [{"statement_id": 0, "series": [{
            "name": "cpu", "tags": {"host": "a"}, "columns": ["time", "mean"],
            "values": [["2024-01-01T00:00:00Z", 1.5], ["2024-01-01T00:00:10Z", null], ["2024-01-01T00:00:20Z", 100]]}]}]});
        let expected = "cpu  host=a\ntime                  mean\n2024-01-01T00:00:00Z   1.5\n2024-01-01T00:00:10Z\n2024-01-01T00:00:20Z   100\n";
        assert_eq!(render(&answer), expected);
        assert_eq!(render(&json!({"results": [{"statement_id": 0}]})), "no rows\n");
    }
}

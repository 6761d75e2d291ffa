//! Answers as text: a line of JSON for each series' header and for each row.

use super::memory::Memory;
use model::{Budget, CancelToken, Column, ValueRef};
use query::{Context, Limits, Message, RowSink, SeriesHeader, SinkError, text as wire};
use std::fmt::Write as _;

/// The answer to one statement, or its error.
pub(crate) fn answer(store: &Memory, statement: &str, now_ns: i64) -> String {
    let parsed = match query::parse(statement) {
        Ok(parsed) => parsed,
        Err(error) => return format!("{error}\n"),
    };
    let context = Context {
        source: store,
        catalog: store,
        db: Some("db"),
        rp: None,
        now_ns,
        cancel: CancelToken::new(),
        budget: Budget::new(64 << 20),
        limits: Limits { buckets_max: 100_000, ..Limits::default() },
        read_only: false,
    };
    let mut text = Text::default();
    for statement in &parsed {
        if let Err(error) = query::execute(statement, &context, &mut text) {
            let _ = writeln!(text.out, "error: {error}");
        }
    }
    let held = context.budget.used();
    assert_eq!(held, 0, "every lease is returned");
    text.out
}

/// A sink that writes lines.
#[derive(Default)]
pub(crate) struct Text {
    out: String,
    has_time: bool,
}

impl RowSink for Text {
    fn series(&mut self, header: &SeriesHeader) -> Result<(), SinkError> {
        self.has_time = header.has_time;
        let name = header.name.as_deref().unwrap_or("-");
        let tags: Vec<String> = header.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let _ = writeln!(self.out, "{name} {{{}}} {:?}", tags.join(","), header.columns);
        Ok(())
    }

    fn rows(&mut self, columns: &[Column]) -> Result<(), SinkError> {
        let len = columns.first().map_or(0, Column::len);
        assert!(len > 0, "a sink is never given no rows");
        assert!(columns.iter().all(|column| column.len() == len), "columns are of one length");
        for row in 0..len {
            let cells: Vec<String> = columns.iter().map(|column| cell(column.get(row))).collect();
            let _ = writeln!(self.out, "[{}]", cells.join(","));
        }
        Ok(())
    }

    fn message(&mut self, message: &Message) -> Result<(), SinkError> {
        let _ = writeln!(self.out, "{}: {}", message.level, message.text);
        Ok(())
    }
}

fn cell(value: Option<ValueRef<'_>>) -> String {
    match value {
        None => "null".to_owned(),
        Some(ValueRef::Float(value)) => {
            let mut out = String::new();
            wire::push_json_float(&mut out, value);
            out
        }
        Some(ValueRef::Integer(value)) => value.to_string(),
        Some(ValueRef::Unsigned(value)) => value.to_string(),
        Some(ValueRef::Boolean(value)) => value.to_string(),
        Some(ValueRef::String(value)) => format!("{value:?}"),
    }
}

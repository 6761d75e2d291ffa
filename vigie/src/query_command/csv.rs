//! An answer as InfluxDB's CSV: `name,tags,time,value`, instants in ns, a blank line where other columns begin.

use super::Printer;
use crate::documents::{Part, Series, as_text};
use serde_json::value::RawValue;
use server::csv::{push_text, tags_text};
use std::io::{self, Write};

/// Prints rows as they come.
pub(super) struct CsvPrinter<W> {
    out: W,
    /// The statement and the columns of the last header.
    header: Option<(usize, Vec<String>)>,
    line: String,
}

impl<W: Write> CsvPrinter<W> {
    pub(super) const fn new(out: W) -> Self {
        Self { out, header: None, line: String::new() }
    }

    fn series(&mut self, statement: usize, series: &Series<'_>) -> io::Result<()> {
        let is_open = self
            .header
            .as_ref()
            .is_some_and(|(number, columns)| *number == statement && *columns == series.columns);
        if !is_open {
            self.print_header(statement, &series.columns)?;
        }
        let tags = series.tags.iter().map(|(key, value)| (&**key, &**value));
        let mut prefix = String::new();
        push_text(&mut prefix, &series.name);
        prefix.push(',');
        push_text(&mut prefix, &tags_text(tags));
        for row in &series.values {
            self.line.clear();
            self.line.push_str(&prefix);
            for value in row {
                self.line.push(',');
                push_value(&mut self.line, value);
            }
            self.line.push('\n');
            self.out.write_all(self.line.as_bytes())?;
        }
        Ok(())
    }

    fn print_header(&mut self, statement: usize, columns: &[String]) -> io::Result<()> {
        self.line.clear();
        if self.header.is_some() {
            self.line.push('\n');
        }
        self.line.push_str("name,tags");
        for column in columns {
            self.line.push(',');
            push_text(&mut self.line, column);
        }
        self.line.push('\n');
        self.header = Some((statement, columns.to_vec()));
        self.out.write_all(self.line.as_bytes())
    }
}

impl<W: Write> Printer for CsvPrinter<W> {
    fn part(&mut self, part: &Part<'_>) -> io::Result<()> {
        part.series.iter().try_for_each(|series| self.series(part.statement_id, series))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A cell: nothing for null, a number without an exponent, a text quoted where it must be.
fn push_value(out: &mut String, value: &RawValue) {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'n') => {}
        Some(b'"') => push_text(out, &as_text(value)),
        Some(b't' | b'f') => out.push_str(text),
        _ => match text.parse::<f64>() {
            Ok(number) if text.contains(['e', 'E']) => out.push_str(&number.to_string()),
            _ => out.push_str(text),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::read;

    fn check(documents: &[&str], expected: &str) {
        let mut printed = Vec::new();
        let mut printer = CsvPrinter::new(&mut printed);
        for text in documents {
            read(text.as_bytes()).unwrap().results.iter().for_each(|part| printer.part(part).unwrap());
        }
        assert_eq!(String::from_utf8(printed).unwrap(), expected);
    }

    #[test]
    fn cells_are_quoted_only_where_they_must_be_and_floats_have_no_exponent() {
        check(
            &[r#"{"results":[{"statement_id":0,"series":[{"name":"a b","tags":{"h":"","r":"us west"},
                "columns":["time","v","s"],"values":[[1,1e+21,"a,\"b\""],[9007199254740993,-2.5e-9,null]]}]}]}"#],
            "name,tags,time,v,s\na b,r=us\\ west,1,1000000000000000000000,\"a,\"\"b\"\"\"\n\
             a b,r=us\\ west,9007199254740993,-0.0000000025,\n",
        );
    }

    #[test]
    fn a_header_stands_where_a_statement_or_other_columns_begin() {
        let chunk = |statement: usize, column: &str, value: u32| {
            format!(
                r#"{{"results":[{{"statement_id":{statement},"series":[{{"name":"m","columns":["{column}"],"values":[[{value}]]}}]}}]}}"#
            )
        };
        let documents = [chunk(0, "a", 1), chunk(0, "a", 2), chunk(0, "b", 3), chunk(1, "b", 4)];
        check(
            &documents.each_ref().map(String::as_str),
            "name,tags,a\nm,,1\nm,,2\n\nname,tags,b\nm,,3\n\nname,tags,b\nm,,4\n",
        );
    }
}

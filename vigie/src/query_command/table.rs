//! An answer as tables, one per series, printed page by page.
//!
//! The first page of a series decides how wide its columns are and which stand right. A later page that needs more
//! room widens them from there on: a table of millions of rows is never in memory as a whole.

use super::Printer;
use super::kind::Kind;
use crate::documents::{Part, Series, as_text};
use crate::printable::printable;
use serde_json::value::RawValue;
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Blanks between two columns.
const GAP: &str = "  ";

/// Prints tables as their rows come.
pub(super) struct TablePrinter<W> {
    out: W,
    /// By the number of the statement.
    kinds: Vec<Kind>,
    open: Option<OpenTable>,
    is_first: bool,
    line: String,
}

/// The table that the next page may belong to.
struct OpenTable {
    statement: usize,
    heading: String,
    names: Vec<String>,
    columns: Vec<Layout>,
}

/// How a column looks.
#[derive(Debug, Clone, Copy)]
struct Layout {
    width: usize,
    is_right: bool,
}

impl<W: Write> TablePrinter<W> {
    pub(super) const fn new(out: W, kinds: Vec<Kind>) -> Self {
        Self { out, kinds, open: None, is_first: true, line: String::new() }
    }

    fn page(&mut self, statement: usize, series: &Series<'_>) -> io::Result<()> {
        let rows: Vec<Vec<String>> =
            series.values.iter().map(|row| row.iter().map(|value| cell(value)).collect()).collect();
        let heading = heading(series);
        let (mut table, goes_on) = match self.open.take() {
            Some(table) if table.is_of(statement, &heading, series) => (table, true),
            _ => (OpenTable::new(statement, heading, series), false),
        };
        table.widen(&rows);
        if !goes_on {
            self.begin(&table)?;
        }
        for row in &rows {
            self.print_row(&table.columns, row)?;
        }
        self.open = Some(table);
        Ok(())
    }

    /// A blank line between two tables, the series' name, and the names of the columns.
    fn begin(&mut self, table: &OpenTable) -> io::Result<()> {
        if !std::mem::take(&mut self.is_first) {
            self.out.write_all(b"\n")?;
        }
        if !table.heading.is_empty() {
            writeln!(self.out, "{}", table.heading)?;
        }
        self.print_row(&table.columns, &table.names)
    }

    fn print_row(&mut self, columns: &[Layout], cells: &[String]) -> io::Result<()> {
        self.line.clear();
        for (index, (layout, cell)) in columns.iter().zip(cells).enumerate() {
            if index > 0 {
                self.line.push_str(GAP);
            }
            push_padded(&mut self.line, cell, *layout);
        }
        self.line.truncate(self.line.trim_end().len());
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes())
    }

    /// A word about a statement that has no rows and no error.
    fn note(&mut self, statement: usize) -> io::Result<()> {
        let is_of_open = self.open.as_ref().is_some_and(|table| table.statement == statement);
        if is_of_open {
            return Ok(());
        }
        if self.open.take().is_some() {
            self.out.write_all(b"\n")?;
        }
        self.is_first = false;
        match self.kinds.get(statement) {
            Some(Kind::Does) => self.out.write_all(b"ok\n"),
            Some(Kind::Asks) | None => self.out.write_all(b"no rows\n"),
        }
    }
}

impl<W: Write> Printer for TablePrinter<W> {
    fn part(&mut self, part: &Part<'_>) -> io::Result<()> {
        if part.series.is_empty() && part.error.is_none() {
            return self.note(part.statement_id);
        }
        part.series.iter().try_for_each(|series| self.page(part.statement_id, series))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl OpenTable {
    fn new(statement: usize, heading: String, series: &Series<'_>) -> Self {
        let is_right = |index: usize| {
            let mut values = series.values.iter().filter_map(|row| row.get(index));
            values.all(|value| is_number_or_null(value))
        };
        let names: Vec<String> = series.columns.iter().map(|name| printable(name)).collect();
        let columns = names.iter().enumerate();
        let columns = columns.map(|(index, name)| Layout { width: name.width(), is_right: is_right(index) });
        Self { statement, heading, columns: columns.collect(), names }
    }

    fn is_of(&self, statement: usize, heading: &str, series: &Series<'_>) -> bool {
        let has_names = self.names.len() == series.columns.len()
            && self.names.iter().zip(&series.columns).all(|(known, name)| *known == printable(name));
        self.statement == statement && self.heading == heading && has_names
    }

    /// Makes room for every cell.
    fn widen(&mut self, rows: &[Vec<String>]) {
        for row in rows {
            for (layout, cell) in self.columns.iter_mut().zip(row) {
                layout.width = layout.width.max(cell.width());
            }
        }
    }
}

/// `cpu  host=a cpu=cpu-total`.
fn heading(series: &Series<'_>) -> String {
    let tags = series.tags.iter().map(|(key, value)| format!("{key}={value}"));
    let name = Some(series.name.clone()).filter(|name| !name.is_empty());
    printable(&name.into_iter().chain(tags).collect::<Vec<_>>().join(GAP))
}

fn push_padded(line: &mut String, cell: &str, layout: Layout) {
    let blanks = layout.width.saturating_sub(cell.width());
    let (before, behind) = if layout.is_right { (blanks, 0) } else { (0, blanks) };
    line.extend(std::iter::repeat_n(' ', before));
    line.push_str(cell);
    line.extend(std::iter::repeat_n(' ', behind));
}

fn is_number_or_null(value: &RawValue) -> bool {
    matches!(value.get().as_bytes().first(), Some(b'-' | b'0'..=b'9' | b'n'))
}

fn cell(value: &RawValue) -> String {
    match value.get() {
        "null" => String::new(),
        text if text.starts_with('"') => printable(&as_text(value)),
        text => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::read;

    fn printed(kinds: &[Kind], documents: &[&str]) -> String {
        let mut printed = Vec::new();
        let mut printer = TablePrinter::new(&mut printed, kinds.to_vec());
        for text in documents {
            read(text.as_bytes()).unwrap().results.iter().for_each(|part| printer.part(part).unwrap());
        }
        String::from_utf8(printed).unwrap()
    }

    #[test]
    fn numbers_stand_right_and_nothing_is_blank() {
        let answer = r#"{"results": [{"statement_id": 0, "series": [{
            "name": "cpu", "tags": {"host": "a"}, "columns": ["time", "mean"],
            "values": [["2024-01-01T00:00:00Z", 1.5], ["2024-01-01T00:00:10Z", null], ["2024-01-01T00:00:20Z", 100]]}]}]}"#;
        let expected = "cpu  host=a\ntime                  mean\n2024-01-01T00:00:00Z   1.5\n2024-01-01T00:00:10Z\n2024-01-01T00:00:20Z   100\n";
        assert_eq!(printed(&[Kind::Asks], &[answer]), expected);
    }

    #[test]
    fn a_later_page_goes_on_with_the_table_and_widens_it() {
        let page = |rows: &str| {
            format!(
                r#"{{"results":[{{"statement_id":0,"series":[{{"name":"m","columns":["s","v"],"values":[{rows}]}}],"partial":true}}]}}"#
            )
        };
        let pages = [page(r#"["a",1]"#), page(r#"["bcd\n",22]"#), page(r#"["e",3]"#)];
        let expected = "m\ns  v\na  1\nbcd\\n  22\ne       3\n";
        assert_eq!(printed(&[Kind::Asks], &pages.each_ref().map(String::as_str)), expected);
    }

    #[test]
    fn a_statement_without_rows_is_told_by_what_it_does() {
        let empty = r#"{"results":[{"statement_id":0}]}"#;
        assert_eq!(printed(&[Kind::Asks], &[empty]), "no rows\n");
        assert_eq!(printed(&[Kind::Does], &[empty]), "ok\n");
        let failed = r#"{"results":[{"statement_id":0,"error":"no"}]}"#;
        assert_eq!(printed(&[Kind::Asks], &[failed]), "");
        let series = r#"{"results":[{"statement_id":1,"series":[{"columns":["v"],"values":[["é"]]}]}]}"#;
        assert_eq!(printed(&[Kind::Does, Kind::Asks], &[empty, series]), "ok\n\nv\né\n");
        assert_eq!(printed(&[Kind::Does, Kind::Asks], &[series, empty]), "v\né\n\nok\n");
    }
}

//! InfluxDB's CSV: `name,tags,time,value`, instants as integers, a blank line between statements.
//!
//! A statement's error has no place in it, as in InfluxDB 1.x.

use super::value::{push_csv, push_number};
use super::{Answer, AnswerStyle, Pieces};
use crate::csv::{push_text, tags_text};
use model::{Column, Precision, Values};
use query::{Message, RowSink, SeriesHeader, SinkError};

/// See the module.
pub(crate) struct CsvAnswer {
    pieces: Pieces,
    epoch: Precision,
    prefix: String,
    has_time: bool,
    columns: Option<std::sync::Arc<[String]>>,
    wrote: bool,
}

impl CsvAnswer {
    pub(crate) fn new(pieces: Pieces, style: AnswerStyle) -> Self {
        let epoch = style.epoch.unwrap_or_default();
        Self { pieces, epoch, prefix: String::new(), has_time: false, columns: None, wrote: false }
    }
}

impl RowSink for CsvAnswer {
    fn series(&mut self, header: &SeriesHeader) -> Result<(), SinkError> {
        let out = &mut self.pieces.text;
        if self.columns.as_ref() != Some(&header.columns) {
            if self.wrote {
                out.push('\n');
            }
            out.push_str("name,tags");
            for column in header.columns.iter() {
                out.push(',');
                push_text(out, column);
            }
            out.push('\n');
            self.columns = Some(header.columns.clone());
            self.wrote = true;
        }
        self.prefix.clear();
        push_text(&mut self.prefix, header.name.as_deref().unwrap_or(""));
        self.prefix.push(',');
        push_text(&mut self.prefix, &tags_text(pairs(&header.tags)));
        self.has_time = header.has_time;
        Ok(())
    }

    fn rows(&mut self, columns: &[Column]) -> Result<(), SinkError> {
        for row in 0..columns.first().map_or(0, Column::len) {
            let out = &mut self.pieces.text;
            out.push_str(&self.prefix);
            for (index, column) in columns.iter().enumerate() {
                out.push(',');
                match &column.values {
                    Values::Integer(times) if index == 0 && self.has_time => {
                        push_number(out, times[row] / self.epoch.nanoseconds());
                    }
                    _ => push_csv(out, column.get(row)),
                }
            }
            out.push('\n');
        }
        self.pieces.pass_on()
    }

    fn message(&mut self, _: &Message) -> Result<(), SinkError> {
        Ok(())
    }
}

impl Answer for CsvAnswer {
    fn begin(&mut self, _: usize, _: bool) {
        self.columns = None;
    }

    fn end(&mut self, _: Option<&str>) -> Result<(), SinkError> {
        Ok(())
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        self.pieces.flush()
    }
}

fn pairs(tags: &[(Box<str>, Box<str>)]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|(key, value)| (&**key, &**value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_tags_are_left_out_and_names_are_escaped() {
        let tags = [("a b", "x,y"), ("host", ""), ("region", "us west")];
        let tags: Vec<_> = tags.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        assert_eq!(tags_text(pairs(&tags)), "a\\ b=x\\,y,region=us\\ west");
    }
}

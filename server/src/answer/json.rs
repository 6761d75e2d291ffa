//! InfluxDB's JSON: `{"results":[{"statement_id":0,"series":[...]}]}`.
//!
//! Without chunks there is one document. With them every `chunk_rows` rows, and every series, make a
//! document of their own, `"partial":true` where more is to come. Without a statement it is `{}`.

use super::value::{push_json, push_json_text, push_json_time, push_number};
use super::{Answer, AnswerStyle, Pieces, pretty};
use model::{Column, Values};
use query::{Message, RowSink, SeriesHeader, SinkError};

/// See the module.
pub(crate) struct JsonAnswer {
    pieces: Pieces,
    style: AnswerStyle,
    indent: pretty::Indenter,
    statement: usize,
    /// Whether this statement's series are split into chunks.
    splits: bool,
    results: usize,
    series_in_result: usize,
    header: Option<SeriesHeader>,
    rows_in_series: usize,
    messages: Vec<Message>,
    text: String,
}

impl JsonAnswer {
    pub(crate) fn new(pieces: Pieces, style: AnswerStyle) -> Self {
        Self {
            pieces,
            style,
            indent: pretty::Indenter::default(),
            statement: 0,
            splits: true,
            results: 0,
            series_in_result: 0,
            header: None,
            rows_in_series: 0,
            messages: Vec::new(),
            text: String::new(),
        }
    }

    fn open_result(&mut self) {
        if self.results == 0 || self.style.chunk_rows.is_some() {
            self.text.push_str("{\"results\":[");
        } else {
            self.text.push(',');
        }
        self.text.push_str("{\"statement_id\":");
        push_number(&mut self.text, self.statement);
        self.results += 1;
    }

    fn open_series(&mut self) {
        let Some(header) = &self.header else { return };
        self.text.push_str(if self.series_in_result == 0 { ",\"series\":[{" } else { ",{" });
        self.series_in_result += 1;
        self.rows_in_series = 0;
        if let Some(name) = &header.name {
            self.text.push_str("\"name\":");
            push_json_text(&mut self.text, name);
            self.text.push(',');
        }
        if !header.tags.is_empty() {
            push_tags(&mut self.text, &header.tags);
        }
        self.text.push_str("\"columns\":[");
        push_separated(&mut self.text, header.columns.iter(), |out, name| push_json_text(out, name));
        self.text.push(']');
    }

    /// Ends the open series; `partial` says that the next document goes on with it.
    fn close_series(&mut self, partial: bool) {
        if self.header.is_none() || self.series_in_result == 0 {
            return;
        }
        if self.rows_in_series > 0 {
            self.text.push(']');
        }
        self.text.push_str(if partial { ",\"partial\":true}" } else { "}" });
    }

    fn close_result(&mut self, error: Option<&str>, partial: bool) {
        if self.series_in_result > 0 {
            self.text.push(']');
        }
        if !self.messages.is_empty() {
            push_messages(&mut self.text, &self.messages);
            self.messages.clear();
        }
        if partial {
            self.text.push_str(",\"partial\":true");
        }
        if let Some(error) = error {
            self.text.push_str(",\"error\":");
            push_json_text(&mut self.text, error);
        }
        self.text.push('}');
        self.series_in_result = 0;
        if self.style.chunk_rows.is_some() {
            self.text.push_str("]}\n");
        }
    }

    /// A document of a chunked answer ends here and the next one begins.
    fn next_chunk(&mut self, same_series: bool) {
        self.close_series(same_series);
        self.close_result(None, self.splits);
        self.open_result();
    }

    fn push_rows(&mut self, columns: &[Column], rows: std::ops::Range<usize>) {
        let epoch = self.style.epoch;
        let (has_time, zone) = self.header.as_ref().map_or((false, None), |h| (h.has_time, h.zone.as_ref()));
        for row in rows {
            self.text.push_str(if self.rows_in_series == 0 { ",\"values\":[[" } else { ",[" });
            self.rows_in_series += 1;
            for (index, column) in columns.iter().enumerate() {
                if index > 0 {
                    self.text.push(',');
                }
                match &column.values {
                    Values::Integer(times) if index == 0 && has_time => {
                        push_json_time(&mut self.text, times[row], epoch, zone);
                    }
                    _ => push_json(&mut self.text, column.get(row)),
                }
            }
            self.text.push(']');
        }
    }

    fn hand_over(&mut self) -> Result<(), SinkError> {
        if self.style.pretty {
            self.indent.push(&mut self.pieces.text, &self.text);
        } else {
            self.pieces.text.push_str(&self.text);
        }
        self.text.clear();
        self.pieces.pass_on()
    }
}

impl RowSink for JsonAnswer {
    fn series(&mut self, header: &SeriesHeader) -> Result<(), SinkError> {
        let first = self.header.is_none();
        if !first && self.style.chunk_rows.is_some() {
            self.next_chunk(false);
        } else {
            self.close_series(false);
        }
        self.header = Some(header.clone());
        self.open_series();
        self.hand_over()
    }

    fn rows(&mut self, columns: &[Column]) -> Result<(), SinkError> {
        let count = columns.first().map_or(0, Column::len);
        let mut from = 0;
        while from < count {
            let chunk_rows = self.style.chunk_rows.filter(|_| self.splits);
            let room = chunk_rows.map_or(count, |rows| rows - self.rows_in_series);
            if room == 0 {
                self.next_chunk(true);
                self.open_series();
                continue;
            }
            let to = count.min(from + room);
            self.push_rows(columns, from..to);
            from = to;
        }
        self.hand_over()
    }

    fn message(&mut self, message: &Message) -> Result<(), SinkError> {
        self.messages.push(message.clone());
        Ok(())
    }
}

impl Answer for JsonAnswer {
    fn begin(&mut self, statement: usize, splits: bool) {
        self.statement = statement;
        self.splits = splits;
        self.header = None;
        self.open_result();
    }

    fn end(&mut self, error: Option<&str>) -> Result<(), SinkError> {
        self.close_series(false);
        self.close_result(error, false);
        self.hand_over()
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        match (self.style.chunk_rows, self.results) {
            (Some(_), _) => {}
            (None, 0) => self.text.push_str("{}\n"),
            (None, _) => self.text.push_str("]}\n"),
        }
        self.hand_over()?;
        self.pieces.flush()
    }
}

fn push_tags(out: &mut String, tags: &[(Box<str>, Box<str>)]) {
    out.push_str("\"tags\":{");
    push_separated(out, tags.iter(), |out, (key, value)| {
        push_json_text(out, key);
        out.push(':');
        push_json_text(out, value);
    });
    out.push_str("},");
}

fn push_messages(out: &mut String, messages: &[Message]) {
    out.push_str(",\"messages\":[");
    push_separated(out, messages.iter(), |out, message| {
        out.push_str("{\"level\":");
        push_json_text(out, message.level);
        out.push_str(",\"text\":");
        push_json_text(out, &message.text);
        out.push('}');
    });
    out.push(']');
}

fn push_separated<T>(out: &mut String, items: impl Iterator<Item = T>, push: impl Fn(&mut String, T)) {
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        push(out, item);
    }
}

//! Points as they arrive: rows whose names and texts are spans of one buffer.
//!
//! The buffer is the client's body itself wherever it can be, so that parsing copies nothing. The
//! series of a row stays as the client spelled it: an engine looks that spelling up first and makes a
//! [`SeriesKey`] of it only when it is new.

use crate::limits::BATCH_BYTES_MAX;
use crate::{KeyRef, SeriesKey, ValueRef};

/// A piece of the batch's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// One point: its series, when, and which of the batch's fields are its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) series: Span,
    pub(crate) ts: i64,
    pub(crate) fields_start: u32,
    pub(crate) fields_end: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum SpanValue {
    Float(f64),
    Integer(i64),
    Unsigned(u64),
    Boolean(bool),
    String(Span),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct FieldSpan {
    pub(crate) name: Span,
    pub(crate) value: SpanValue,
}

/// Points that share one text buffer, in the order of their arrival.
#[derive(Debug, Clone, Default)]
pub struct PointBatch {
    pub(crate) text: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) fields: Vec<FieldSpan>,
}

impl PointBatch {
    /// No points yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many points there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many field values there are, over all points.
    #[must_use]
    pub fn value_count(&self) -> usize {
        self.fields.len()
    }

    /// Roughly how many bytes it holds, for the budget.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.capacity()
            + self.rows.capacity() * size_of::<Row>()
            + self.fields.capacity() * size_of::<FieldSpan>()
    }

    /// The points in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PointRef<'_>> + Clone {
        self.rows.iter().map(|row| PointRef { batch: self, row })
    }

    /// The point at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> PointRef<'_> {
        PointRef { batch: self, row: &self.rows[index] }
    }

    /// Adds a point. A point without fields is not added.
    ///
    /// # Panics
    /// If the batch's text would pass [`BATCH_BYTES_MAX`]; a caller cuts batches long before.
    pub fn push<'a, 'k>(
        &mut self,
        series: impl Into<KeyRef<'k>>,
        ts: i64,
        fields: impl IntoIterator<Item = FieldRef<'a>>,
    ) {
        self.push_row(series.into().as_str(), ts, fields);
    }

    /// Adds a point of another batch.
    ///
    /// # Panics
    /// As [`push`](Self::push).
    pub fn push_point(&mut self, point: PointRef<'_>) {
        self.push_row(point.series_text(), point.ts(), point.fields());
    }

    /// Keeps the points for which `keep` says so, given their index.
    pub fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut index = 0;
        self.rows.retain(|_| {
            index += 1;
            keep(index - 1)
        });
    }

    fn push_row<'a>(&mut self, series: &str, ts: i64, fields: impl IntoIterator<Item = FieldRef<'a>>) {
        let (text_len, fields_start) = (self.text.len(), self.fields.len());
        let series = self.push_text(series);
        for field in fields {
            let name = self.push_text(field.name);
            let value = self.push_value(field.value);
            self.fields.push(FieldSpan { name, value });
        }
        if self.fields.len() == fields_start {
            self.text.truncate(text_len);
            return;
        }
        let (fields_start, fields_end) = (narrow(fields_start), narrow(self.fields.len()));
        self.rows.push(Row { series, ts, fields_start, fields_end });
    }

    fn push_value(&mut self, value: ValueRef<'_>) -> SpanValue {
        match value {
            ValueRef::Float(v) => SpanValue::Float(v),
            ValueRef::Integer(v) => SpanValue::Integer(v),
            ValueRef::Unsigned(v) => SpanValue::Unsigned(v),
            ValueRef::Boolean(v) => SpanValue::Boolean(v),
            ValueRef::String(v) => SpanValue::String(self.push_text(v)),
        }
    }

    fn push_text(&mut self, text: &str) -> Span {
        let start = self.text.len();
        assert!(
            start + text.len() <= BATCH_BYTES_MAX,
            "a batch of points holds at most {BATCH_BYTES_MAX} bytes of text"
        );
        self.text.push_str(text);
        Span { start: narrow(start), end: narrow(self.text.len()) }
    }

    fn slice(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}

/// A field of a point: its key without escapes, and its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldRef<'a> {
    /// The field's key.
    pub name: &'a str,
    /// The field's value.
    pub value: ValueRef<'a>,
}

/// A point of a batch.
#[derive(Debug, Clone, Copy)]
pub struct PointRef<'a> {
    batch: &'a PointBatch,
    row: &'a Row,
}

impl<'a> PointRef<'a> {
    /// Measurement and tags as the client spelled them, escapes and order included.
    #[must_use]
    pub fn series_text(&self) -> &'a str {
        self.batch.slice(self.row.series)
    }

    /// The canonical key of the series; allocates.
    #[must_use]
    pub fn series_key(&self) -> SeriesKey {
        SeriesKey::from_raw(self.series_text())
    }

    /// When, in ns.
    #[must_use]
    pub const fn ts(&self) -> i64 {
        self.row.ts
    }

    /// The fields as they arrived; a key may come twice, the later one counts.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = FieldRef<'a>> + Clone + use<'a> {
        let batch = self.batch;
        let fields = &batch.fields[self.row.fields_start as usize..self.row.fields_end as usize];
        fields.iter().map(move |field| FieldRef {
            name: batch.slice(field.name),
            value: match field.value {
                SpanValue::Float(v) => ValueRef::Float(v),
                SpanValue::Integer(v) => ValueRef::Integer(v),
                SpanValue::Unsigned(v) => ValueRef::Unsigned(v),
                SpanValue::Boolean(v) => ValueRef::Boolean(v),
                SpanValue::String(v) => ValueRef::String(batch.slice(v)),
            },
        })
    }
}

/// Spans are 32 bits wide; [`BATCH_BYTES_MAX`] keeps every offset and count below that.
pub(crate) fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).expect("BATCH_BYTES_MAX is below 4 GiB")
}

#[cfg(test)]
mod tests;

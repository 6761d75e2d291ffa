//! Lines on their way from an input to the buffers: one text, and where each line ends.

use model::{FieldRef, SeriesKey};

/// Line protocol, line by line, each with its newline.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    text: String,
    ends: Vec<usize>,
}

impl Lines {
    /// Appends a line; `false` when no field could be written.
    pub(crate) fn push<'a>(
        &mut self,
        series: &SeriesKey,
        fields: impl IntoIterator<Item = FieldRef<'a>>,
        ts: i64,
    ) -> bool {
        let before = self.text.len();
        model::line_protocol::push_line(&mut self.text, series, fields, ts);
        let written = self.text.len() > before;
        if written {
            self.ends.push(self.text.len());
        }
        written
    }

    /// How many bytes they have.
    pub(crate) const fn bytes(&self) -> usize {
        self.text.len()
    }

    /// All lines.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The lines one by one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.text[start..*end])
    }

    /// Forgets the lines and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
}

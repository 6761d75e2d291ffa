//! The identity of a series: measurement and tags, as one canonical text.

use crate::Tags;
use crate::line_protocol::escape;
use std::borrow::Cow;
use std::fmt;

/// Measurement and sorted tags in line-protocol form with minimal escapes: `cpu,cpu=cpu0,host=a`.
///
/// Two spellings of one series (other tag order, needless escapes) have one key. The text is what
/// `SHOW SERIES` prints, and it is ordered by bytes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesKey(Box<str>);

impl SeriesKey {
    /// The key of a measurement with tags. What line protocol cannot say is left out, so that no two
    /// series share a text by accident: backslashes at the end of a name, and tags that are nothing
    /// else; a newline in a name becomes the two characters `\n`.
    #[must_use]
    pub fn new(measurement: &str, tags: &Tags) -> Self {
        let mut text = String::with_capacity(measurement.len() + 24 * tags.len());
        escape::push_measurement(&mut text, measurement);
        let writable = |name| !escape::writable(name).is_empty();
        for (key, value) in tags.iter().filter(|(key, value)| writable(key) && writable(value)) {
            text.push(',');
            escape::push_tag(&mut text, key);
            text.push('=');
            escape::push_tag(&mut text, value);
        }
        Self(text.into_boxed_str())
    }

    /// The key of the series that a line began with, in whatever order and spelling.
    ///
    /// `raw` is what [`crate::PointRef::series_text`] gives: already checked by the parser.
    #[must_use]
    pub fn from_raw(raw: &str) -> Self {
        let (measurement, tags) = escape::split_series(raw);
        Self::new(&measurement, &tags)
    }

    /// The measurement, without escapes.
    #[must_use]
    pub fn measurement(&self) -> Cow<'_, str> {
        escape::split_measurement(&self.0).0
    }

    /// The tags, without escapes.
    #[must_use]
    pub fn tags(&self) -> Tags {
        escape::split_series(&self.0).1
    }

    /// The canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests;

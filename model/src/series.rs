//! The identity of a series: measurement and tags, as one canonical text.

use crate::line_protocol::escape;
use crate::{TagPredicate, Tags};
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
        self.borrowed().measurement()
    }

    /// The tags, without escapes.
    #[must_use]
    pub fn tags(&self) -> Tags {
        self.borrowed().tags()
    }

    /// The canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same key, of text that lies here.
    #[must_use]
    pub fn borrowed(&self) -> KeyRef<'_> {
        KeyRef(&self.0)
    }
}

/// A [`SeriesKey`] whose text lies elsewhere: a store keeps millions end to end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyRef<'a>(&'a str);

impl<'a> KeyRef<'a> {
    /// The key that `text` is, if it is canonical.
    #[must_use]
    pub fn canonical(text: &'a str) -> Option<Self> {
        let is_canonical = is_plain(text) || SeriesKey::from_raw(text).as_str() == text;
        is_canonical.then_some(Self(text))
    }

    /// The key of a text that [`as_str`](Self::as_str) gave: nothing is checked again.
    #[must_use]
    pub const fn stored(text: &'a str) -> Self {
        Self(text)
    }

    /// The measurement, without escapes.
    #[must_use]
    pub fn measurement(self) -> Cow<'a, str> {
        escape::split_measurement(self.0).0
    }

    /// Key and value of each tag, without escapes, by key.
    pub fn pairs(self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
        escape::split_tags(escape::split_measurement(self.0).1)
    }

    /// The value of a tag, without escapes.
    #[must_use]
    pub fn value(self, key: &str) -> Option<Cow<'a, str>> {
        self.pairs().find(|(other, _)| *other == key).map(|(_, value)| value)
    }

    /// The tags, without escapes.
    #[must_use]
    pub fn tags(self) -> Tags {
        escape::split_series(self.0).1
    }

    /// Whether the series passes.
    #[must_use]
    pub fn passes(self, predicate: &TagPredicate) -> bool {
        predicate.accepts(&|key| self.value(key).unwrap_or_default())
    }

    /// The canonical text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// A key with its own text.
    #[must_use]
    pub fn to_key(self) -> SeriesKey {
        SeriesKey(self.0.into())
    }
}

impl<'a> From<&'a SeriesKey> for KeyRef<'a> {
    fn from(key: &'a SeriesKey) -> Self {
        key.borrowed()
    }
}

/// Whether a text is canonical at a glance: nothing in it needs an escape, and its tags rise. Most are.
fn is_plain(text: &str) -> bool {
    let (measurement, tags) = text.split_once(',').map_or((text, None), |(name, tags)| (name, Some(tags)));
    let is_clean = !text.bytes().any(|byte| matches!(byte, b'\\' | b'\n' | b' '));
    is_clean
        && !measurement.is_empty()
        && !measurement.starts_with(['\t', '\0'])
        && tags.is_none_or(are_plain)
}

fn are_plain(tags: &str) -> bool {
    let mut last = "";
    tags.split(',').all(|tag| match tag.split_once('=') {
        Some((key, value)) if !value.is_empty() && !value.contains('=') && last < key => {
            last = key;
            true
        }
        _ => false,
    })
}

impl fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl fmt::Debug for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests;

//! The tags of a series: sorted by key, each key once.

use std::fmt;

/// Key and value pairs, sorted by key, unique, none empty.
///
/// A tag that is missing reads as the empty string, as InfluxQL has it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Tags(Vec<(Box<str>, Box<str>)>);

impl Tags {
    /// Sorts the pairs. Of equal keys the first one stays; pairs with an empty key or value go.
    #[must_use]
    pub fn new<K: Into<Box<str>>, V: Into<Box<str>>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut pairs: Vec<(Box<str>, Box<str>)> = pairs
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .filter(|(key, value)| !key.is_empty() && !value.is_empty())
            .collect();
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        pairs.dedup_by(|later, first| later.0 == first.0);
        Self(pairs)
    }

    /// The value under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let index = self.0.binary_search_by(|(k, _)| (**k).cmp(key)).ok()?;
        Some(&self.0[index].1)
    }

    /// The value under `key`, or the empty string.
    #[must_use]
    pub fn value_or_empty(&self, key: &str) -> &str {
        self.get(key).unwrap_or("")
    }

    /// The pairs in key order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// How many tags there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These tags and those of `other` whose key is not here yet.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self::new(self.iter().chain(other.iter()))
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests;

//! One section while it is read: typed settings with their places, and in the end what nobody knew.
//!
//! A section may come from several files at once (`[agent]`); a setting comes from one of them.

use crate::document::{Document, Entry, integer};
use crate::error::{Problem, SettingsError};
use crate::interval;
use crate::limits::LIST_MAX;
use std::path::PathBuf;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The section's tables and the settings that were asked for so far.
pub struct Section<'a> {
    name: String,
    parts: Vec<(&'a Document<'a>, &'a DeTable<'a>)>,
    known: Vec<&'static str>,
}

/// A setting's value and where it stands.
#[derive(Clone, Copy)]
struct Located<'a> {
    document: &'a Document<'a>,
    offset: usize,
    value: &'a DeValue<'a>,
}

impl<'a> Section<'a> {
    /// The top-level section of this name in all files.
    pub fn top(name: &str, documents: &'a [Document<'a>]) -> Result<Self, SettingsError> {
        let mut parts = Vec::new();
        for document in documents {
            parts.extend(document.table(name)?.map(|table| (document, table)));
        }
        Ok(Self { name: name.to_owned(), parts, known: Vec::new() })
    }

    /// The section of one table of a list.
    #[must_use]
    pub fn of(entry: &'a Entry<'a>) -> Self {
        Self { name: entry.title.clone(), parts: vec![(entry.document, entry.table)], known: Vec::new() }
    }

    /// Whether no file has it.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        self.parts.is_empty()
    }

    /// The settings' names as far as the section was read, from all files.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let parts = self.parts.clone();
        parts.into_iter().flat_map(|(_, table)| table.keys().map(|key| &**key.get_ref()))
    }

    /// True or false.
    pub fn boolean(&mut self, key: &'static str) -> Result<Option<bool>, SettingsError> {
        self.typed(key, "true or false", |value| value.as_bool())
    }

    /// A text.
    pub fn text(&mut self, key: &'static str) -> Result<Option<String>, SettingsError> {
        self.typed(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// A text that is not empty: a name, an address.
    ///
    /// # Errors
    /// When it is empty, is no text, or two files give it.
    pub fn name(&mut self, key: &'static str) -> Result<Option<String>, SettingsError> {
        match self.text(key)? {
            Some(text) if text.trim().is_empty() => {
                Err(self.invalid(key, format!("expected a name, found {text:?}")))
            }
            name => Ok(name),
        }
    }

    /// A path as it stands; relative ones are taken from where the process was started.
    ///
    /// # Errors
    /// When it is empty or cannot be a path, is no text, or two files give it.
    pub fn path(&mut self, key: &'static str) -> Result<Option<PathBuf>, SettingsError> {
        match self.text(key)? {
            Some(text) if text.trim().is_empty() || text.contains('\0') => {
                Err(self.invalid(key, format!("expected a path, found {text:?}")))
            }
            path => Ok(path.map(PathBuf::from)),
        }
    }

    /// A text, or a number as its text: for sizes such as `"512MiB"` or `1000000`.
    ///
    /// # Errors
    /// When something else stands there, or two files give it.
    pub fn text_or_number(&mut self, key: &'static str) -> Result<Option<String>, SettingsError> {
        self.typed(key, "a text or a number", |value| match value {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            _ => None,
        })
    }

    /// A whole number in a range.
    pub fn count(
        &mut self,
        key: &'static str,
        least: usize,
        most: usize,
    ) -> Result<Option<usize>, SettingsError> {
        let Some(found) = self.typed(key, "a whole number", |value| value.as_integer().map(integer))? else {
            return Ok(None);
        };
        let count = found
            .and_then(|number| usize::try_from(number).ok())
            .filter(|count| (least..=most).contains(count));
        count.map(Some).ok_or_else(|| self.invalid(key, format!("expected a number from {least} to {most}")))
    }

    /// A number, whole or not.
    pub fn number(&mut self, key: &'static str) -> Result<Option<f64>, SettingsError> {
        self.typed(key, "a number", |value| match value {
            DeValue::Integer(number) => integer(number).map(|number| number as f64),
            DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
            _ => None,
        })
    }

    /// A length of time: text or a number of seconds.
    pub fn interval(&mut self, key: &'static str) -> Result<Option<Duration>, SettingsError> {
        let found = self.typed(key, "a length of time", |value| match value {
            DeValue::String(text) => Some(interval::parse(text)),
            DeValue::Integer(number) => Some(interval::parse(number.as_str())),
            DeValue::Float(number) => Some(interval::parse(number.as_str())),
            _ => None,
        })?;
        found.transpose().map_err(|reason| self.invalid(key, reason))
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &'static str) -> Result<Option<Vec<String>>, SettingsError> {
        let found = self.typed(key, "a list of texts", |value| texts(value))?;
        match found {
            Some(list) if list.len() > LIST_MAX => {
                Err(self.invalid(key, format!("more than {LIST_MAX} elements")))
            }
            found => Ok(found),
        }
    }

    /// A table of lists of texts.
    ///
    /// # Errors
    /// When something else stands there, or two files give it.
    pub fn text_lists(&mut self, key: &'static str) -> Result<Vec<(String, Vec<String>)>, SettingsError> {
        let lists = self.typed(key, "a table of lists of texts", |value| {
            let table = value.as_table()?;
            table
                .iter()
                .map(|(name, list)| Some((name.get_ref().to_string(), texts(list.get_ref())?)))
                .collect()
        })?;
        Ok(lists.unwrap_or_default())
    }

    /// A table of texts: `tags`.
    pub fn text_table(&mut self, key: &'static str) -> Result<Vec<(String, String)>, SettingsError> {
        let table = self.typed(key, "a table of texts", |value| {
            let table = value.as_table()?;
            table
                .iter()
                .map(|(tag, text)| Some((tag.get_ref().to_string(), text.get_ref().as_str()?.to_owned())))
                .collect()
        })?;
        Ok(table.unwrap_or_default())
    }

    /// One of a few words.
    pub fn choice(
        &mut self,
        key: &'static str,
        words: &[&'static str],
    ) -> Result<Option<&'static str>, SettingsError> {
        let Some(found) = self.text(key)? else { return Ok(None) };
        let word = words.iter().find(|word| **word == found).copied();
        word.map(Some)
            .ok_or_else(|| self.invalid(key, format!("expected one of {}, found {found:?}", quoted(words))))
    }

    /// Several of a few words.
    pub fn choices(
        &mut self,
        key: &'static str,
        words: &[&'static str],
    ) -> Result<Option<Vec<&'static str>>, SettingsError> {
        let Some(found) = self.texts(key)? else { return Ok(None) };
        let mut chosen = Vec::new();
        for text in found {
            match words.iter().find(|word| **word == text) {
                Some(word) => chosen.push(*word),
                None => {
                    return Err(
                        self.invalid(key, format!("expected some of {}, found {text:?}", quoted(words)))
                    );
                }
            }
        }
        Ok(Some(chosen))
    }

    /// Takes note of settings that exist but do nothing here; gives those that are set.
    pub fn without_effect(&mut self, keys: &[&'static str]) -> Result<Vec<String>, SettingsError> {
        let mut warnings = Vec::new();
        for key in keys {
            if let Some(found) = self.find(key)? {
                let (path, line) = (found.document.path.display(), found.document.line(found.offset));
                warnings.push(format!("{path}:{line}: [{}] {key} has no effect here", self.name));
            }
        }
        Ok(warnings)
    }

    /// Refuses a setting that Telegraf has and we do not.
    pub fn unsupported(&mut self, key: &'static str, hint: &'static str) -> Result<(), SettingsError> {
        match self.find(key)? {
            None => Ok(()),
            Some(found) => {
                let what = format!("[{}] {key}", self.name);
                Err(found.document.error(found.offset, Problem::Unsupported { what, hint }))
            }
        }
    }

    /// An error at a setting that was read before.
    pub fn invalid(&self, key: &str, reason: String) -> SettingsError {
        let problem = Problem::InvalidValue { section: self.name.clone(), key: key.to_owned(), reason };
        for (document, table) in &self.parts {
            if let Some((found, _)) = table.get_key_value(key) {
                return document.error(found.span().start, problem);
            }
        }
        let path = self.parts.first().map_or(std::path::Path::new(""), |(document, _)| document.path);
        SettingsError::new(path, 1, problem)
    }

    /// Refuses what nobody asked for.
    pub fn finish(self) -> Result<(), SettingsError> {
        for (document, table) in &self.parts {
            for key in table.keys() {
                if !self.known.contains(&&**key.get_ref()) {
                    let problem = Problem::unknown_setting(&self.name, key.get_ref(), &self.known);
                    return Err(document.error(key.span().start, problem));
                }
            }
        }
        Ok(())
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        expected: &'static str,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Result<Option<T>, SettingsError> {
        let Some(found) = self.find(key)? else { return Ok(None) };
        read(found.value).map(Some).ok_or_else(|| {
            let (section, key, found_type) =
                (self.name.clone(), key.to_owned(), found.value.type_str().to_owned());
            let problem = Problem::WrongType { section, key, expected, found: found_type };
            found.document.error(found.offset, problem)
        })
    }

    fn find(&mut self, key: &'static str) -> Result<Option<Located<'a>>, SettingsError> {
        self.known.push(key);
        let mut first: Option<Located<'a>> = None;
        for (document, table) in &self.parts {
            let Some((name, value)) = table.get_key_value(key) else { continue };
            let found = Located { document, offset: Spanned::span(name).start, value: value.get_ref() };
            match first {
                None => first = Some(found),
                Some(first) => return Err(self.set_twice(key, first, found)),
            }
        }
        Ok(first)
    }

    fn set_twice(&self, key: &str, first: Located<'_>, second: Located<'_>) -> SettingsError {
        let (first_path, first_line) = (first.document.path.to_owned(), first.document.line(first.offset));
        let problem =
            Problem::SetTwice { section: self.name.clone(), key: key.to_owned(), first_path, first_line };
        second.document.error(second.offset, problem)
    }
}

fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|element| element.get_ref().as_str().map(str::to_owned)).collect()
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ")
}

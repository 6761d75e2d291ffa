//! One parsed file: its tables with the places where they stand.

use crate::SettingsFile;
use crate::error::{Problem, SettingsError};
use crate::limits::FILES_MAX;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file whose TOML is sound.
#[derive(Debug)]
pub struct Document<'a> {
    pub(crate) path: &'a Path,
    text: &'a str,
    table: DeTable<'a>,
}

/// The documents of several files.
///
/// # Errors
/// The first file that is not TOML, or one file too many.
pub fn parse_all(files: &[SettingsFile]) -> Result<Vec<Document<'_>>, SettingsError> {
    if let Some(file) = files.get(FILES_MAX) {
        let reason = format!("there are more than {FILES_MAX} configuration files");
        return Err(SettingsError::new(&file.path, 1, Problem::Syntax(reason)));
    }
    files.iter().map(|file| Document::parse(&file.path, &file.text)).collect()
}

impl<'a> Document<'a> {
    /// Parses one file's text; `path` is for messages.
    ///
    /// # Errors
    /// When it is not TOML, with the line.
    pub fn parse(path: &'a Path, text: &'a str) -> Result<Self, SettingsError> {
        match DeTable::parse(text) {
            Ok(table) => Ok(Self { path, text, table: table.into_inner() }),
            Err(error) => {
                let line = line_at(text, error.span().map_or(0, |span| span.start));
                Err(SettingsError::new(path, line, Problem::Syntax(error.message().to_owned())))
            }
        }
    }

    /// The names of the top-level tables and values, with their lines.
    pub fn sections(&self) -> impl Iterator<Item = (&str, usize)> {
        self.table.keys().map(|key| (&**key.get_ref(), self.line(key.span().start)))
    }

    /// An error at a line of this file.
    #[must_use]
    pub fn error_at(&self, line: usize, problem: Problem) -> SettingsError {
        SettingsError::new(self.path, line, problem)
    }

    /// Every `[[name]]`, in order; a single `[name]` counts too.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<Result<Entry<'_>, SettingsError>> {
        self.table
            .get_key_value(name)
            .map_or_else(Vec::new, |(key, value)| self.entries("", key.get_ref(), value))
    }

    /// Every `[[section.NAME]]`, in the order of names; a single `[section.NAME]` counts too.
    #[must_use]
    pub fn plugins(&self, section: &str) -> Vec<Result<Entry<'_>, SettingsError>> {
        match self.table(section) {
            Err(error) => vec![Err(error)],
            Ok(tables) => {
                let named = tables.into_iter().flat_map(DeTable::iter);
                named.flat_map(|(name, value)| self.entries(section, name.get_ref(), value)).collect()
            }
        }
    }

    /// The top-level table of this name.
    pub(crate) fn table(&self, name: &str) -> Result<Option<&DeTable<'a>>, SettingsError> {
        let Some((key, value)) = self.table.get_key_value(name) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some(table)),
            other => Err(self.error(key.span().start, wrong_type(name, other))),
        }
    }

    fn entries<'d>(
        &'d self,
        section: &str,
        name: &'d str,
        value: &'d Spanned<DeValue<'a>>,
    ) -> Vec<Result<Entry<'d>, SettingsError>> {
        let title = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
        let entry = |value: &'d Spanned<DeValue<'a>>| {
            let offset = value.span().start;
            match value.get_ref() {
                DeValue::Table(table) => {
                    Ok(Entry { document: self, title: title.clone(), name, table, line: self.line(offset) })
                }
                other => Err(self.error(offset, wrong_type(&title, other))),
            }
        };
        match value.get_ref() {
            DeValue::Array(values) => values.iter().map(entry).collect(),
            _ => vec![entry(value)],
        }
    }

    pub(crate) fn error(&self, offset: usize, problem: Problem) -> SettingsError {
        SettingsError::new(self.path, self.line(offset), problem)
    }

    /// The line, from 1, of a byte of the text.
    pub(crate) fn line(&self, offset: usize) -> usize {
        line_at(self.text, offset)
    }
}

/// One table of a list, such as an `[[inputs.cpu]]` or a `[[rules]]`.
#[derive(Debug)]
pub struct Entry<'d> {
    pub(crate) document: &'d Document<'d>,
    pub(crate) title: String,
    pub(crate) table: &'d DeTable<'d>,
    /// The last part of its title: `cpu` of `[[inputs.cpu]]`.
    pub name: &'d str,
    /// The line where it begins.
    pub line: usize,
}

impl Entry<'_> {
    /// An error about the whole table.
    #[must_use]
    pub fn error(&self, problem: Problem) -> SettingsError {
        SettingsError::new(self.document.path, self.line, problem)
    }

    /// The table without its places.
    #[must_use]
    pub fn written(&self) -> toml::Table {
        plain_table(self.table)
    }
}

fn wrong_type(section: &str, found: &DeValue<'_>) -> Problem {
    Problem::Syntax(format!("{section}: expected a table, found {}", found.type_str()))
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}

fn plain_table(table: &DeTable<'_>) -> toml::Table {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), plain_value(value.get_ref()))).collect()
}

/// The value as an owned one. A number that fits nothing becomes its text; it was refused on reading.
fn plain_value(value: &DeValue<'_>) -> toml::Value {
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(number) => integer(number)
            .map_or_else(|| toml::Value::String(number.as_str().to_owned()), toml::Value::Integer),
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .map_or_else(|_| toml::Value::String(number.as_str().to_owned()), toml::Value::Float),
        DeValue::Boolean(value) => toml::Value::Boolean(*value),
        DeValue::Datetime(instant) => toml::Value::Datetime(*instant),
        DeValue::Array(values) => {
            toml::Value::Array(values.iter().map(|value| plain_value(value.get_ref())).collect())
        }
        DeValue::Table(table) => toml::Value::Table(plain_table(table)),
    }
}

/// The number, if it fits 64 bits.
pub(crate) fn integer(number: &toml::de::DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

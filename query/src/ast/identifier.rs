//! How names and texts are quoted when a tree is printed.

use crate::parser::is_keyword;
use std::fmt::{self, Write as _};

/// Prints a name as InfluxQL takes it: bare where it can be, else in double quotes.
#[derive(Debug, Clone, Copy)]
pub struct QuotedIdentifier<'a>(pub &'a str);

impl fmt::Display for QuotedIdentifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_bare(self.0) { f.write_str(self.0) } else { write_quoted(f, self.0, '"') }
    }
}

/// Prints a text in single quotes.
#[derive(Debug, Clone, Copy)]
pub struct QuotedString<'a>(pub &'a str);

impl fmt::Display for QuotedString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_quoted(f, self.0, '\'')
    }
}

/// Whether a name needs no quotes: an ASCII word that is no keyword and starts with no digit.
fn is_bare(name: &str) -> bool {
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !is_keyword(name)
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str, quote: char) -> fmt::Result {
    f.write_char(quote)?;
    for c in text.chars() {
        match c {
            '\n' => f.write_str("\\n")?,
            '\\' => f.write_str("\\\\")?,
            c if c == quote => write!(f, "\\{c}")?,
            c => f.write_char(c)?,
        }
    }
    f.write_char(quote)
}

/// Prints ` KEYWORD name` where there is a name.
pub(super) fn write_clause(f: &mut fmt::Formatter<'_>, keyword: &str, name: Option<&str>) -> fmt::Result {
    match name {
        Some(name) => write!(f, " {keyword} {}", QuotedIdentifier(name)),
        None => Ok(()),
    }
}

/// Prints items with `, ` between them.
pub(super) fn write_list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

//! A regular expression and the text it was written as.

mod invalid;
mod syntax;

pub use invalid::InvalidPattern;

use regex::Regex;
use std::fmt;

/// A compiled regular expression in Go's syntax. It matches anywhere in a text unless anchored.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: Box<str>,
    regex: Regex,
}

impl Pattern {
    /// Compiles a regular expression, written without its slashes.
    ///
    /// # Errors
    /// When it is malformed or too large once compiled.
    pub fn new(source: &str) -> Result<Self, InvalidPattern> {
        let ours = syntax::from_go(source);
        let regex = Regex::new(&ours).map_err(|error| InvalidPattern::new(&ours, &error))?;
        Ok(Self { source: on_one_line(source).into(), regex })
    }

    /// The text between the slashes, with `\/` as `/` and line ends as `\n` and `\r`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The compiled form.
    #[must_use]
    pub fn regex(&self) -> &Regex {
        &self.regex
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.source.replace('/', "\\/"))
    }
}

/// The expression with its line ends escaped, since a printed one must fit a line. Only a parameter has any.
fn on_one_line(source: &str) -> String {
    let mut line = String::with_capacity(source.len());
    let mut escaped = false;
    for c in source.chars() {
        let letter = match c {
            '\n' => 'n',
            '\r' => 'r',
            c => c,
        };
        if letter != c && !escaped {
            line.push('\\');
        }
        line.push(letter);
        escaped = c == '\\' && !escaped;
    }
    line
}

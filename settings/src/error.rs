//! A mistake in the configuration, with its place.

use crate::nearest::nearest;
use std::path::{Path, PathBuf};

/// A mistake: `vigie.toml:12: [inputs.cpu] has no setting "percpuu"; did you mean "percpu"?`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {problem}", path.display())]
pub struct SettingsError {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

impl SettingsError {
    /// A mistake at a line.
    #[must_use]
    pub fn new(path: &Path, line: usize, problem: Problem) -> Self {
        Self { path: path.to_owned(), line, problem }
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is not TOML, or not for us.
    #[error("{0}")]
    Syntax(String),
    /// A setting that does not exist.
    #[error("[{section}] has no setting {key:?}{}", did_you_mean(nearest.as_deref()))]
    UnknownSetting {
        /// The section.
        section: String,
        /// The setting.
        key: String,
        /// The known setting that looks most like it.
        nearest: Option<String>,
    },
    /// A top-level section that does not exist.
    #[error("there is no section [{name}]{}", did_you_mean(nearest.as_deref()))]
    UnknownSection {
        /// The section.
        name: String,
        /// The known section that looks most like it.
        nearest: Option<String>,
    },
    /// An input or output that does not exist.
    #[error("there is no {what} {name:?}{}", did_you_mean(nearest.as_deref()))]
    UnknownPlugin {
        /// `input` or `output`.
        what: &'static str,
        /// The name.
        name: String,
        /// The known name that looks most like it.
        nearest: Option<String>,
    },
    /// A value of the wrong type.
    #[error("[{section}] {key}: expected {expected}, found {found}")]
    WrongType {
        /// The section.
        section: String,
        /// The setting.
        key: String,
        /// What it takes.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A value of the right type that makes no sense.
    #[error("[{section}] {key}: {reason}")]
    InvalidValue {
        /// The section.
        section: String,
        /// The setting.
        key: String,
        /// Why.
        reason: String,
    },
    /// Two files give one setting.
    #[error("[{section}] {key} is already set at {}:{first_line}", first_path.display())]
    SetTwice {
        /// The section.
        section: String,
        /// The setting.
        key: String,
        /// The file that gave it first.
        first_path: PathBuf,
        /// And its line.
        first_line: usize,
    },
    /// Telegraf has it and we do not.
    #[error("{what} is not supported; {hint}")]
    Unsupported {
        /// What.
        what: String,
        /// What to do instead.
        hint: &'static str,
    },
}

impl Problem {
    /// A setting that nobody reads.
    #[must_use]
    pub fn unknown_setting(section: &str, key: &str, known: &[&str]) -> Self {
        let nearest = nearest(key, known).map(str::to_owned);
        Self::UnknownSetting { section: section.to_owned(), key: key.to_owned(), nearest }
    }

    /// A section that nobody reads.
    #[must_use]
    pub fn unknown_section(name: &str, known: &[&str]) -> Self {
        Self::UnknownSection { name: name.to_owned(), nearest: nearest(name, known).map(str::to_owned) }
    }

    /// An input or output (`what`) that does not exist.
    #[must_use]
    pub fn unknown_plugin(what: &'static str, name: &str, known: &[&str]) -> Self {
        Self::UnknownPlugin { what, name: name.to_owned(), nearest: nearest(name, known).map(str::to_owned) }
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |word| format!("; did you mean {word:?}?"))
}

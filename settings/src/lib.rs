//! Settings in TOML, read with their places.
//!
//! A [`Document`] is one file; a [`Section`] is one table of it, or the same table out of several files,
//! and is read setting by setting. Whatever is misspelt, of the wrong type, or set twice in two files, is
//! a [`SettingsError`] that names file, line and, where one looks alike, the known word.
//!
//! Collector, alerting and the binary read the same files by the same rules; that is why this is a crate
//! of its own. It opens no files and knows no settings.

#![forbid(unsafe_code)]

mod document;
mod error;
pub mod interval;
pub mod limits;
mod nearest;
mod section;

pub use document::{Document, Entry, parse_all};
pub use error::{Problem, SettingsError};
pub use nearest::nearest;
pub use section::Section;

use std::path::PathBuf;

/// A configuration file that has been read, its environment variables already put in.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    /// Its name, for messages.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

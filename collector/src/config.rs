//! What the user asked for: agent, tags, inputs and outputs, spelled as Telegraf spells them.
//!
//! One text or several make a [`Config`]; every mistake is an error with file, line and, for a misspelt
//! word, the nearest known one. Sections of other parts of the program are left alone, and so is the
//! substitution of environment variables, which has happened before the text comes here.

mod agent;
mod default;
mod global_tags;
pub(crate) mod patterns;
mod plugin;
mod print;

pub use agent::AgentSettings;
pub use default::default_toml;
pub use plugin::{InputCommon, NameChange};

use crate::input::{self, InputKind, InputSettings};
use crate::output::{HttpSettings, OutputSettings, http};
use settings::{Document, Entry, Problem, Section, SettingsError, SettingsFile, parse_all};
use std::path::Path;
use std::sync::Arc;

/// The top-level tables that this crate reads; the rest of a file is somebody else's.
pub const SECTIONS: [&str; 6] = ["agent", "global_tags", "inputs", "outputs", "processors", "aggregators"];

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// `[agent]`.
    pub agent: AgentSettings,
    /// `[global_tags]`, in key order.
    pub global_tags: Vec<(String, String)>,
    /// `[[inputs.NAME]]`.
    pub inputs: Vec<InputConfig>,
    /// `[[outputs.influxdb]]`.
    pub outputs: Vec<HttpOutputConfig>,
    /// What is accepted but does nothing here, a sentence each, for the log.
    pub warnings: Vec<String>,
}

/// One input and its settings.
#[derive(Debug, Clone)]
pub struct InputConfig {
    /// Which input it is.
    pub kind: &'static InputKind,
    /// The settings that every input has.
    pub common: InputCommon,
    /// Its own settings.
    pub settings: Arc<dyn InputSettings>,
    /// As it was written.
    pub(crate) written: toml::Table,
}

/// One `[[outputs.influxdb]]`.
#[derive(Debug, Clone)]
pub struct HttpOutputConfig {
    /// The settings that every output has.
    pub common: OutputSettings,
    /// Where to and how.
    pub http: HttpSettings,
    /// As it was written, secrets masked.
    pub(crate) written: toml::Table,
}

impl Config {
    /// Reads one file's text; `path` is for messages.
    ///
    /// # Errors
    /// The first mistake, with its line.
    pub fn from_toml(text: &str, path: &Path) -> Result<Self, SettingsError> {
        Self::from_documents(&[Document::parse(path, text)?])
    }

    /// Reads several files as one: tables merge, lists of inputs and outputs append, and a setting that
    /// two files give is an error.
    ///
    /// # Errors
    /// The first mistake, with file and line.
    pub fn from_files(files: &[SettingsFile]) -> Result<Self, SettingsError> {
        Self::from_documents(&parse_all(files)?)
    }

    /// As [`from_files`](Self::from_files), for files that are parsed already.
    ///
    /// # Errors
    /// The first mistake, with file and line.
    pub fn from_documents(documents: &[Document<'_>]) -> Result<Self, SettingsError> {
        refuse_processors(documents)?;
        let mut warnings = Vec::new();
        let agent = AgentSettings::read(documents, &mut warnings)?;
        Ok(Self {
            global_tags: global_tags::read(documents)?,
            inputs: read_inputs(documents)?,
            outputs: read_outputs(documents, &agent)?,
            agent,
            warnings,
        })
    }

    /// The same configuration as TOML that [`from_toml`](Self::from_toml) reads again. Passwords and
    /// tokens are shown as `***`.
    #[must_use]
    pub fn to_toml(&self) -> String {
        print::to_toml(self)
    }
}

impl Default for Config {
    /// The nine inputs of a machine, every 10 s, and no output.
    fn default() -> Self {
        let text = default_toml();
        Self::from_toml(&text, Path::new("default")).expect("a test reads the default")
    }
}

fn refuse_processors(documents: &[Document<'_>]) -> Result<(), SettingsError> {
    for section in ["processors", "aggregators"] {
        if let Some(plugin) = documents.iter().flat_map(|document| document.plugins(section)).next() {
            let plugin = plugin?;
            let what = format!("[[{section}.{}]]", plugin.name);
            return Err(plugin
                .error(Problem::Unsupported { what, hint: "filters and tags of inputs and outputs are" }));
        }
    }
    Ok(())
}

fn read_inputs(documents: &[Document<'_>]) -> Result<Vec<InputConfig>, SettingsError> {
    documents
        .iter()
        .flat_map(|document| document.plugins("inputs"))
        .map(|plugin| read_input(&plugin?))
        .collect()
}

fn read_input(plugin: &Entry<'_>) -> Result<InputConfig, SettingsError> {
    let kind = input::find(plugin.name).ok_or_else(|| {
        let names: Vec<&str> = input::INPUTS.iter().map(|kind| kind.name).collect();
        plugin.error(Problem::unknown_plugin("input", plugin.name, &names))
    })?;
    let mut section = Section::of(plugin);
    let common = InputCommon::read(&mut section)?;
    let settings = (kind.read)(&mut section)?;
    section.finish()?;
    Ok(InputConfig { kind, common, settings, written: plugin.written() })
}

fn read_outputs(
    documents: &[Document<'_>],
    agent: &AgentSettings,
) -> Result<Vec<HttpOutputConfig>, SettingsError> {
    let plugins = documents.iter().flat_map(|document| document.plugins("outputs"));
    plugins.map(|plugin| read_output(&plugin?, agent)).collect()
}

fn read_output(plugin: &Entry<'_>, agent: &AgentSettings) -> Result<HttpOutputConfig, SettingsError> {
    if plugin.name != "influxdb" {
        return Err(plugin.error(Problem::unknown_plugin("output", plugin.name, &["influxdb"])));
    }
    let mut section = Section::of(plugin);
    let common = plugin::read_output(&mut section, agent)?;
    let http = http::read_settings(&mut section)?;
    section.finish()?;
    Ok(HttpOutputConfig { common, http, written: print::without_secrets(&plugin.written()) })
}

#[cfg(test)]
mod tests;

//! The configuration: which files, what they say, and what holds without them.

pub(crate) mod address;
mod environment;
mod files;
mod folders;
mod memory;
mod print;
mod server;
mod size;

pub(crate) use files::read as read_files;
pub(crate) use server::{ServerSettings, StorageSettings};

use crate::cli::ConfigOptions;
use settings::{Problem, SettingsError, SettingsFile};
use std::io::Write as _;

/// Everything that can be configured, checked.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) server: ServerSettings,
    pub(crate) storage: StorageSettings,
    pub(crate) collector: collector::Config,
    pub(crate) alerting: alerting::Config,
}

impl Config {
    /// Reads the files that the options name, or those that are found, or none.
    pub(crate) fn load(options: &ConfigOptions) -> anyhow::Result<Self> {
        Ok(Self::from_files(&read_files(options)?)?)
    }

    /// The configuration in some files. What they leave out has its default: without any input the
    /// machine's own nine, without any rule those for CPU, memory and disks.
    pub(crate) fn from_files(files: &[SettingsFile]) -> Result<Self, SettingsError> {
        let documents = settings::parse_all(files)?;
        refuse_unknown_sections(&documents)?;
        let mut collector = collector::Config::from_files(files)?;
        if collector.inputs.is_empty() {
            collector.inputs = collector::Config::default().inputs;
        }
        Ok(Self {
            server: ServerSettings::read(&documents)?,
            storage: StorageSettings::read(&documents)?,
            collector,
            alerting: alerting::Config::from_files(files)?,
        })
    }
}

fn refuse_unknown_sections(documents: &[settings::Document<'_>]) -> Result<(), SettingsError> {
    let known = [&["server", "storage"][..], &collector::SECTIONS, &alerting::SECTIONS].concat();
    for document in documents {
        for (name, line) in document.sections() {
            if !known.contains(&name) {
                return Err(document.error_at(line, Problem::unknown_section(name, &known)));
            }
        }
    }
    Ok(())
}

/// `vigie config check`.
pub(crate) fn check(options: &ConfigOptions) -> anyhow::Result<()> {
    let files = read_files(options)?;
    let config = Config::from_files(&files)?;
    let mut out = std::io::stdout().lock();
    let folders =
        [("data_dir", Some(&config.storage.data_dir)), ("backup_dir", config.storage.backup_dir.as_ref())];
    for (key, dir) in folders {
        for warning in dir.into_iter().flat_map(|dir| folders::warnings(dir)) {
            writeln!(out, "warning: [storage] {key}: {warning}")?;
        }
    }
    for warning in &config.collector.warnings {
        writeln!(out, "warning: {warning}")?;
    }
    match files.as_slice() {
        [] => writeln!(out, "no configuration file; the defaults are sound")?,
        files => {
            let names: Vec<String> = files.iter().map(|file| file.path.display().to_string()).collect();
            writeln!(out, "{}: sound", names.join(", "))?;
        }
    }
    Ok(())
}

/// `vigie config print`.
pub(crate) fn print(options: &ConfigOptions) -> anyhow::Result<()> {
    let text = print::to_toml(&Config::load(options)?);
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}

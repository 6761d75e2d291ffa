//! Which files make the configuration.

use super::environment;
use crate::cli::ConfigOptions;
use anyhow::Context as _;
use settings::SettingsFile;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a configuration is looked for when none is named.
const SEARCHED: [&str; 2] = ["vigie.toml", "/etc/vigie/vigie.toml"];

/// Longest configuration file, in bytes. Protects from a path that is no configuration.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Reads the named file, or the first one that is found, and the drop-in folder beside it
/// (`vigie.toml` has `vigie.d/*.toml`), with environment variables put in. None is fine.
pub(crate) fn read(options: &ConfigOptions) -> anyhow::Result<Vec<SettingsFile>> {
    let main = match &options.config {
        Some(named) => named.clone(),
        None => match SEARCHED.iter().map(PathBuf::from).find(|path| path.exists()) {
            Some(found) => found,
            None => return Ok(Vec::new()),
        },
    };
    let mut files = vec![read_one(&main)?];
    for drop_in in drop_ins(&main.with_extension("d"))? {
        files.push(read_one(&drop_in)?);
    }
    Ok(files)
}

fn drop_ins(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read the folder {}", folder.display()))?.path();
        if path.extension().is_some_and(|ending| ending == "toml") && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read_one(path: &Path) -> anyhow::Result<SettingsFile> {
    let context = || format!("cannot read the configuration {}", path.display());
    let len = fs::metadata(path).with_context(context)?.len();
    anyhow::ensure!(
        len <= FILE_BYTES_MAX,
        "{}: {len} bytes, at most {FILE_BYTES_MAX} are read",
        path.display()
    );
    let text = fs::read_to_string(path).with_context(context)?;
    let text = environment::substitute(&text, |name| std::env::var(name).ok())
        .map_err(|(line, what)| anyhow::anyhow!("{}:{line}: {what}", path.display()))?;
    Ok(SettingsFile { path: path.to_owned(), text })
}

//! `vigie inspect`: looks into a data directory without changing it, also beside a running server.

mod index;
mod segment;
mod summary;
mod text;
mod upgrade;
mod verify;
mod wal;

pub(crate) use text::{counted, plural};

use crate::cli::{ConfigOptions, InspectCommand, InspectFormat, InspectOptions};
use crate::config::Config;
use anyhow::bail;
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// How what is found looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    is_json: bool,
    is_wide: bool,
}

/// Looks and prints.
pub(crate) fn run(options: &InspectOptions) -> anyhow::Result<()> {
    let dir = data_dir(options)?;
    let look = Look { is_json: options.format == InspectFormat::Json, is_wide: options.wide };
    match &options.what {
        None => {
            let found = tsdb::inspect::summary(&disk::StdFs, &dir)?;
            print(look, || summary::json(&found), || summary::text(look, &found))
        }
        Some(InspectCommand::Wal { file, rows }) => wal::run(&dir, file.as_deref(), *rows, look),
        Some(InspectCommand::Segment { segment, series }) => segment::run(&dir, segment, *series, look),
        Some(InspectCommand::Index { wal }) => {
            let found = tsdb::inspect::index(&disk::StdFs, &dir, *wal)?;
            print(look, || index::json(&found), || index::text(look, &found))
        }
        Some(InspectCommand::Cardinality { wal }) => {
            let found = tsdb::inspect::index(&disk::StdFs, &dir, *wal)?;
            print(look, || index::cardinality_json(&found), || index::cardinality_text(look, &found))
        }
        Some(InspectCommand::Verify { quick }) => verify::run(&dir, *quick, look),
        Some(InspectCommand::Upgrade { dry_run }) => upgrade(&dir, *dry_run, look),
    }
}

/// The directory that was typed, or the one that a server would take.
fn data_dir(options: &InspectOptions) -> anyhow::Result<PathBuf> {
    match &options.data_dir {
        Some(dir) => Ok(dir.clone()),
        None => Ok(Config::load(&ConfigOptions { config: options.config.clone() })?.storage.data_dir),
    }
}

fn upgrade(dir: &Path, dry_run: bool, look: Look) -> anyhow::Result<()> {
    if !dry_run {
        bail!(
            "a start of the server upgrades what has to be upgraded; \
             \"vigie inspect upgrade --dry-run\" says what that is"
        );
    }
    let found = tsdb::inspect::formats(&disk::StdFs, dir)?;
    print(look, || upgrade::json(&found), || upgrade::text(look, &found))
}

fn print(look: Look, json: impl FnOnce() -> Value, text: impl FnOnce() -> String) -> anyhow::Result<()> {
    let told = if look.is_json { format!("{:#}\n", json()) } else { text() };
    Ok(std::io::stdout().lock().write_all(told.as_bytes())?)
}

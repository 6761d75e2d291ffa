//! Where the evaluation stands, in one file that changes as a whole: `alerts.state`.
//!
//! ```text
//! offset  bytes
//! 0       8      magic "VIGIEALR"
//! 8       4      version, little endian
//! 12      4      CRC-32 of all that follows, little endian
//! 16      ...    body: numbers as LEB128 (signed ones zigzag), texts and lists with their length before them,
//!                floats as their 64 bits little endian, "maybe" as a byte 0 or 1
//!
//! body    lsn, first journal file, next letter
//!         list of rules:   name, grouping, window, list of groups
//!         group:           list of tags (key, value), level, since, raised, last, event, events,
//!                          maybe pending (6 times), maybe window (start, last, count, sum, min, max, last),
//!                          maybe told (id, message, list of tags, maybe value)
//!         list of letters: JSON each
//! ```
//!
//! It belongs to the rules by their names and groupings: a rule that groups otherwise than before starts anew.

mod decode;
mod encode;

pub(crate) use decode::Saved;

use decode::decode;
use encode::encode;

use crate::evaluator::Evaluator;
use crate::graph::RuleGraph;
use crate::outbox::Outbox;
use crate::rule::GroupBy;
use disk::Fs;
use parking_lot::Mutex;
use std::path::{Path, PathBuf};

/// The name of the file.
const FILE_NAME: &str = "alerts.state";
const MAGIC: [u8; 8] = *b"VIGIEALR";
const VERSION: u32 = 1;
const VERSION_AT: usize = MAGIC.len();
const CRC_AT: usize = VERSION_AT + 4;
const BODY_AT: usize = CRC_AT + 4;

/// The file in the directory of the alerts.
pub(crate) fn path(directory: &Path) -> PathBuf {
    directory.join(FILE_NAME)
}

/// Saves where the evaluation stands, and lets the outbox forget what is in it. Does nothing while events of
/// an earlier life are still to be met: until then the files that know them are needed.
///
/// # Errors
/// When the disk fails; the last checkpoint then holds, with the outbox's files since.
pub(crate) fn save(
    fs: &dyn Fs,
    directory: &Path,
    evaluator: &Mutex<Evaluator>,
    outbox: &Outbox,
) -> disk::Result<()> {
    let (bytes, journal) = {
        let evaluator = evaluator.lock();
        if !evaluator.is_caught_up() {
            return Ok(());
        }
        let state = outbox.snapshot();
        (encode(evaluator.lsn, &evaluator.graphs, &state), state.journal)
    };
    disk::replace(fs, &path(directory), &bytes)?;
    outbox.forget_before(journal);
    Ok(())
}

/// What a checkpoint of this moment would hold, as files by their names. While events of an earlier life are still
/// to be met it is the files themselves.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn copy(
    fs: &dyn Fs,
    directory: &Path,
    evaluator: &Mutex<Evaluator>,
    outbox: &Outbox,
) -> disk::Result<Vec<(String, Vec<u8>)>> {
    // Held to the end: nobody saves, so that no file goes meanwhile.
    let evaluator = evaluator.lock();
    if evaluator.is_caught_up() {
        let bytes = encode(evaluator.lsn, &evaluator.graphs, &outbox.snapshot());
        return Ok(vec![(FILE_NAME.to_owned(), bytes)]);
    }
    let mut files = Vec::new();
    for entry in fs.list(directory)? {
        let Some(name) = entry.name.to_str().filter(|name| !entry.is_dir && !name.ends_with(".tmp")) else {
            continue;
        };
        files.push((name.to_owned(), fs.read(&directory.join(name))?));
    }
    Ok(files)
}

/// The last checkpoint. A file that cannot be used is set aside and told.
pub(crate) fn load(fs: &dyn Fs, directory: &Path) -> Option<Saved> {
    let path = path(directory);
    let (saved, reason) = match fs.read(&path) {
        Ok(bytes) => (decode(&bytes), "it is damaged".to_owned()),
        Err(error) if error.is_not_found() => return None,
        Err(error) => (None, error.to_string()),
    };
    if saved.is_none() {
        let path_text = path.display();
        tracing::error!(%reason, path = %path_text, "the state of the alerts is set aside; they start from OK");
        crate::outbox::set_aside(fs, &path);
    }
    saved
}

/// What the saved groups of a rule must share with its own for them to be the same.
fn grouping(graph: &RuleGraph) -> String {
    match &graph.rule.group_by {
        GroupBy::All => "*".to_owned(),
        GroupBy::Tags(tags) => format!("{tags:?}"),
    }
}

/// What the saved windows of a rule must share with its own.
fn window(graph: &RuleGraph) -> String {
    let spec = &graph.rule.spec;
    spec.window.map_or_else(String::new, |window| format!("{:?} of {}", window, spec.field))
}

#[cfg(test)]
mod tests;

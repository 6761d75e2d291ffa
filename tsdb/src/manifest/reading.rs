//! Reading a MANIFEST without changing anything: at a start, and by those who look from outside.

use std::path::{Path, PathBuf};

use disk::Fs;
use disk::log::{self, Stop};

use super::format::{self, FORMAT, KIND_FORMAT, READER_FORMAT};
use super::{Edit, State};
use crate::error::{Error, Result};

/// The versions in the first record of a MANIFEST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Formats {
    /// The format that a reader has to know.
    pub(crate) reader: u32,
    /// The format of the program that wrote the file.
    pub(crate) writer: u32,
}

/// What a MANIFEST says.
#[derive(Debug)]
pub(crate) struct Reading {
    /// What the edits amount to.
    pub(crate) state: State,
    pub(crate) formats: Formats,
    /// The number of the last frame.
    pub(crate) last_frame: u64,
    /// How many frames there are.
    pub(crate) frames: usize,
    /// Whether the last edit says that the engine was stopped.
    pub(crate) clean_stop: bool,
    /// Bytes of a torn end, which do not count.
    pub(crate) torn_bytes: u64,
    /// What the log itself found.
    pub(super) report: log::Report,
}

impl Reading {
    /// Where the last sound frame ends.
    pub(crate) fn end(&self) -> u64 {
        frames_end(&self.report)
    }
}

/// Reads the MANIFEST at `path`.
pub(crate) fn read(fs: &dyn Fs, path: &Path) -> Result<Reading> {
    let mut frames = log::recover(fs, std::slice::from_ref(&path.to_path_buf()), Stop::Unknown)?;
    let mut state = State::default();
    let mut formats = Formats { reader: READER_FORMAT, writer: FORMAT };
    let (mut last_frame, mut count, mut clean_stop, mut has_state) = (0, 0, false, false);
    for frame in &mut frames {
        let frame = frame?;
        let damaged = || Error::corrupt(path, frame.offset, "an edit", format!("kind {}", frame.kind));
        if frame.kind == KIND_FORMAT {
            formats = check_formats(path, &frame.payload)?;
        } else {
            let edit = Edit::decode(frame.kind, &frame.payload, formats.writer).ok_or_else(damaged)?;
            clean_stop = matches!(edit, Edit::Stopped);
            has_state |= matches!(edit, Edit::Whole(_));
            state.apply(&edit);
        }
        last_frame = frame.lsn;
        count += 1;
    }
    let report = frames.finish()?;
    let torn_bytes = torn_bytes(path, &report)?;
    if !has_state {
        // A MANIFEST takes its place with the state in it: this one was cut.
        return Err(Error::corrupt(path, frames_end(&report), "the state of the directory", "none"));
    }
    Ok(Reading { state, formats, last_frame, frames: count, clean_stop, torn_bytes, report })
}

/// Where the last sound frame ends.
fn frames_end(report: &log::Report) -> u64 {
    report.files.first().map_or(0, |file| file.end)
}

/// The versions alone, also of a file that this program does not read any further.
pub(crate) fn read_formats(fs: &dyn Fs, path: &Path) -> Result<Formats> {
    let mut frames = log::recover(fs, &[PathBuf::from(path)], Stop::Unknown)?;
    let first = frames.next().ok_or_else(|| Error::corrupt(path, 0, "format versions", "no frame"))??;
    if first.kind != KIND_FORMAT {
        return Err(Error::corrupt(path, first.offset, "format versions", format!("kind {}", first.kind)));
    }
    decode_formats(path, &first.payload)
}

fn decode_formats(path: &Path, payload: &[u8]) -> Result<Formats> {
    let versions = format::read_versions(payload);
    let (reader, writer) = versions.ok_or_else(|| Error::corrupt(path, 0, "format versions", "none"))?;
    Ok(Formats { reader, writer })
}

/// Refuses a file whose reader must know more than this program does.
fn check_formats(path: &Path, payload: &[u8]) -> Result<Formats> {
    let formats = decode_formats(path, payload)?;
    if formats.reader > READER_FORMAT.max(FORMAT) {
        let (found, supported) = (formats.reader, FORMAT);
        return Err(Error::NewerFormat { path: path.to_path_buf(), found, supported });
    }
    Ok(formats)
}

/// How many bytes a torn end has. Damage before the end is an error: without the edit that stood there
/// nobody could say which files count.
fn torn_bytes(path: &Path, report: &log::Report) -> Result<u64> {
    let mut torn = 0;
    for finding in &report.findings {
        match finding {
            log::Finding::TornTail { bytes, .. } => torn += bytes,
            log::Finding::Corrupt { path, range, expected, found } => {
                return Err(Error::corrupt(path, range.start, expected.clone(), found.clone()));
            }
            other => return Err(Error::corrupt(path, 0, "every edit", format!("{other:?}"))),
        }
    }
    Ok(torn)
}

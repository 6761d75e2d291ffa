//! The WAL frame by frame.

mod decoder;

use std::path::{Path, PathBuf};

use disk::Fs;
use disk::log::{self, Stop, Tail};

use super::finding::Finding;
use super::store::{Store, WalFiles, again, list};
use crate::directory;
use crate::error::{Error, Result};
use crate::manifest::State;
use crate::wal::folder::WalPath;

pub(super) use decoder::WalDecoder;

/// A WAL file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalFile {
    /// Where it is.
    pub path: PathBuf,
    /// The generation that it belongs to.
    pub generation: u64,
    /// Its number within the generation.
    pub number: u64,
    /// The lowest LSN that may be in it.
    pub first_lsn: u64,
    /// The LSN of its last frame.
    pub last_lsn: Option<u64>,
    /// How many frames it has.
    pub frames: u64,
    /// Length of the file.
    pub bytes: u64,
    /// Where its last sound frame ends.
    pub end: u64,
    /// What follows there.
    pub tail: Tail,
}

/// A frame of the WAL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalFrame {
    /// Its file's name.
    pub file: String,
    /// Where it starts in the file.
    pub offset: u64,
    /// Its place in the order of everything.
    pub lsn: u64,
    /// Bytes of its content.
    pub bytes: u64,
    /// What it holds.
    pub content: WalContent,
}

/// What a frame holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalContent {
    /// Points of one write.
    Rows {
        /// How many rows; nothing where what they refer to was defined in a place that is not readable.
        rows: Option<u64>,
        /// How many values these have.
        values: u64,
        /// What is defined here for the first time in the generation.
        definitions: WalDefinitions,
    },
    /// Changes by one statement, each in a few words.
    Changes(Vec<String>),
    /// Not what the engine writes: the number of its kind.
    Unknown(u8),
}

/// How many things a frame defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WalDefinitions {
    /// Shards.
    pub shards: u64,
    /// Series.
    pub series: u64,
    /// Fields.
    pub fields: u64,
    /// Sets of fields that come together.
    pub shapes: u64,
}

/// A row of the WAL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalRow<'a> {
    /// The LSN of its frame.
    pub lsn: u64,
    /// Its database; nothing if it was dropped or is not known.
    pub database: Option<&'a str>,
    /// Its retention policy.
    pub policy: Option<&'a str>,
    /// The row as line protocol with its newline; empty where it has no form, as for a NaN.
    pub line: &'a str,
}

/// A step through the WAL.
#[derive(Debug)]
pub enum WalStep<'a> {
    /// The next frame.
    Frame(&'a WalFrame),
    /// A row of the frame that comes next; only if rows are wanted.
    Row(&'a WalRow<'a>),
}

/// What to look at.
#[derive(Debug, Clone, Default)]
pub struct WalRequest {
    /// One file instead of all that count; it may lie anywhere.
    pub file: Option<PathBuf>,
    /// Whether to give the rows.
    pub rows: bool,
}

impl WalRequest {
    fn is_wanted(&self, path: &Path) -> bool {
        self.file.as_ref().is_none_or(|file| file == path)
    }
}

/// What the WAL comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WalReport {
    /// Its files with a sound header.
    pub files: Vec<WalFile>,
    /// What is damaged.
    pub findings: Vec<Finding>,
    /// Whether a running server took files away before they were read: their rows are in segments now.
    pub cut_short: bool,
}

/// Gives every frame in order, until `take` answers false.
///
/// # Errors
/// When it is no data directory and no file is named, or the disk fails.
pub fn wal(
    fs: &dyn Fs,
    dir: &Path,
    request: &WalRequest,
    take: &mut dyn FnMut(WalStep<'_>) -> bool,
) -> Result<WalReport> {
    let begin = || Begun::new(fs, dir, request);
    let Begun { store, files, findings, frames } =
        if request.file.is_none() { again(begin)? } else { begin()? };
    let empty = State::default();
    let state = store.as_ref().map_or(&empty, |store| &store.manifest.state);
    let mut report = Walk { files, request, decoder: WalDecoder::new(state) }.run(frames, take)?;
    report.findings.extend(findings.into_iter().filter(|finding| request.is_wanted(&finding.path)));
    Ok(report)
}

/// What was found before the first frame is read.
struct Begun<'a> {
    store: Option<Store<'a>>,
    files: Vec<WalPath>,
    /// Files in the folder of the WAL that are not what their names say.
    findings: Vec<Finding>,
    frames: log::Recovery<'a>,
}

impl<'a> Begun<'a> {
    fn new(fs: &'a dyn Fs, dir: &Path, request: &WalRequest) -> Result<Self> {
        let store = match (Store::read(fs, dir), &request.file) {
            (Err(Error::NotADataDirectory { .. } | Error::Corrupt { .. }), Some(_)) => None,
            (store, _) => Some(store?),
        };
        let WalFiles { mut files, findings } =
            store.as_ref().map_or_else(|| Ok(WalFiles::default()), Store::wal_files)?;
        if let Some(file) = &request.file {
            files = siblings(fs, file)?;
        }
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let frames = log::recover(fs, &paths, store.as_ref().map_or(Stop::Unknown, Store::stop))?;
        Ok(Self { store, files, findings, frames })
    }
}

/// The files of the same generation in the same folder: what the rows of `file` refer to may be defined in those
/// before it, and the one behind it says where it ends.
fn siblings(fs: &dyn Fs, file: &Path) -> Result<Vec<WalPath>> {
    let Some((generation, number)) = file.file_name().and_then(directory::wal_name) else {
        return Ok(vec![WalPath { generation: 0, number: 0, path: file.to_path_buf() }]);
    };
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut files = vec![WalPath { generation, number, path: file.to_path_buf() }];
    for entry in list(fs, dir)? {
        match directory::wal_name(&entry.name) {
            Some((of, other)) if of == generation && other != number => {
                files.push(WalPath { generation, number: other, path: dir.join(&entry.name) });
            }
            _ => {}
        }
    }
    files.sort();
    Ok(files)
}

struct Walk<'a> {
    files: Vec<WalPath>,
    request: &'a WalRequest,
    decoder: WalDecoder<'a>,
}

impl Walk<'_> {
    fn run(
        mut self,
        mut frames: log::Recovery<'_>,
        take: &mut dyn FnMut(WalStep<'_>) -> bool,
    ) -> Result<WalReport> {
        let mut cut_short = false;
        loop {
            let Some(frame) = frames.next() else { break };
            let frame = match frame {
                Err(error) if error.is_not_found() && self.request.file.is_none() => {
                    cut_short = true;
                    break;
                }
                other => other?,
            };
            self.decoder.note_losses(frames.report(), &self.files);
            if !self.step(&frame, take) {
                break;
            }
        }
        let report = frames.report();
        let findings = report.findings.iter().filter_map(Finding::of_log);
        Ok(WalReport {
            files: self.files.iter().filter_map(|file| describe_file(file, report)).collect(),
            findings: findings.filter(|finding| self.request.is_wanted(&finding.path)).collect(),
            cut_short,
        })
    }

    /// Gives a frame's rows, then the frame; false once nobody wants more.
    fn step(&mut self, frame: &log::Frame, take: &mut dyn FnMut(WalStep<'_>) -> bool) -> bool {
        let file = &self.files[frame.file];
        let is_wanted = self.request.file.as_ref().is_none_or(|wanted| *wanted == file.path);
        let with_rows = self.request.rows && is_wanted;
        let (mut line, mut go_on) = (String::new(), true);
        let content = self.decoder.read(file.generation, frame.kind, &frame.payload, |place, row| {
            if with_rows && go_on {
                line.clear();
                place.write_line(row, &mut line);
                let (database, policy) = place.names(row.shard);
                let row = WalRow { lsn: frame.lsn, database, policy, line: &line };
                go_on = take(WalStep::Row(&row));
            }
        });
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (offset, lsn, bytes) = (frame.offset, frame.lsn, frame.payload.len() as u64);
        let described = WalFrame { file: name, offset, lsn, bytes, content };
        go_on && (!is_wanted || take(WalStep::Frame(&described)))
    }
}

/// What the log found of a file; nothing if its header is damaged.
pub(super) fn describe_file(file: &WalPath, report: &log::Report) -> Option<WalFile> {
    let found = report.files.iter().find(|found| found.path == file.path)?;
    Some(WalFile {
        path: file.path.clone(),
        generation: file.generation,
        number: file.number,
        first_lsn: found.first_lsn,
        last_lsn: found.last_lsn,
        frames: found.frames,
        bytes: found.len,
        end: found.end,
        tail: found.tail,
    })
}

//! Reading a sequence of log files after a start: frames to the caller, everything else into a report.
//!
//! Headers are read first, because each file is overruled by the next one's first number. Nothing is written
//! here; [`settle`] does what has to be done to the files before the log goes on in a new one.

use std::path::{Path, PathBuf};

use super::format::{FIRST_LSN_AT, HEADER_BYTES, Header, HeaderFault};
use super::report::{FileReport, Finding, Report, Tail};
use super::scan::{Scan, Step, Stop, header_error};
use crate::width::offset;
use crate::{Bytes, Fs, Result};

/// A frame as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its sequence number, higher than that of all frames before it.
    pub lsn: u64,
    /// Its kind, 1 to 127.
    pub kind: u8,
    /// What its writer put in: a slice of the file's bytes, which live as long as it.
    pub payload: Bytes,
    /// Index of its file in the sequence.
    pub file: usize,
    /// Where it starts in that file.
    pub offset: u64,
}

/// The frames of a log, in order; ask for the [`Report`] when they are through.
#[derive(Debug)]
pub struct Recovery<'fs> {
    fs: &'fs dyn Fs,
    files: Vec<Planned>,
    stop: Stop,
    next_file: usize,
    current: Option<Current>,
    report: Report,
}

/// A file to read, with what its header and the next one's say.
#[derive(Debug)]
struct Planned {
    path: PathBuf,
    header: std::result::Result<Header, HeaderFault>,
    limit_lsn: Option<u64>,
}

/// The file being read.
#[derive(Debug)]
struct Current {
    index: usize,
    bytes: Bytes,
    scan: Scan,
    report: FileReport,
}

/// Starts reading `paths`, the files of one log from the oldest to the newest.
///
/// # Errors
/// When a file cannot be read, or was written by a newer version of this layout. Damage is not an error but a
/// [`Finding`].
pub fn recover<'fs>(fs: &'fs dyn Fs, paths: &[PathBuf], stop: Stop) -> Result<Recovery<'fs>> {
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let header = read_header(fs, path)?;
        files.push(Planned { path: path.clone(), header, limit_lsn: None });
    }
    refuse_falling_numbers(&mut files);
    let mut limit_lsn = None;
    for file in files.iter_mut().rev() {
        file.limit_lsn = limit_lsn;
        limit_lsn = file.header.as_ref().map(|header| header.first_lsn).ok().or(limit_lsn);
    }
    Ok(Recovery { fs, files, stop, next_file: 0, current: None, report: Report::default() })
}

/// A file's first number says that all lower ones were durable before it, in files before it: it never falls from
/// one file to the next. One that does is in a wrong place, and must overrule nobody.
fn refuse_falling_numbers(files: &mut [Planned]) {
    let mut reached = 0;
    for file in files {
        let Ok(header) = &file.header else { continue };
        if header.first_lsn < reached {
            file.header = Err(HeaderFault::Damaged {
                offset: offset(FIRST_LSN_AT),
                expected: format!("a first number of {reached} or more"),
                found: header.first_lsn.to_string(),
            });
        } else {
            reached = header.first_lsn;
        }
    }
}

/// Prepares recovered files for going on: cuts the last one to its sound frames, unless what follows is damage,
/// and syncs it, because after the end of a process its frames may still be in the page cache only. Call it
/// before the log goes on in a new file, whose header vouches for them.
///
/// # Errors
/// When the file cannot be written or synced.
pub fn settle(fs: &dyn Fs, report: &Report) -> Result<()> {
    let Some(last) = report.files.last() else { return Ok(()) };
    let mut file = fs.open_write(&last.path)?;
    if matches!(last.tail, Tail::Torn | Tail::Unused) {
        file.truncate(last.end)?;
    }
    file.sync_data()
}

impl Recovery<'_> {
    /// What was found so far; complete once the frames are through.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Reads on to the end, dropping the frames, and gives the report.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn finish(mut self) -> Result<Report> {
        for frame in self.by_ref() {
            frame?;
        }
        Ok(self.report)
    }

    fn open_next(&mut self) -> Result<bool> {
        let Some(planned) = self.files.get(self.next_file) else { return Ok(false) };
        let bytes = Bytes::from(self.fs.read(&planned.path)?);
        match &planned.header {
            Ok(header) => self.enter(*header, bytes),
            Err(fault) => {
                let finding = damaged_header(&planned.path, fault, bytes.len());
                self.report.findings.push(finding);
            }
        }
        self.next_file += 1;
        Ok(true)
    }

    fn enter(&mut self, header: Header, bytes: Bytes) {
        let planned = &self.files[self.next_file];
        let vouched_lsn = header.first_lsn.saturating_sub(1);
        if !self.report.files.is_empty() && vouched_lsn > self.report.last_lsn {
            self.report.findings.push(Finding::Missing {
                path: planned.path.clone(),
                after_lsn: self.report.last_lsn,
                first_lsn: header.first_lsn,
            });
        }
        self.report.last_lsn = self.report.last_lsn.max(vouched_lsn);
        let is_last = self.next_file + 1 == self.files.len();
        let all_proven = !is_last || self.stop == Stop::Clean;
        let scan = Scan::new(header, bytes.len(), planned.limit_lsn, all_proven);
        let report = FileReport {
            path: planned.path.clone(),
            salt: header.salt,
            first_lsn: header.first_lsn,
            last_lsn: None,
            frames: 0,
            end: offset(HEADER_BYTES),
            len: offset(bytes.len()),
            tail: Tail::Whole,
        };
        self.current = Some(Current { index: self.next_file, bytes, scan, report });
    }

    /// The next frame of the current file; at its end the file's report is filed.
    fn advance(&mut self) -> Option<Frame> {
        let current = self.current.as_mut()?;
        match current.scan.step(&current.bytes) {
            Step::Frame(found) => {
                let payload = current.bytes.slice(found.payload.clone());
                let frame = Frame {
                    lsn: found.lsn,
                    kind: found.kind(),
                    payload,
                    file: current.index,
                    offset: offset(found.start),
                };
                current.report.count(found.lsn, found.end);
                self.report.count(found.lsn);
                Some(frame)
            }
            Step::Hole(range) => {
                let range = offset(range.start)..offset(range.end);
                current.report.tail = Tail::Corrupt;
                self.report.findings.push(Finding::Corrupt {
                    path: current.report.path.clone(),
                    expected: format!("a log frame after number {}", current.scan.last_lsn),
                    found: format!("{} bytes that are none", range.end - range.start),
                    range,
                });
                None
            }
            Step::End(tail) => {
                self.leave(tail);
                None
            }
        }
    }

    fn leave(&mut self, tail: Tail) {
        let Some(Current { mut report, .. }) = self.current.take() else { return };
        if report.tail != Tail::Corrupt {
            report.tail = tail;
        }
        if report.tail == Tail::Torn && self.stop != Stop::Running {
            self.report.findings.push(Finding::TornTail {
                path: report.path.clone(),
                offset: report.end,
                bytes: report.len - report.end,
            });
        }
        self.report.files.push(report);
    }
}

impl Iterator for Recovery<'_> {
    type Item = Result<Frame>;

    fn next(&mut self) -> Option<Result<Frame>> {
        loop {
            if self.current.is_some() {
                if let Some(frame) = self.advance() {
                    return Some(Ok(frame));
                }
                continue;
            }
            match self.open_next() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.next_file = self.files.len();
                    return Some(Err(error));
                }
            }
        }
    }
}

impl Report {
    fn count(&mut self, lsn: u64) {
        self.frames += 1;
        self.last_lsn = self.last_lsn.max(lsn);
    }
}

impl FileReport {
    fn count(&mut self, lsn: u64, end: usize) {
        self.frames += 1;
        self.last_lsn = Some(lsn);
        self.end = offset(end);
        self.tail = Tail::Whole;
    }
}

/// The salt in the header of a log file, without reading any further; nothing if the header is damaged.
///
/// # Errors
/// When the file cannot be read, or was written by a newer version of this layout.
pub fn salt(fs: &dyn Fs, path: &Path) -> Result<Option<u64>> {
    Ok(read_header(fs, path)?.ok().map(|header| header.salt))
}

fn read_header(fs: &dyn Fs, path: &Path) -> Result<std::result::Result<Header, HeaderFault>> {
    match Header::decode(&fs.read_at(path, 0, HEADER_BYTES)?) {
        Err(fault @ HeaderFault::Foreign { .. }) => Err(header_error(path, fault)),
        other => Ok(other),
    }
}

fn damaged_header(path: &Path, fault: &HeaderFault, len: usize) -> Finding {
    let (expected, found) = match fault {
        HeaderFault::Damaged { expected, found, .. } => (expected.clone(), found.clone()),
        HeaderFault::Foreign { version } => ("this version".to_owned(), format!("version {version}")),
    };
    Finding::Corrupt { path: path.to_path_buf(), range: 0..offset(len), expected, found }
}

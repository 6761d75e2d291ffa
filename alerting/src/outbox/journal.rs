//! The files behind the outbox: a record log of letters and marks, `outbox-NNNNNNNNNN.log`.
//!
//! A file that failed is never written again; the next record goes to the next number. Files are made when
//! there is something to write, so a quiet system has none.

use super::letter::{Done, KIND_DONE, KIND_RAISED, Letter};
use disk::log::{Finding, Frames, Stop, Writer, recover, settle};
use disk::{Fs, Result};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a frame says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Record {
    Raised(Box<Letter>),
    Done(Done),
}

/// The files, and the one that is being written.
#[derive(Debug)]
pub(super) struct Journal {
    fs: Arc<dyn Fs>,
    directory: PathBuf,
    /// The number of the file that is being written, or of the next one.
    number: u64,
    /// The sequence number of the next frame.
    sequence: u64,
    writer: Option<Writer>,
}

impl Journal {
    /// Reads the files from number `first` on, and goes on in a new one. Damage costs what it hit; it is
    /// told, and the damaged file is kept aside.
    pub(super) fn open(fs: Arc<dyn Fs>, directory: PathBuf, first: u64) -> (Self, Vec<Record>) {
        let files = files(&*fs, &directory);
        let number = files.last().map_or(first, |(number, _)| first.max(number + 1));
        let paths: Vec<PathBuf> =
            files.into_iter().filter(|(number, _)| *number >= first).map(|(_, path)| path).collect();
        let (records, sequence) = read(&*fs, &paths).unwrap_or_else(|error| {
            tracing::error!(%error, "the journal of events cannot be read and is set aside");
            paths.iter().for_each(|path| set_aside(&*fs, path));
            (Vec::new(), 1)
        });
        (Self { fs, directory, number, sequence, writer: None }, records)
    }

    /// Makes records durable. What fails is tried once more in a fresh file.
    pub(super) fn append(&mut self, records: &[(u8, Vec<u8>)]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        self.try_append(records).or_else(|_| self.try_append(records))
    }

    fn try_append(&mut self, records: &[(u8, Vec<u8>)]) -> Result<()> {
        let appended = self.write(records);
        match appended {
            Ok(()) => self.sequence += records.len() as u64,
            Err(_) => self.leave(),
        }
        appended
    }

    fn write(&mut self, records: &[(u8, Vec<u8>)]) -> Result<()> {
        let mut frames = Frames::new();
        for (sequence, (kind, payload)) in (self.sequence..).zip(records) {
            frames.push(sequence, *kind, payload)?;
        }
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => {
                let path = path(&self.directory, self.number);
                let salt = RandomState::new().hash_one(self.number);
                self.writer.insert(Writer::create(&*self.fs, &path, salt, self.sequence, 0)?)
            }
        };
        writer.append_sync(&mut frames)
    }

    fn leave(&mut self) {
        self.writer = None;
        self.number += 1;
    }

    /// What comes next goes to a file of this number or above.
    pub(super) fn rotate(&mut self) -> u64 {
        if self.writer.is_some() {
            self.leave();
        }
        self.number
    }

    pub(super) fn remove_before(&self, number: u64) {
        for (_, path) in files(&*self.fs, &self.directory).into_iter().filter(|(other, _)| *other < number) {
            // A file that stays is only untidy: its number says that it is past.
            if let Err(error) = self.fs.remove_file(&path) {
                tracing::warn!(%error, "an old journal of events stays");
            }
        }
    }
}

fn path(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("outbox-{number:010}.log"))
}

/// The journal's files, by number.
fn files(fs: &dyn Fs, directory: &Path) -> Vec<(u64, PathBuf)> {
    let entries = fs.list(directory).unwrap_or_default();
    let mut files: Vec<_> = entries
        .iter()
        .filter_map(|entry| {
            let name = entry.name.to_str()?;
            let number = name.strip_prefix("outbox-")?.strip_suffix(".log")?.parse().ok()?;
            Some((number, directory.join(name)))
        })
        .collect();
    files.sort();
    files
}

/// The records of some files, and the sequence number that follows them.
fn read(fs: &dyn Fs, paths: &[PathBuf]) -> Result<(Vec<Record>, u64)> {
    if paths.is_empty() {
        return Ok((Vec::new(), 1));
    }
    let mut recovery = recover(fs, paths, Stop::Unknown)?;
    let mut records = Vec::new();
    for frame in recovery.by_ref() {
        let frame = frame?;
        let record = match frame.kind {
            KIND_RAISED => Letter::from_bytes(&frame.payload).map(|letter| Record::Raised(Box::new(letter))),
            KIND_DONE => Done::from_bytes(&frame.payload).map(Record::Done),
            _ => None,
        };
        match record {
            Some(record) => records.push(record),
            None => tracing::warn!(kind = frame.kind, "a record of the journal of events is not understood"),
        }
    }
    let report = recovery.report();
    for finding in report.findings.iter().filter(|finding| finding.is_loss()) {
        tell(finding);
    }
    settle(fs, report)?;
    Ok((records, report.last_lsn + 1))
}

fn tell(finding: &Finding) {
    tracing::error!(?finding, "the journal of events is damaged; what was sound is used");
}

/// Renames a file that cannot be used, so that nobody takes it for one that can.
pub(crate) fn set_aside(fs: &dyn Fs, path: &Path) {
    let mut name = path.as_os_str().to_owned();
    name.push(".damaged");
    if let Err(error) = fs.rename(path, Path::new(&name)) {
        tracing::error!(%error, "a damaged file cannot be set aside");
    }
}

//! Reading every byte that has a checksum, and all that it says.

mod chunks;
mod manifest;
mod segments;
mod unknown;

use std::path::{Path, PathBuf};

use disk::{Fs, log};

use super::finding::{Finding, Findings};
use super::store::{Store, WalFiles, again};
use super::wal::{WalContent, WalDecoder};
use crate::damage::{self, DamageMark};
use crate::error::Result;
use crate::limits::INSPECT_ATTEMPTS_MAX;
use segments::Segments;

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// Frames of the MANIFEST.
    pub manifest_frames: u64,
    /// Segments that were read to their end.
    pub segments: u64,
    /// Bytes of the segments.
    pub segment_bytes: u64,
    /// Pages that were decoded; none with `quick`.
    pub pages: u64,
    /// Values that these held.
    pub values: u64,
    /// WAL files.
    pub wal_files: u64,
    /// Their frames.
    pub wal_frames: u64,
    /// Bytes of a write that was interrupted before it was acknowledged, or that is under way in a running server.
    pub wal_torn_bytes: u64,
    /// What readers of the server found damaged, as it noted it down. Such a place may be sound again, and is no
    /// finding by itself.
    pub marks: Vec<DamageMark>,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
    /// How many findings there are beyond [`INSPECT_FINDINGS_MAX`](crate::limits::INSPECT_FINDINGS_MAX).
    pub findings_more: u64,
}

impl Verification {
    /// Whether nothing is damaged.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of segments that were checked.
    pub bytes_done: u64,
    /// Bytes of all segments; may grow beside a running server.
    pub bytes_total: u64,
}

/// Verifies MANIFEST, segments and WAL. `quick` checks checksums, totals and names, but decodes no page.
///
/// A file that a running server takes away meanwhile is none that is missing, and what a merge puts in its place is
/// verified too. A segment that the MANIFEST does not know is being written by it; while no server has the directory, it
/// is a finding. Memory is that of the largest WAL file, and of one page.
///
/// # Errors
/// When it is no data directory, the MANIFEST is too new, or the disk fails. Damage, of the MANIFEST too, is in
/// [`Verification::findings`].
pub fn verify(
    fs: &dyn Fs,
    dir: &Path,
    quick: bool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Verification> {
    let mut findings = Findings::default();
    let mut verified = Verification::default();
    let Some(store) = manifest::read(fs, dir, &mut findings)? else {
        return Ok(finish(verified, findings));
    };
    manifest::check(&store, &mut findings);
    verified.manifest_frames = store.manifest.frames as u64;
    let marks = findings.note(&store.directory.damage(), damage::read(fs, &store.directory));
    verified.marks = marks.unwrap_or_default();
    let known = store.manifest.state.clone();
    let mut segments = Segments::new(quick, &mut findings, progress);
    segments.run(store)?;
    segments.report(&mut verified);
    unknown::check(fs, dir, &known, &mut findings)?;
    let wal = wal(fs, dir)?;
    verified.wal_files = wal.files;
    verified.wal_frames = wal.frames;
    verified.wal_torn_bytes = wal.torn_bytes;
    wal.findings.into_iter().for_each(|finding| findings.add(finding));
    Ok(finish(verified, findings))
}

fn finish(mut verified: Verification, findings: Findings) -> Verification {
    verified.findings = findings.list;
    verified.findings_more = findings.more;
    verified
}

#[derive(Default)]
struct WalChecked {
    files: u64,
    frames: u64,
    torn_bytes: u64,
    findings: Vec<Finding>,
}

/// Reads the WAL. What looks damaged must look so again after another look at the MANIFEST: a server that starts,
/// or a flush that takes files away, makes a sound log look damaged for a moment.
fn wal(fs: &dyn Fs, dir: &Path) -> Result<WalChecked> {
    let mut checked = WalChecked::default();
    for _ in 0..INSPECT_ATTEMPTS_MAX {
        checked = again(|| wal_once(&Store::read(fs, dir)?))?;
        if checked.findings.is_empty() {
            break;
        }
    }
    Ok(checked)
}

fn wal_once(store: &Store<'_>) -> Result<WalChecked> {
    let WalFiles { files, findings } = store.wal_files()?;
    let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
    let mut frames = log::recover(store.fs, &paths, store.stop())?;
    let mut decoder = WalDecoder::new(&store.manifest.state);
    let mut checked = WalChecked { files: files.len() as u64, findings, ..WalChecked::default() };
    while let Some(frame) = frames.next() {
        let frame = frame?;
        decoder.note_losses(frames.report(), &files);
        let file = &files[frame.file];
        let content = decoder.read(file.generation, frame.kind, &frame.payload, |_, _| {});
        let is_readable = match content {
            WalContent::Unknown(_) => false,
            WalContent::Rows { rows, .. } => rows.is_some() || decoder.lacks_frames(),
            WalContent::Changes(_) => true,
        };
        if !is_readable && checked.findings.len() < crate::limits::INSPECT_FINDINGS_MAX {
            let found = format!("kind {} that does not decode", frame.kind);
            checked.findings.push(Finding::new(&file.path, Some(frame.offset), "a record of the WAL", found));
        }
    }
    let report = frames.finish()?;
    checked.frames = report.frames;
    checked.findings.extend(report.findings.iter().filter_map(Finding::of_log));
    checked.torn_bytes = report.findings.iter().map(torn_bytes).sum();
    Ok(checked)
}

const fn torn_bytes(finding: &log::Finding) -> u64 {
    match finding {
        log::Finding::TornTail { bytes, .. } => *bytes,
        _ => 0,
    }
}

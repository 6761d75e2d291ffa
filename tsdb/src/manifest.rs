//! The MANIFEST: the one file that says which others count.
//!
//! A log of [`Edit`]s, each durable when [`Manifest::commit`] returns; applied in order they give the
//! [`State`]. A segment is written and synced before an edit names it, and removed after an edit has
//! forgotten it, so that a power cut at any step leaves either the old or the new. When the log grows
//! long, or an edit failed half way, it is replaced as a whole.
//!
//! The layout is in `docs/format/manifest.md`.

mod edit;
pub(crate) mod format;
pub(crate) mod reading;
mod state;

use std::sync::Arc;

use disk::Fs;
use disk::log::{self, Frames, Writer};

pub(crate) use edit::{Edit, SegmentId, SegmentInfo};
pub(crate) use state::State;

use crate::directory::{self, Directory};
use crate::error::{Error, Result};
use crate::limits::MANIFEST_EDITS_MAX;
use format::{FORMAT, KIND_FORMAT};
use reading::Reading;

/// The MANIFEST of an open directory.
#[derive(Debug)]
pub(crate) struct Manifest {
    fs: Arc<dyn Fs>,
    directory: Directory,
    state: State,
    /// None after a failure: the next commit replaces the file.
    writer: Option<Writer>,
    next_frame: u64,
    edits: usize,
}

/// What reading a MANIFEST found besides its edits.
#[derive(Debug, Default)]
pub(crate) struct ManifestReport {
    /// Bytes of a torn end that were cut off.
    pub(crate) torn_bytes: u64,
    /// Whether the last edit says that the engine was stopped.
    pub(crate) clean_stop: bool,
}

impl Manifest {
    /// Makes the MANIFEST of an empty directory.
    pub(crate) fn create(fs: Arc<dyn Fs>, directory: Directory) -> Result<Self> {
        let mut manifest =
            Self { fs, directory, state: State::default(), writer: None, next_frame: 1, edits: 0 };
        manifest.replace()?;
        Ok(manifest)
    }

    /// Prepares the MANIFEST of a directory, as it was read, for the next edit. A torn end is cut off.
    pub(crate) fn open(
        fs: Arc<dyn Fs>,
        directory: Directory,
        found: Reading,
    ) -> Result<(Self, ManifestReport)> {
        log::settle(&*fs, &found.report)?;
        let writer = match found.report.files.first() {
            // A file of an older format takes no new records: it is replaced first.
            Some(file) if found.formats.writer == FORMAT => Some(Writer::reopen(&*fs, file, 0)?),
            _ => None,
        };
        let report = ManifestReport { torn_bytes: found.torn_bytes, clean_stop: found.clean_stop };
        let (next_frame, edits) = (found.last_frame + 1, found.frames);
        Ok((Self { fs, directory, state: found.state, writer, next_frame, edits }, report))
    }

    /// What the edits so far amount to.
    pub(crate) const fn state(&self) -> &State {
        &self.state
    }

    /// Notes that the files of these segments are gone. The next replacement of the file says so too; until
    /// then a restart looks for them in vain, which costs nothing.
    pub(crate) fn forget_obsolete(&mut self, ids: &[SegmentId]) {
        self.state.obsolete_gone(ids);
    }

    /// Makes an edit durable, then takes it into the state.
    ///
    /// After an error the edit may or may not be found by a restart: files that it names must stay.
    pub(crate) fn commit(&mut self, edit: &Edit) -> Result<()> {
        if self.writer.is_none() || self.edits >= MANIFEST_EDITS_MAX {
            let mut next = self.state.clone();
            next.apply(edit);
            let before = std::mem::replace(&mut self.state, next);
            let replaced = self.replace();
            if replaced.is_err() {
                self.state = before;
            }
            return replaced;
        }
        let mut frames = Frames::one(self.next_frame, edit.kind(), &edit.encode())?;
        let Some(writer) = self.writer.as_mut() else { return Err(Error::Stopped) };
        if let Err(error) = writer.append_sync(&mut frames) {
            self.writer = None;
            return Err(error.into());
        }
        self.next_frame += 1;
        self.edits += 1;
        self.state.apply(edit);
        Ok(())
    }

    /// Replaces the file after a failure, so that a restart does not find the edit that failed, and a file of an older
    /// format.
    pub(crate) fn mend(&mut self) -> Result<()> {
        if self.writer.is_some() { Ok(()) } else { self.replace() }
    }

    /// The bytes of a MANIFEST that says `state` and that nothing is in the WAL: what a copy of the directory
    /// opens with.
    pub(crate) fn image(&self, state: State) -> Result<Vec<u8>> {
        let first = self.next_frame;
        let mut frames = Frames::one(first, KIND_FORMAT, &format::versions())?;
        let whole = Edit::Whole(Box::new(state));
        frames.push(first + 1, whole.kind(), &whole.encode())?;
        frames.push(first + 2, Edit::Stopped.kind(), &Edit::Stopped.encode())?;
        Ok(log::image(directory::salt(first), first, &mut frames))
    }

    /// Writes the whole state into a new file and puts it in the place of the old one.
    fn replace(&mut self) -> Result<()> {
        self.writer = None;
        let beside = self.directory.next_manifest();
        if self.fs.exists(&beside)? {
            self.fs.remove_file(&beside)?;
        }
        let salt = directory::salt(self.next_frame);
        let mut writer = Writer::create(&*self.fs, &beside, salt, self.next_frame, 0)?;
        let mut frames = Frames::one(self.next_frame, KIND_FORMAT, &format::versions())?;
        let whole = Edit::Whole(Box::new(self.state.clone()));
        frames.push(self.next_frame + 1, whole.kind(), &whole.encode())?;
        writer.append_sync(&mut frames)?;
        self.fs.rename(&beside, &self.directory.manifest())?;
        self.fs.sync_dir(self.directory.root())?;
        self.next_frame += 2;
        self.edits = 0;
        self.writer = Some(writer);
        Ok(())
    }
}

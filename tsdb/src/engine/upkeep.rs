//! What happens behind the writers' backs: freezing, dropping, merging, sweeping.
//!
//! One holder of the upkeep lock at a time; the steps are the same whether a thread takes them or a test does.
//! A merge holds the lock only where it begins and ends (`merges`). A step that fails leaves everything as it was
//! and is taken again.

mod backup;
mod drops;
mod flush;
mod forget;
mod judged;
mod merges;

use std::collections::HashSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use disk::Fs;
use forget::Judged;

use super::lost::move_aside;
use super::{Engine, WriterState};
use crate::backup::Pin;
use crate::directory::Directory;
use crate::error::Result;
use crate::limits::{
    DELETE_FREEZE, GENERATION_DELETES_BEFORE_SEAL, IDLE_FREEZE_LARGE, IDLE_HEAD_BYTES, SEALED_GENERATIONS_MAX,
};
use crate::manifest::{Edit, Manifest, SegmentId, State};
use crate::readers::Readers;
use crate::shard::Segment;
use crate::wal::folder::Folder;
use merges::Drive;

/// What only the holder of the upkeep lock touches.
#[derive(Debug)]
pub(crate) struct Upkeep {
    pub(crate) manifest: Manifest,
    pub(crate) next_segment: SegmentId,
    readers: Readers,
    /// Segments that do not count any more, until their last reader lets go.
    doomed: Vec<SegmentId>,
    /// Segments of edits that failed: a restart may find such an edit until the MANIFEST is replaced.
    doubtful: Vec<SegmentId>,
    /// Segments that backups under way copy: their files stay, whatever becomes of them.
    pins: Vec<Weak<HashSet<SegmentId>>>,
    lessons: merges::Lessons,
    outlooks: merges::Outlooks,
    judged: Judged,
    /// Whether much memory was freed since it was last given back.
    has_freed: bool,
}

impl Upkeep {
    pub(crate) fn new(manifest: Manifest, next_segment: SegmentId, readers: Readers) -> Self {
        let judged = Judged::new(manifest.state());
        Self {
            manifest,
            readers,
            next_segment,
            doomed: Vec::new(),
            doubtful: Vec::new(),
            pins: Vec::new(),
            lessons: merges::Lessons::default(),
            outlooks: merges::Outlooks::default(),
            judged,
            has_freed: false,
        }
    }

    fn new_segment(&mut self) -> SegmentId {
        self.next_segment += 1;
        self.next_segment - 1
    }

    /// Commits an edit that names these new segments. If that fails their files stay for now.
    fn commit(&mut self, edit: &Edit, segments: &[SegmentId]) -> Result<()> {
        if let Err(error) = self.manifest.commit(edit) {
            self.doubtful.extend(segments);
            return Err(error);
        }
        // After a failure the edit has come with a new MANIFEST, which does not know those that failed.
        let doubtful = std::mem::take(&mut self.doubtful);
        self.doom_unread(doubtful.into_iter());
        Ok(())
    }

    /// Settles which segments count after an edit failed, so that its repetition does not fill the disk with one
    /// set of files after another.
    fn settle(&mut self) -> Result<()> {
        if !self.doubtful.is_empty() {
            self.manifest.mend()?;
            let doubtful = std::mem::take(&mut self.doubtful);
            self.doom_unread(doubtful.into_iter());
        }
        Ok(())
    }

    fn doom(&mut self, segments: &[Segment]) {
        self.doomed.extend(segments.iter().map(|segment| segment.info.id));
    }

    /// Segments that no reader sees.
    fn doom_unread(&mut self, ids: impl Iterator<Item = SegmentId>) {
        self.doomed.extend(ids);
    }

    /// Keeps the files of these segments until the last holder of `pin` lets go.
    fn pin(&mut self, pin: &Pin) {
        self.pins.retain(|pin| pin.strong_count() > 0);
        self.pins.push(Arc::downgrade(pin));
    }

    /// Removes the files of segments that nobody reads any more and no backup copies.
    fn sweep(&mut self, fs: &dyn Fs, directory: &Directory) -> Result<()> {
        let pins: Vec<Pin> = self.pins.iter().filter_map(Weak::upgrade).collect();
        let is_pinned = |id: &SegmentId| pins.iter().any(|pin| pin.contains(id));
        let (held, free) = std::mem::take(&mut self.doomed)
            .into_iter()
            .partition::<Vec<_>, _>(|id| self.readers.is_used(*id) || is_pinned(id));
        self.doomed = held;
        if free.is_empty() {
            return Ok(());
        }
        for id in &free {
            let path = directory.segment(*id);
            // One that was never finished may still have its other name.
            let removed = remove_file(fs, &disk::temporary_path(&path)).and_then(|()| remove_file(fs, &path));
            if let Err(error) = removed {
                self.doomed.extend(free);
                return Err(error);
            }
        }
        fs.sync_dir(&directory.segments())?;
        self.manifest.forget_obsolete(&free);
        Ok(())
    }
}

impl Engine {
    /// Takes every step that is due: freezes, drops, merges, sweeps. Without the background threads the owner
    /// calls it.
    ///
    /// A step that fails keeps no later one back: a disk that is too full for new segments gets its room from
    /// dropped shards.
    ///
    /// # Errors
    /// The first failure; what it concerned is tried again by a later call. When the engine is stopped.
    pub fn maintain_once(&self) -> Result<()> {
        let kept = self.upkeep_once();
        self.writer.lock().running()?;
        let merged = self.merge_due(&Drive { rate: None, is_abandoned: &|| false });
        let mut upkeep = self.upkeep.lock();
        let forgotten = self.forget_tombstones(&mut upkeep);
        let swept = upkeep.sweep(&*self.fs, &self.directory);
        kept.and(merged).and(forgotten).and(swept)
    }

    /// Takes every step that is due but merges.
    pub(super) fn upkeep_once(&self) -> Result<()> {
        let mut upkeep = self.upkeep.lock();
        self.writer.lock().running()?;
        self.space.look();
        let flushed = self.seal_if_due().and_then(|()| self.flush_unread(&mut upkeep));
        let orphans = self.drop_orphans(&mut upkeep);
        let expired = self.drop_expired(&mut upkeep);
        let forgotten = self.forget_tombstones(&mut upkeep);
        let swept = upkeep.sweep(&*self.fs, &self.directory);
        if std::mem::take(&mut upkeep.has_freed) {
            disk::release_memory();
        }
        let noted = self.save_damage(&upkeep);
        self.clock_guard.save_if_due(&*self.fs);
        if self.space.is_low() {
            self.space.look();
        }
        flushed.and(orphans).and(expired).and(forgotten).and(swept).and(noted)
    }

    /// Merges what is due, at the rate of the options, until everybody else has let go of the engine.
    pub(super) fn merge_in_background(self: &Arc<Self>) -> Result<()> {
        let engine = Arc::downgrade(self);
        let rate = self.options.merge_bytes_per_second;
        self.merge_due(&Drive { rate, is_abandoned: &|| engine.strong_count() <= 1 })
    }

    /// Writes everything that was accepted into segments.
    ///
    /// # Errors
    /// When that fails; the points stay where they are.
    pub fn freeze(&self) -> Result<()> {
        self.flush_all(&mut self.upkeep.lock())
    }

    /// As [`freeze`](Self::freeze), for the holder of the upkeep lock.
    fn flush_all(&self, upkeep: &mut Upkeep) -> Result<()> {
        loop {
            self.flush_sealed(upkeep)?;
            let mut guard = self.writer.lock();
            let writer = guard.running()?;
            // Writers that have filled as many generations again since were held back, and must be let go first.
            if self.view.load().sealed().len() < SEALED_GENERATIONS_MAX {
                self.seal(writer)?;
                break;
            }
        }
        self.flush_sealed(upkeep)
    }

    /// Writes everything into segments, closes the WAL and leaves a mark that nothing is missing. No write is
    /// taken from here on; snapshots still answer.
    ///
    /// # Errors
    /// When a step fails: everything acknowledged is then in the WAL, for the next start.
    pub fn stop(&self) -> Result<()> {
        self.merging.close();
        self.worker.stop();
        self.merger.stop();
        let mut upkeep = self.upkeep.lock();
        let state = std::mem::replace(&mut *self.writer.lock(), WriterState::Stopped);
        let WriterState::Running(mut writer) = state else { return Ok(()) };
        // From here on no writer can seal another generation.
        let flushed = self.flush_sealed(&mut upkeep);
        // The disk may be well again since the log's last try. If it is not, sealing says why.
        let _ = self.wal.read().as_ref().map(crate::wal::Wal::retry);
        let sealed = flushed.and_then(|()| {
            let _lock = self.writer.lock();
            self.seal(&mut writer)
        });
        self.ring.close();
        let flushed = sealed.and_then(|()| self.flush_sealed(&mut upkeep));
        let wal = self.wal.write().take();
        let closed = wal.map_or(Ok(()), crate::wal::Wal::stop);
        let stopped = flushed.and(closed).and_then(|()| self.leave_mark(&mut upkeep));
        drop(self.lock.lock().take());
        stopped
    }

    fn leave_mark(&self, upkeep: &mut Upkeep) -> Result<()> {
        self.empty_wal(upkeep.manifest.state())?;
        upkeep.settle()?;
        upkeep.sweep(&*self.fs, &self.directory)?;
        self.save_damage(upkeep)?;
        self.clock_guard.save(&*self.fs);
        upkeep.commit(&Edit::Stopped, &[])
    }

    /// Removes the files of the WAL, all of whose rows are in segments, and puts aside what is no file of ours.
    fn empty_wal(&self, state: &State) -> Result<()> {
        let folder = Folder::read(&*self.fs, &self.directory, state)?;
        for path in folder.strays.iter().map(|stray| &stray.path).chain(&folder.unknown) {
            let to = move_aside(&*self.fs, &self.directory, path)?;
            tracing::warn!(path = %path.display(), to = %to.display(), "a file in the folder of the WAL is not of this data directory");
        }
        let counting = folder.counting.iter().map(|file| &file.path);
        for path in counting.chain(&folder.flushed).chain(&folder.temporary) {
            remove_file(&*self.fs, path)?;
        }
        Ok(self.fs.sync_dir(&self.directory.wal())?)
    }

    /// Writes down which damage was met, without that of segments that are gone.
    fn save_damage(&self, upkeep: &Upkeep) -> Result<()> {
        let known = &upkeep.manifest.state().segments;
        self.damage.forget(|segment| !known.contains_key(&segment));
        self.damage.save(&*self.fs)
    }

    /// Seals the active generation when it is full, nobody has written to it for long, or deletes wait for it; and on a disk that is almost
    /// full, because the segments take less room than the WAL files that go for them.
    fn seal_if_due(&self) -> Result<()> {
        let mut guard = self.writer.lock();
        let Ok(writer) = guard.running() else { return Ok(()) };
        let view = self.view.load();
        let active = view.active();
        let now = self.options.clock.monotonic();
        let idle = now.saturating_sub(writer.last_write);
        let deleted = writer.first_delete.map(|first| now.saturating_sub(first));
        let idle_max = self.options.idle_freeze.max(Duration::from_secs(1));
        let is_large = active.head_bytes() >= IDLE_HEAD_BYTES;
        let is_due = active.wal_bytes() >= self.generation_wal_bytes()
            || self.space.is_low()
            || active.head_bytes() >= self.options.generation_head_bytes
            || idle >= idle_max
            || active.data.read().deletes.len() >= GENERATION_DELETES_BEFORE_SEAL
            || deleted.is_some_and(|age| age >= DELETE_FREEZE)
            || (is_large && idle >= IDLE_FREEZE_LARGE);
        if is_due && view.sealed().is_empty() { self.seal(writer) } else { Ok(()) }
    }
}

/// Removes a file that may be gone already.
fn remove_file(fs: &dyn Fs, path: &std::path::Path) -> Result<()> {
    match fs.remove_file(path) {
        Err(error) if error.is_not_found() => Ok(()),
        other => Ok(other?),
    }
}

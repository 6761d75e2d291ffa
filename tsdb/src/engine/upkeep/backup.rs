//! Fixing the moment of a backup.

use std::collections::HashSet;
use std::sync::Arc;

use crate::backup::{self, Backup, BackupFile, BackupList, Checksum, OwnedFile, Pin};
use crate::directory;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::manifest::{SegmentInfo, State};
use crate::segment::{END_LEN, content_checksum};

/// What holds at the moment of a backup.
struct Moment {
    state: State,
    manifest: Vec<u8>,
    pin: Pin,
}

impl Engine {
    /// The store as it is now: everything that was accepted before the call, and nothing that is accepted after
    /// it has returned. `owned` are the files of others, copied before the call; `base` is the backup that this
    /// one is made against, for its list to name.
    ///
    /// What is in heads goes into segments first. Writes go on meanwhile, other upkeep waits for that.
    ///
    /// # Errors
    /// When the heads cannot be written into segments, as on a full disk; when an owner's file has a name that
    /// cannot be used; when the engine is stopped.
    pub fn backup(&self, owned: Vec<OwnedFile>, base: Option<&BackupList>) -> Result<Backup> {
        let created_ns = self.options.clock.now_ns();
        let moment = self.moment()?;
        let mut small = vec![OwnedFile { name: "MANIFEST".to_owned(), bytes: moment.manifest }];
        small.extend(owned);
        let (mut files, mut unreadable) = (Vec::new(), Vec::new());
        for info in moment.state.segments.values() {
            match self.describe_segment(info) {
                Ok(file) => files.push(file),
                Err((name, error)) => {
                    tracing::error!(%error, name, "a segment is left out of a backup");
                    unreadable.push(name);
                }
            }
        }
        for file in &small {
            files.push(backup::describe(file)?);
        }
        let id = format!("{created_ns:016x}-{:016x}", directory::salt(moment.state.flushed_lsn.0));
        let list = BackupList {
            format: backup::FORMAT,
            id,
            created_ns,
            lsn: moment.state.flushed_lsn,
            base: base.map(|base| base.id.clone()),
            files,
            unreadable,
            damaged: Vec::new(),
        };
        let (fs, root) = (self.fs.clone(), self.directory.root().to_path_buf());
        Ok(Backup { fs, root, list, small, pin: moment.pin })
    }

    /// Puts everything accepted so far into segments, and holds the segments that there are then.
    fn moment(&self) -> Result<Moment> {
        let mut upkeep = self.upkeep.lock();
        self.flush_all(&mut upkeep)?;
        let state = upkeep.manifest.state().clone().for_copy();
        let manifest = upkeep.manifest.image(state.clone())?;
        let pin: Pin = Arc::new(state.segments.keys().copied().collect::<HashSet<_>>());
        upkeep.pin(&pin);
        Ok(Moment { state, manifest, pin })
    }

    /// What the list says of a segment; or its name, and why it cannot be read.
    fn describe_segment(&self, info: &SegmentInfo) -> std::result::Result<BackupFile, (String, Error)> {
        let path = self.directory.segment(info.id);
        let below = path.strip_prefix(self.directory.root()).unwrap_or(&path);
        let name = below.to_string_lossy().into_owned();
        let checksum = || -> Result<(u64, u32)> {
            let bytes = self.fs.len(&path)?;
            let start = bytes.saturating_sub(END_LEN as u64);
            let end = self.fs.read_at(&path, start, END_LEN)?;
            Ok((bytes, content_checksum(&end, &path)?))
        };
        match checksum() {
            Ok((bytes, crc)) => Ok(BackupFile { name, bytes, checksum: Checksum::Segment(crc) }),
            Err(error) => Err((name, error)),
        }
    }
}

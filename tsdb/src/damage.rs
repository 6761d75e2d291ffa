//! Damage that readers met: noted once, kept over restarts, told to whoever asks.
//!
//! A bad block fails the queries that need it; the mark is how an operator learns which file to bring back from a
//! backup. Marks are a help for people: nothing in the engine decides by them, and a lost file of marks costs no
//! more than meeting the damage again. A mark goes when its segment does, or when a start finds its place sound.

mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use disk::Fs;
use model::Clock;
use threads::Mutex;

use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::limits::{DAMAGE_MARKS_MAX, DAMAGE_MARKS_PER_FILE};

/// A place in a file that is not what the engine wrote there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamageMark {
    /// The file, from the data directory on.
    pub file: PathBuf,
    /// Where the damage was noticed, in bytes from the start of the file.
    pub offset: u64,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// When a reader met it first, in ns since 1970.
    pub first_seen_ns: i64,
}

/// The marks of a data directory; clones speak of the same ones.
#[derive(Debug, Clone)]
pub(crate) struct Damage(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    directory: Directory,
    clock: Arc<dyn Clock>,
    /// How often a reader met damage, the same or other.
    met: AtomicU64,
    marks: Mutex<Marks>,
}

#[derive(Debug, Default)]
struct Marks {
    by_place: BTreeMap<(PathBuf, u64), DamageMark>,
    /// Whether the file of marks says something else.
    is_unsaved: bool,
    /// Whether it was told that there are more than are noted.
    told_of_more: bool,
}

impl Damage {
    /// The marks that an earlier run left.
    pub(crate) fn open(fs: &dyn Fs, directory: &Directory, clock: Arc<dyn Clock>) -> Self {
        let known = read(fs, directory).unwrap_or_else(|error| {
            tracing::warn!(%error, "the marks of damage cannot be read: damage will be noted when it is met again");
            Vec::new()
        });
        let by_place = known.into_iter().map(|mark| ((mark.file.clone(), mark.offset), mark)).collect();
        let marks = Marks { by_place, ..Marks::default() };
        Self(Arc::new(Shared {
            directory: directory.clone(),
            clock,
            met: AtomicU64::new(0),
            marks: Mutex::new(marks),
        }))
    }

    /// Notes the damage that an error tells of; other errors are none.
    pub(crate) fn note(&self, error: &Error) {
        let Error::Corrupt { path, offset, expected, found } = error else { return };
        self.0.met.fetch_add(1, Ordering::Relaxed);
        let file = path.strip_prefix(self.0.directory.root()).unwrap_or(path).to_path_buf();
        let place = (file.clone(), *offset);
        let mut marks = self.0.marks.lock();
        if marks.by_place.contains_key(&place) {
            return;
        }
        if !marks.has_room(&file) {
            if !std::mem::replace(&mut marks.told_of_more, true) {
                tracing::error!(%error, "damage, and more of it than is noted");
            }
            return;
        }
        tracing::error!(%error, "damage: queries that need these bytes fail, all others go on");
        let first_seen_ns = self.0.clock.now_ns();
        let (expected, found) = (expected.clone(), found.clone());
        marks.by_place.insert(place, DamageMark { file, offset: *offset, expected, found, first_seen_ns });
        marks.is_unsaved = true;
    }

    /// All marks, by file and offset.
    pub(crate) fn marks(&self) -> Vec<DamageMark> {
        self.0.marks.lock().by_place.values().cloned().collect()
    }

    /// How many marks there are.
    pub(crate) fn mark_count(&self) -> u64 {
        self.0.marks.lock().by_place.len() as u64
    }

    /// How often a reader met damage since the start.
    pub(crate) fn met_count(&self) -> u64 {
        self.0.met.load(Ordering::Relaxed)
    }

    /// Forgets the marks of segments for which `is_gone` holds.
    pub(crate) fn forget(&self, is_gone: impl Fn(u64) -> bool) {
        let mut marks = self.0.marks.lock();
        let before = marks.by_place.len();
        marks.by_place.retain(|(file, _), _| {
            let segment = file.file_name().and_then(crate::directory::segment_name);
            !segment.is_some_and(&is_gone)
        });
        marks.is_unsaved |= marks.by_place.len() != before;
    }

    /// Looks at the marked places of a file again, and forgets those that are sound.
    pub(crate) fn look_again(&self, path: &Path, is_sound: impl Fn(u64) -> bool) {
        let file = path.strip_prefix(self.0.directory.root()).unwrap_or(path);
        let places = (file.to_path_buf(), 0)..=(file.to_path_buf(), u64::MAX);
        let marked = |marks: &Marks| marks.by_place.range(places).map(|((_, offset), _)| *offset).collect();
        let offsets: Vec<u64> = marked(&self.0.marks.lock());
        for offset in offsets.into_iter().filter(|offset| is_sound(*offset)) {
            tracing::info!(file = %path.display(), offset, "a place that was damaged is sound again");
            let mut marks = self.0.marks.lock();
            marks.by_place.remove(&(file.to_path_buf(), offset));
            marks.is_unsaved = true;
        }
    }

    /// Writes the marks down, if there are others than were written last.
    ///
    /// # Errors
    /// When that fails; it is due again then.
    pub(crate) fn save(&self, fs: &dyn Fs) -> Result<()> {
        let text = {
            let mut marks = self.0.marks.lock();
            if !std::mem::take(&mut marks.is_unsaved) {
                return Ok(());
            }
            text::encode(marks.by_place.values())
        };
        let saved = disk::replace(fs, &self.0.directory.damage(), text.as_bytes());
        if saved.is_err() {
            self.0.marks.lock().is_unsaved = true;
        }
        Ok(saved?)
    }
}

impl Marks {
    fn has_room(&self, file: &Path) -> bool {
        let of_file = self.by_place.range((file.to_path_buf(), 0)..=(file.to_path_buf(), u64::MAX)).count();
        self.by_place.len() < DAMAGE_MARKS_MAX && of_file < DAMAGE_MARKS_PER_FILE
    }
}

/// The marks that were left in a data directory; none if there is no file of them.
///
/// # Errors
/// When the file cannot be read, or is not one of marks.
pub(crate) fn read(fs: &dyn Fs, directory: &Directory) -> Result<Vec<DamageMark>> {
    let path = directory.damage();
    if !fs.exists(&path)? {
        return Ok(Vec::new());
    }
    let bytes = fs.read_at(&path, 0, text::BYTES_MAX)?;
    text::decode(&bytes).map_err(|(offset, expected)| Error::corrupt(&path, offset, expected, "other text"))
}

//! What lies in the folder of the WAL: the files that count, and those that are not to be read.
//!
//! A name says which generation and number a file has; its salt proves it (`runs`). A file of ours under another one's
//! name is taken for what it is. One that no run of this directory wrote, or a second copy, is a stray: replayed it
//! would put other people's points among ours, or overrule what was acknowledged.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use disk::{Fs, log};

use crate::directory::{self, Directory};
use crate::error::Result;
use crate::generation::GenerationId;
use crate::manifest::State;
use crate::wal::runs::Runs;

/// A file of the WAL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WalPath {
    pub(crate) generation: GenerationId,
    pub(crate) number: u64,
    pub(crate) path: PathBuf,
}

impl WalPath {
    /// Whether it is surely the first file of its generation: each run begins one with its first file. What is missing
    /// before it is of other generations.
    pub(crate) const fn begins_generation(&self) -> bool {
        self.number == 1
    }
}

/// A file that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Oddity {
    pub(crate) path: PathBuf,
    pub(crate) expected: String,
    pub(crate) found: String,
}

/// The folder of the WAL.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// Files of generations that are not in segments, in the order in which they are read.
    pub(crate) counting: Vec<WalPath>,
    /// Files of generations that are in segments.
    pub(crate) flushed: Vec<PathBuf>,
    /// Files of ours that have the name of another one; they count all the same.
    pub(crate) misnamed: Vec<Oddity>,
    /// Files that are not of this data directory, and copies of files that are there.
    pub(crate) strays: Vec<Oddity>,
    /// Those of the strays, of generations that are not in segments, that no known run wrote: another directory's, or
    /// ours if the MANIFEST has lost the run.
    pub(crate) unexplained: Vec<PathBuf>,
    /// What interrupted writes left.
    pub(crate) temporary: Vec<PathBuf>,
    /// What has no name of ours, and folders.
    pub(crate) unknown: Vec<PathBuf>,
}

/// A file under the generation and number of its name.
#[derive(Debug)]
struct Named {
    generation: GenerationId,
    number: u64,
    path: PathBuf,
    /// None if its header is damaged or, of a generation that is in segments, cannot be read.
    salt: Option<u64>,
}

impl Folder {
    /// Looks at every file in the folder, which may not be there.
    ///
    /// # Errors
    /// When the disk fails, or a file of a generation that is not in segments has a format that this program does not
    /// know.
    pub(crate) fn read(fs: &dyn Fs, directory: &Directory, state: &State) -> Result<Self> {
        let mut folder = Self::default();
        let named = folder.list(fs, &directory.wal(), state.flushed)?;
        let mut files: BTreeMap<(GenerationId, u64), PathBuf> = BTreeMap::new();
        let (placed, others): (Vec<Named>, Vec<Named>) =
            named.into_iter().partition(|file| file.is_in_place(&state.runs));
        let names: Vec<(GenerationId, u64)> =
            placed.iter().chain(&others).map(|file| (file.generation, file.number)).collect();
        files.extend(placed.into_iter().map(|file| ((file.generation, file.number), file.path)));
        for file in others {
            match file.true_place(&state.runs, &names) {
                Some(place) if !files.contains_key(&place) => {
                    folder.misnamed.push(file.misnamed(place));
                    files.insert(place, file.path);
                }
                Some(place) => folder.strays.push(file.copy_of(place)),
                None => {
                    folder.strays.push(file.stray(&state.runs));
                    folder.unexplained.extend((file.generation > state.flushed).then_some(file.path));
                }
            }
        }
        for ((generation, number), path) in files {
            if generation > state.flushed {
                folder.counting.push(WalPath { generation, number, path });
            } else {
                folder.flushed.push(path);
            }
        }
        Ok(folder)
    }

    /// The files that have a name of ours; notes the others. What is in segments is not needed here: nothing that is
    /// wrong with such a file keeps anybody from the others.
    fn list(&mut self, fs: &dyn Fs, dir: &Path, flushed: GenerationId) -> Result<Vec<Named>> {
        let mut named = Vec::new();
        let entries = if fs.exists(dir)? { fs.list(dir)? } else { Vec::new() };
        for entry in entries {
            let path = dir.join(&entry.name);
            match directory::wal_name(&entry.name) {
                Some((generation, number)) if !entry.is_dir => {
                    let mut file = Named { generation, number, path, salt: None };
                    match log::salt(fs, &file.path) {
                        // A running engine has taken it away.
                        Err(error) if error.is_not_found() => continue,
                        Err(disk::Error::Foreign { found, .. }) if generation <= flushed => {
                            self.strays.push(file.odd(format!("one of format {found}")));
                            continue;
                        }
                        Err(_) if generation <= flushed => {}
                        salt => file.salt = salt?,
                    }
                    named.push(file);
                }
                None if directory::is_temporary(&entry.name) => self.temporary.push(path),
                _ => self.unknown.push(path),
            }
        }
        Ok(named)
    }
}

impl Named {
    /// Whether it is what its name says. A damaged header says nothing; the log does not read on behind it.
    fn is_in_place(&self, runs: &Runs) -> bool {
        match self.salt {
            Some(salt) => runs.admits(self.generation, self.number, salt),
            None => runs.covers(self.generation),
        }
    }

    /// Which of the names in the folder it should have.
    fn true_place(&self, runs: &Runs, names: &[(GenerationId, u64)]) -> Option<(GenerationId, u64)> {
        let salt = self.salt?;
        names.iter().copied().find(|(generation, number)| runs.proves(*generation, *number, salt))
    }

    fn misnamed(&self, (generation, number): (GenerationId, u64)) -> Oddity {
        self.odd(format!("{}, as which it is read", directory::wal_file_name(generation, number)))
    }

    fn copy_of(&self, (generation, number): (GenerationId, u64)) -> Oddity {
        self.odd(format!("a copy of {}", directory::wal_file_name(generation, number)))
    }

    fn stray(&self, runs: &Runs) -> Oddity {
        let found = if runs.covers(self.generation) {
            "one that no run of this data directory wrote there"
        } else {
            "one from before all that this data directory has in its log"
        };
        self.odd(found.to_owned())
    }

    fn odd(&self, found: String) -> Oddity {
        let expected =
            format!("file {} of generation {} of this data directory", self.number, self.generation);
        Oddity { path: self.path.clone(), expected, found }
    }
}

impl std::fmt::Display for Oddity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, expected, found } = self;
        write!(formatter, "{} is in a wrong place: expected {expected}, found {found}", path.display())
    }
}

//! The files of a data directory as bytes: read from one disk, changed by a test, put on another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use disk::Fs;

/// File contents by their paths inside the directory. The lock is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Image(pub(crate) BTreeMap<PathBuf, Vec<u8>>);

impl Image {
    /// Reads every file below `dir`.
    pub(crate) fn of(fs: &dyn Fs, dir: &Path) -> Self {
        let mut image = Self::default();
        image.add(fs, dir, Path::new(""));
        image
    }

    fn add(&mut self, fs: &dyn Fs, root: &Path, inside: &Path) {
        for entry in fs.list(&root.join(inside)).expect("the folder can be read") {
            let path = inside.join(&entry.name);
            if entry.is_dir {
                self.add(fs, root, &path);
            } else if entry.name != disk::LOCK_FILE_NAME {
                self.0.insert(path.clone(), fs.read(&root.join(&path)).expect("the file can be read"));
            }
        }
    }

    /// Writes the files below `dir`, which has none of them.
    pub(crate) fn put(&self, fs: &dyn Fs, dir: &Path) {
        for (inside, bytes) in &self.0 {
            let path = dir.join(inside);
            let folder = path.parent().expect("a file lies in a folder");
            fs.create_dir_all(folder).expect("the folder can be made");
            let mut file = fs.create(&path).expect("the file can be made");
            file.append(bytes).expect("the file takes its bytes");
            file.sync_data().expect("the file can be synced");
            fs.sync_dir(folder).expect("the folder can be synced");
        }
    }

    /// Bytes of all files together.
    pub(crate) fn bytes(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }
}

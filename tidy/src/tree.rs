//! The repository's files, as text.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file of the repository.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its path, relative to the repository.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Where the repository is.
#[derive(Debug, Clone)]
pub struct Tree(PathBuf);

impl Tree {
    /// The repository that this crate was built in.
    #[must_use]
    pub fn own() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self(manifest.parent().unwrap_or(manifest).to_path_buf())
    }

    /// A file's text.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, path: &str) -> io::Result<String> {
        fs::read_to_string(self.0.join(path))
    }

    /// Every file with this ending below the folders, sorted by path; build output is left out.
    ///
    /// # Errors
    /// When a folder or file cannot be read.
    pub fn files(&self, folders: &[&str], ending: &str) -> io::Result<Vec<SourceFile>> {
        let mut found = Vec::new();
        for folder in folders {
            self.collect(&self.0.join(folder), ending, &mut found)?;
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    fn collect(&self, folder: &Path, ending: &str, found: &mut Vec<SourceFile>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    self.collect(&path, ending, found)?;
                }
            } else if path.extension().is_some_and(|found| found == ending) {
                let text = fs::read_to_string(&path)?;
                let path = path.strip_prefix(&self.0).unwrap_or(&path).to_path_buf();
                found.push(SourceFile { path, text });
            }
        }
        Ok(())
    }
}

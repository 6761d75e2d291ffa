//! Small text files of the kernel: read whole into a buffer that is used again, then line by line.
//!
//! A line knows its file and number, so that whatever is strange about it can be named.

use crate::limits::KERNEL_FILE_BYTES_MAX;
use crate::{Error, Result};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A file that is read again and again.
#[derive(Debug)]
pub(crate) struct KernelFile {
    path: PathBuf,
    bytes: Vec<u8>,
    repaired: String,
}

impl KernelFile {
    /// A file that need not exist yet.
    pub(crate) const fn new(path: PathBuf) -> Self {
        Self { path, bytes: Vec::new(), repaired: String::new() }
    }

    /// Reads another file into the same buffer from now on.
    pub(crate) fn set_path(&mut self, path: &Path) {
        self.path.clear();
        self.path.push(path);
    }

    /// What it says now. Bytes that are not UTF-8 (a mount point's name) are replaced.
    pub(crate) fn read(&mut self) -> Result<KernelText<'_>> {
        self.bytes.clear();
        let mut file = File::open(&self.path)
            .map_err(|source| Error::read(&self.path, source))?
            .take(KERNEL_FILE_BYTES_MAX);
        file.read_to_end(&mut self.bytes).map_err(|source| Error::read(&self.path, source))?;
        let text = match std::str::from_utf8(&self.bytes) {
            Ok(text) => text,
            Err(_) => {
                self.repaired = String::from_utf8_lossy(&self.bytes).into_owned();
                &self.repaired
            }
        };
        Ok(KernelText { path: &self.path, text })
    }
}

/// A file's content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KernelText<'a> {
    pub(crate) path: &'a Path,
    pub(crate) text: &'a str,
}

impl<'a> KernelText<'a> {
    /// The lines that hold more than blanks.
    pub(crate) fn lines(self) -> impl Iterator<Item = KernelLine<'a>> {
        self.text
            .lines()
            .enumerate()
            .filter(|(_, text)| !text.trim_ascii().is_empty())
            .map(move |(index, text)| KernelLine { path: self.path, number: index + 1, text })
    }

    /// The first line.
    pub(crate) fn first_line(self) -> Result<KernelLine<'a>> {
        self.lines().next().ok_or_else(|| self.lacks("at least one line"))
    }

    /// The file as a whole lacks something.
    pub(crate) fn lacks(self, expected: &'static str) -> Error {
        Error::malformed(self.path, 0, expected, self.text)
    }
}

/// A line and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KernelLine<'a> {
    path: &'a Path,
    number: usize,
    pub(crate) text: &'a str,
}

impl<'a> KernelLine<'a> {
    /// The line is strange.
    pub(crate) fn malformed(self, expected: &'static str) -> Error {
        Error::malformed(self.path, self.number, expected, self.text)
    }

    /// The words between blanks.
    pub(crate) fn words(self) -> impl Iterator<Item = &'a str> {
        self.text.split_ascii_whitespace()
    }

    /// The word as a number.
    pub(crate) fn number<T: FromStr>(self, word: Option<&str>, expected: &'static str) -> Result<T> {
        word.and_then(|word| word.parse().ok()).ok_or_else(|| self.malformed(expected))
    }
}

/// The trimmed content of a one-line attribute of sysfs; `None` when it cannot be read or is empty.
pub(crate) fn attribute(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(KERNEL_FILE_BYTES_MAX).read_to_string(&mut text).ok()?;
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strange_line_is_named_with_file_and_number() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stat");
        std::fs::write(&path, "a 1\n\nb x\n").unwrap();
        let mut file = KernelFile::new(path.clone());
        let text = file.read().unwrap();
        let lines: Vec<KernelLine<'_>> = text.lines().collect();
        assert_eq!(lines[0].number::<u64>(lines[0].words().nth(1), "a number").unwrap(), 1);
        let error = lines[1].number::<u64>(lines[1].words().nth(1), "a number").unwrap_err();
        assert_eq!(error.to_string(), format!("{}:3: expected a number, found \"b x\"", path.display()));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mounts");
        std::fs::write(&path, b"/mnt/\xff ok\n").unwrap();
        let mut file = KernelFile::new(path);
        assert_eq!(file.read().unwrap().text, "/mnt/\u{fffd} ok\n");
    }

    #[test]
    fn a_missing_file_is_named() {
        let mut file = KernelFile::new(PathBuf::from("/nowhere/at/all"));
        let error = file.read().unwrap_err();
        assert!(error.with_causes().starts_with("reading /nowhere/at/all: No such file"), "{error:?}");
    }
}

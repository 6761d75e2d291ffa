//! A file or the standard input, inflated where it is gzip.

use super::limits::{IDENTITY_BYTES, READ_BYTES, TEXT_BYTES};
use anyhow::Context as _;
use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use xxhash_rust::xxh3::xxh3_64;

/// How gzip begins (RFC 1952).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// By what a source is known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    /// Its length in bytes; none of a pipe.
    pub(super) length: Option<u64>,
    /// XXH3 of its first [`IDENTITY_BYTES`], in hex.
    pub(super) head: String,
}

/// Text that is read once, from its beginning.
pub(super) struct Source {
    pub(super) reader: Box<dyn Read + Send>,
    pub(super) identity: Identity,
    /// How many bytes of the file were read so far, before inflating.
    pub(super) consumed: Arc<AtomicU64>,
}

impl Source {
    /// Opens a file, or the standard input where `path` is `-`.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let named = || format!("cannot read {}", path.display());
        if path.as_os_str() == "-" {
            return Self::new(io::stdin(), None).with_context(named);
        }
        let file = File::open(path).with_context(named)?;
        let about = file.metadata().with_context(named)?;
        anyhow::ensure!(!about.is_dir(), "{} is a folder", path.display());
        let source = Self::new(file, about.is_file().then_some(about.len())).with_context(named)?;
        source.refuse_what_is_no_text()
    }

    /// Lines of a tar or a program would be refused one by one, with whatever they hold.
    fn refuse_what_is_no_text(mut self) -> anyhow::Result<Self> {
        let mut head = Vec::with_capacity(TEXT_BYTES);
        let read = self.reader.by_ref().take(TEXT_BYTES as u64).read_to_end(&mut head);
        let nul = nul_outside_strings(&head);
        anyhow::ensure!(
            nul.is_none(),
            "it is no text: there is a NUL at byte {}; expected line protocol, gzip or not",
            nul.unwrap_or(0)
        );
        // What was read up to an error is imported; the error comes again behind it.
        let rest: Box<dyn Read + Send> = match read {
            Ok(_) => self.reader,
            Err(error) => Box::new(Failing(Some(error))),
        };
        Ok(Self { reader: Box::new(Cursor::new(head).chain(rest)), ..self })
    }

    fn new(mut raw: impl Read + Send + 'static, length: Option<u64>) -> io::Result<Self> {
        let mut head = Vec::with_capacity(IDENTITY_BYTES);
        raw.by_ref().take(IDENTITY_BYTES as u64).read_to_end(&mut head)?;
        let identity = Identity { length, head: format!("{:016x}", xxh3_64(&head)) };
        let is_gzip = head.starts_with(&GZIP_MAGIC);
        let consumed = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: Cursor::new(head).chain(raw), consumed: Arc::clone(&consumed) };
        let reader: Box<dyn Read + Send> = if is_gzip {
            Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(READ_BYTES, counted)))
        } else {
            Box::new(counted)
        };
        Ok(Self { reader, identity, consumed })
    }
}

/// Where the first NUL stands that is in no string: line protocol has none there. An export, which begins with a
/// comment, is text.
fn nul_outside_strings(head: &[u8]) -> Option<usize> {
    let text = head.iter().take_while(|byte| **byte == 0).count();
    let is_blank = text == head.len();
    if head.get(text) == Some(&b'#') {
        return None;
    }
    let (mut in_string, mut is_escaped) = (false, false);
    for (offset, byte) in head.iter().enumerate() {
        match byte {
            b'"' if !is_escaped => in_string = !in_string,
            0 if !in_string && (offset > text || is_blank) => return Some(offset),
            _ => {}
        }
        is_escaped = *byte == b'\\' && !is_escaped;
    }
    None
}

/// A source that failed.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    consumed: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.consumed.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn what_has_nul_bytes_outside_of_strings_is_no_text() {
        let check = |head: &[u8], expected: Option<usize>| {
            assert_eq!(nul_outside_strings(head), expected, "{}", String::from_utf8_lossy(head));
        };
        check(b"contents.json\0\0\0", Some(13));
        check(b"\x7fELF\x02\x01\x01\0", Some(7));
        check(b"\0\0\0\0", Some(0));
        check(b"m s=\"a\\\"\0\" 1\n", None);
        check(b"\0\0m v=1 1\n", None);
        check(b"# a\0b\n", None);
        check(b"", None);
    }

    #[test]
    fn gzip_is_known_by_its_magic_and_members_follow_each_other() {
        let member = |text: &str| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        let check = |bytes: Vec<u8>, expected: &str| {
            let length = bytes.len() as u64;
            let mut source = Source::new(Cursor::new(bytes), Some(length)).unwrap();
            let mut text = String::new();
            source.reader.read_to_string(&mut text).unwrap();
            assert_eq!(text, expected);
            assert_eq!(source.consumed.load(Ordering::Relaxed), length);
        };
        check(b"cpu v=1\n".to_vec(), "cpu v=1\n");
        check(Vec::new(), "");
        check([member("cpu v=1\n"), member("cpu v=2\n")].concat(), "cpu v=1\ncpu v=2\n");
    }
}

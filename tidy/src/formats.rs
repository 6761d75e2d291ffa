//! A format's constants and its document change together.
//!
//! A document under `docs/format` names the source file that it describes and that file's
//! fingerprint: `<!-- describes tsdb/src/segment/format.rs 0123456789abcdef -->`. Whoever changes the
//! constants must look at the document again to bring the fingerprint up to date.

use crate::{Complaint, SourceFile};

/// A 64-bit FNV-1a hash of the text without comments, blanks and line ends, so that rewording a
/// comment or reformatting changes nothing.
#[must_use]
pub fn fingerprint(source: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let code = source.lines().map(|line| line.split("//").next().unwrap_or(line));
    for byte in code.flat_map(str::bytes).filter(|byte| !byte.is_ascii_whitespace()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// Complaints about format sources that no document describes, and about documents whose source has
/// changed or is gone.
#[must_use]
pub fn stale_format_documents(documents: &[SourceFile], sources: &[SourceFile]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut described = Vec::new();
    for document in documents {
        let place = document.path.display().to_string();
        for (path, found) in described_sources(&document.text) {
            match sources.iter().find(|source| source.path.display().to_string() == path) {
                None => complaints
                    .push(Complaint::new(&*place, format!("describes {path}, which does not exist"))),
                Some(source) if fingerprint(&source.text) != found => complaints.push(Complaint::new(
                    &*place,
                    format!(
                        "{path} has changed: check this document, then write {}",
                        fingerprint(&source.text)
                    ),
                )),
                Some(_) => {}
            }
            described.push(path);
        }
    }
    for source in sources.iter().filter(|source| source.path.ends_with("format.rs")) {
        let path = source.path.display().to_string();
        if !described.contains(&path) {
            let line = format!("<!-- describes {path} {} -->", fingerprint(&source.text));
            complaints
                .push(Complaint::new(path, format!("no document under docs/format has the line {line}")));
        }
    }
    complaints
}

fn described_sources(document: &str) -> Vec<(String, String)> {
    document
        .lines()
        .filter_map(|line| line.trim().strip_prefix("<!-- describes ")?.strip_suffix(" -->"))
        .filter_map(|words| words.split_once(' '))
        .map(|(path, hash)| (path.to_owned(), hash.to_owned()))
        .collect()
}

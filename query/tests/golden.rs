//! Statements and their answers, as text files.
//!
//! A file of `tests/golden` holds paragraphs: `write` with lines of line protocol, and `query` with one
//! statement, each followed by the expected answer after `----`. `UPDATE=1 cargo test` writes the
//! answers anew; the diff is then reviewed like code. The answers were checked against InfluxDB.

#![expect(clippy::unwrap_used, reason = "what cannot be set up is a failed test")]

#[path = "support/memory.rs"]
mod memory;
#[path = "support/text.rs"]
mod text;

use memory::Memory;
use std::fmt::Write as _;
use std::path::Path;

/// 2024-03-10T08:00:00Z: what `now()` is in every file.
const NOW_NS: i64 = 1_710_057_600_000_000_000;

fn replay(source: &str) -> String {
    let store = Memory::new();
    store.create("db");
    let mut out = String::new();
    for paragraph in source.split("\n\n").map(|paragraph| paragraph.trim_matches('\n')) {
        if paragraph.is_empty() {
            continue;
        }
        let (head, body) = paragraph.split_once('\n').unwrap_or((paragraph, ""));
        match head {
            "write" => {
                store.write("db", "autogen", body);
                let _ = write!(out, "{paragraph}\n\n");
            }
            "query" => {
                let statement = body.split("\n----").next().unwrap_or(body).trim_end();
                let answer = text::answer(&store, statement, NOW_NS);
                let _ = write!(out, "query\n{statement}\n----\n{answer}\n");
            }
            comment if comment.starts_with('#') => {
                let _ = write!(out, "{paragraph}\n\n");
            }
            other => panic!("a paragraph begins with write, query or #, not {other:?}"),
        }
    }
    out.trim_end().to_owned() + "\n"
}

fn check(path: &Path) {
    let source = std::fs::read_to_string(path).unwrap();
    let actual = replay(&source);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, actual).unwrap();
        return;
    }
    let file = path.display();
    for (line, (expected, actual)) in source.lines().zip(actual.lines()).enumerate() {
        assert_eq!(actual, expected, "{file}:{}", line + 1);
    }
    assert_eq!(actual.lines().count(), source.lines().count(), "{file} has another length");
}

#[test]
fn answers_are_those_of_the_golden_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "iq"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files.iter().for_each(|path| check(path));
}

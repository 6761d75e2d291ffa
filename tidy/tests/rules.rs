//! Each rule can complain.

use std::path::PathBuf;
use tidy::{
    SourceFile, architecture_table, check_source, fingerprint, forbidden_dependencies, stale_format_documents,
};

fn source(path: &str, text: &str) -> SourceFile {
    SourceFile { path: PathBuf::from(path), text: text.to_owned() }
}

#[test]
fn an_import_against_the_table_is_named() {
    let complaints =
        forbidden_dependencies("model", "[dependencies]\ntsdb.workspace = true\ntokio = \"1\"\n");
    let texts: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "model/Cargo.toml: model is synchronous: no tokio here",
            "model/Cargo.toml: model may not import tsdb"
        ]
    );
    assert!(forbidden_dependencies("tsdb", "[dependencies]\nmodel.workspace = true\n").is_empty());
    assert_eq!(forbidden_dependencies("attic", "").len(), 1);
}

#[test]
fn a_test_only_import_must_not_become_a_real_one() {
    assert!(forbidden_dependencies("dashboards", "[dev-dependencies]\nquery.workspace = true\n").is_empty());
    assert_eq!(forbidden_dependencies("dashboards", "[dependencies]\nquery.workspace = true\n").len(), 1);
}

#[test]
fn the_table_is_read_from_the_document() {
    let text = "intro\n\n| crate | may import | must never know |\n|---|---|---|\n| `a` | - | x |\n| `b` | `a`, `c` | y |\n\nend";
    assert_eq!(
        architecture_table(text),
        [("a".to_owned(), vec![]), ("b".to_owned(), vec!["a".to_owned(), "c".to_owned()])]
    );
}

#[test]
fn sources_without_a_header_or_with_an_empty_name_are_named() {
    assert!(check_source(&source("a/src/page.rs", "//! A page.\n")).is_empty());
    assert_eq!(check_source(&source("a/src/page.rs", "fn main() {}\n")).len(), 1);
    assert_eq!(check_source(&source("a/src/util.rs", "//! Things.\n")).len(), 1);
    assert_eq!(check_source(&source("a/src/x/mod.rs", "//! Things.\n")).len(), 1);
    assert_eq!(check_source(&source("a/src/a.rs", &"//! x\n".repeat(801))).len(), 1);
    assert_eq!(check_source(&source("a/src/a.rs", "//! x\n#[ignore]\nfn a() {}\n")).len(), 1);
}

#[test]
fn a_changed_format_needs_its_document_looked_at() {
    let format = source("a/src/format.rs", "pub const MAGIC: u32 = 1; // one\n");
    let same = "pub const MAGIC:\n    u32 = 1; // uno\n";
    assert_eq!(fingerprint(&format.text), fingerprint(same));
    let document =
        |hash: &str| source("docs/format/a.md", &format!("<!-- describes a/src/format.rs {hash} -->\n"));
    assert!(
        stale_format_documents(&[document(&fingerprint(&format.text))], std::slice::from_ref(&format))
            .is_empty()
    );
    assert_eq!(stale_format_documents(&[document("00")], std::slice::from_ref(&format)).len(), 1);
    assert_eq!(stale_format_documents(&[], std::slice::from_ref(&format)).len(), 1);
    assert_eq!(stale_format_documents(&[document("00")], &[]).len(), 1);
}

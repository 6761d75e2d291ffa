//! The rules over this repository.

use tidy::{Complaint, HOUSE, Tree, architecture_table, check_source, check_unsafe_is_forbidden};

fn crates() -> Vec<&'static str> {
    HOUSE.iter().map(|(name, _)| *name).collect()
}

fn assert_none(complaints: &[Complaint]) {
    let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    assert!(complaints.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn crates_import_only_what_the_house_allows() {
    let tree = Tree::own();
    for name in crates() {
        let manifest = tree.read(&format!("{name}/Cargo.toml")).unwrap();
        assert_none(&tidy::forbidden_dependencies(name, &manifest));
    }
}

#[test]
fn the_table_in_the_architecture_document_is_the_one_that_is_checked() {
    let table = architecture_table(&Tree::own().read("ARCHITECTURE.md").unwrap());
    let expected: Vec<(String, Vec<String>)> = HOUSE
        .iter()
        .map(|(name, imports)| {
            ((*name).to_owned(), imports.iter().map(|import| (*import).to_owned()).collect())
        })
        .collect();
    assert_eq!(table, expected);
}

#[test]
fn every_source_says_what_it_is_and_is_no_dumping_ground() {
    let folders: Vec<&str> = crates().into_iter().filter(|name| *name != "tidy").collect();
    let sources = Tree::own().files(&folders, "rs").unwrap();
    assert!(sources.len() > 50, "the walk found only {} sources", sources.len());
    let complaints: Vec<Complaint> = sources.iter().flat_map(check_source).collect();
    assert_none(&complaints);
}

#[test]
fn unsafe_code_lives_in_disk_only() {
    let roots = Tree::own().files(&crates(), "rs").unwrap();
    let roots =
        roots.iter().filter(|file| file.path.ends_with("src/lib.rs") || file.path.ends_with("src/main.rs"));
    let complaints: Vec<Complaint> = roots.flat_map(check_unsafe_is_forbidden).collect();
    assert_none(&complaints);
}

#[test]
fn format_documents_are_up_to_date() {
    let tree = Tree::own();
    let documents = tree.files(&["docs/format"], "md").unwrap();
    let sources = tree.files(&crates(), "rs").unwrap();
    assert!(!documents.is_empty());
    assert_none(&tidy::stale_format_documents(&documents, &sources));
}

//! What every source file must have and must not have.

use crate::{Complaint, SourceFile};

/// Names that say nothing of what is inside.
const DUMPING_GROUNDS: &[&str] = &["util", "utils", "common", "helper", "helpers", "misc", "shared", "stuff"];

/// The longest file, in lines. One noun a file; a table of cases may be long, logic may not.
const FILE_LINES_MAX: usize = 800;

/// Text that has no place in this repository, with what to do instead.
const BANNED: &[(&str, &str)] = &[
    ("#[ignore", "a test that does not run is no test"),
    ("todo!(", "finish it or leave it out"),
    ("unimplemented!(", "finish it or leave it out"),
    ("/work/", "a path of one machine"),
    ("/tmp/", "take a temporary folder from the tempfile crate"),
];

/// Complaints about one Rust source.
#[must_use]
pub fn check_source(file: &SourceFile) -> Vec<Complaint> {
    let place = file.path.display().to_string();
    let mut complaints = Vec::new();
    if !file.text.starts_with("//!") && !file.text.starts_with("/*!") {
        complaints.push(Complaint::new(&*place, "starts without a `//!` that says what it is"));
    }
    let stem = file.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if DUMPING_GROUNDS.contains(&stem) || stem == "mod" {
        complaints.push(Complaint::new(&*place, format!("a module named {stem}: name what is inside")));
    }
    let lines = file.text.lines().count();
    if lines > FILE_LINES_MAX {
        complaints.push(Complaint::new(
            &*place,
            format!("{lines} lines, at most {FILE_LINES_MAX}: one noun a file"),
        ));
    }
    for (index, line) in file.text.lines().enumerate() {
        for (banned, why) in BANNED.iter().filter(|(banned, _)| line.contains(banned)) {
            complaints.push(Complaint::new(format!("{place}:{}", index + 1), format!("`{banned}`: {why}")));
        }
    }
    complaints
}

/// Complaints when a crate root does not forbid `unsafe`; only `disk` may leave it out.
#[must_use]
pub fn check_unsafe_is_forbidden(root: &SourceFile) -> Vec<Complaint> {
    let place = root.path.display().to_string();
    if place.starts_with("disk/") || root.text.contains("#![forbid(unsafe_code)]") {
        return Vec::new();
    }
    vec![Complaint::new(place, "add `#![forbid(unsafe_code)]`: the home of unsafe is the crate disk")]
}

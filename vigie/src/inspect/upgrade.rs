//! What the next start would do to the formats of the files.

use super::Look;
use super::text::{counted, table};
use serde_json::{Value, json};
use tsdb::inspect::Formats;

pub(super) fn text(look: Look, found: &Formats) -> String {
    let versions = |versions: &[(u32, u64)]| {
        let told = versions.iter().map(|(version, files)| format!("{version} ({})", counted(*files, "file")));
        let told: Vec<String> = told.collect();
        if told.is_empty() { "no files".to_owned() } else { told.join(", ") }
    };
    let manifest = format!("{}, readers of {} on", found.manifest_writer, found.manifest_reader);
    let rows = [
        ["MANIFEST".to_owned(), manifest, found.manifest_supported.to_string()],
        ["WAL".to_owned(), versions(&found.wal), found.wal_supported.to_string()],
        ["segments".to_owned(), versions(&found.segments.versions), found.segments.supported.to_string()],
    ];
    let told = table(look, &["", "format found", "this program writes"], rows.map(Vec::from));
    format!("{told}\n{}", verdict(found))
}

fn verdict(found: &Formats) -> String {
    if !found.is_readable() {
        return "This program does not read these files: a later one wrote them. A start is refused and changes nothing.\n".to_owned();
    }
    let mut told = String::new();
    if found.rewrites_manifest() {
        told.push_str(&format!(
            "The next start replaces the MANIFEST by one of format {}; programs that do not know\nformat {} cannot open \
             the directory afterwards.\n",
            found.manifest_supported, found.manifest_reader_after
        ));
    } else {
        told.push_str("The next start rewrites nothing.\n");
    }
    told.push_str(
        "WAL files and segments are read as they are; merges write segments of the present format in time.\n",
    );
    told
}

pub(super) fn json(found: &Formats) -> Value {
    let versions = |versions: &[(u32, u64)]| -> Value {
        versions.iter().map(|(version, files)| json!({ "version": version, "files": files })).collect()
    };
    json!({
        "manifest": {
            "reader_format": found.manifest_reader,
            "writer_format": found.manifest_writer,
            "supported": found.manifest_supported,
            "reader_format_after": found.manifest_reader_after,
        },
        "wal": { "versions": versions(&found.wal), "supported": found.wal_supported },
        "segments": {
            "versions": versions(&found.segments.versions),
            "supported": found.segments.supported,
            "unreadable": found.segments.unreadable,
        },
        "readable": found.is_readable(),
        "rewrites_manifest": found.rewrites_manifest(),
    })
}

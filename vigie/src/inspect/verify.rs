//! Whether every byte is as it was written.

use super::Look;
use super::text::{bytes, count, counted, time};
use crate::progress::{Progress, Unit};
use anyhow::bail;
use serde_json::{Value, json};
use std::path::Path;
use tsdb::DamageMark;
use tsdb::inspect::{Finding, Verification};

/// Verifies and prints; damage is an error.
pub(super) fn run(dir: &Path, quick: bool, look: Look) -> anyhow::Result<()> {
    let progress = Progress::new(Unit::Bytes, None);
    let found = tsdb::inspect::verify(&disk::StdFs, dir, quick, &mut |so_far| {
        progress.set_total(so_far.bytes_total);
        progress.at(so_far.bytes_done);
    });
    progress.finish();
    let found = found?;
    super::print(look, || json(&found), || text(&found, quick))?;
    if !found.is_sound() {
        let places = found.findings.len() as u64 + found.findings_more;
        bail!("{} in {}", counted(places, "damaged place"), dir.display());
    }
    Ok(())
}

fn text(found: &Verification, quick: bool) -> String {
    let pages = if quick {
        "checksums only".to_owned()
    } else {
        format!("{}, {}", counted(found.pages, "page"), counted(found.values, "value"))
    };
    let mut told = format!(
        "MANIFEST  {}\nsegments  {}, {}, {pages}\nWAL       {} in {}\n",
        counted(found.manifest_frames, "frame"),
        count(found.segments),
        bytes(found.segment_bytes),
        counted(found.wal_frames, "frame"),
        counted(found.wal_files, "file"),
    );
    if found.wal_torn_bytes > 0 {
        let torn = bytes(found.wal_torn_bytes);
        told.push_str(&format!(
            "the WAL ends in {torn} of a write that was not acknowledged, or is under way\n"
        ));
    }
    found.marks.iter().for_each(|mark| told.push_str(&mark_text(mark)));
    found.findings.iter().for_each(|finding| told.push_str(&format!("damaged: {finding}\n")));
    if found.findings_more > 0 {
        told.push_str(&format!("and {} more\n", count(found.findings_more)));
    }
    if found.is_sound() {
        told.push_str("all sound\n");
    }
    told
}

fn json(found: &Verification) -> Value {
    json!({
        "sound": found.is_sound(),
        "manifest_frames": found.manifest_frames,
        "segments": found.segments,
        "segment_bytes": found.segment_bytes,
        "pages": found.pages,
        "values": found.values,
        "wal_files": found.wal_files,
        "wal_frames": found.wal_frames,
        "wal_torn_bytes": found.wal_torn_bytes,
        "marks": found.marks.iter().map(mark_json).collect::<Vec<_>>(),
        "findings": found.findings.iter().map(finding_json).collect::<Vec<_>>(),
        "findings_more": found.findings_more,
    })
}

/// A line about what a reader of the server met.
pub(super) fn mark_text(mark: &DamageMark) -> String {
    format!(
        "a query met damage at {}: {} at offset {}: expected {}, found {}\n",
        time(mark.first_seen_ns),
        mark.file.display(),
        mark.offset,
        mark.expected,
        mark.found
    )
}

pub(super) fn mark_json(mark: &DamageMark) -> Value {
    json!({
        "first_seen_ns": mark.first_seen_ns,
        "file": mark.file,
        "offset": mark.offset,
        "expected": mark.expected,
        "found": mark.found,
    })
}

pub(super) fn finding_json(finding: &Finding) -> Value {
    let Finding { path, offset, expected, found } = finding;
    json!({ "path": path, "offset": offset, "expected": expected, "found": found })
}

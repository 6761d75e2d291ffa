//! What a data directory holds.

use super::text::{bytes, count, counted, duration, moment, per, share, table, time};
use super::{Look, verify, wal};
use serde_json::{Value, json};
use tsdb::inspect::{SegmentSummary, ShardSummary, Summary};

/// The parts of a segment that find series and pages.
const INDEX: [&str; 5] = ["postings", "sets", "series", "chunks", "measurements"];

pub(super) fn text(look: Look, found: &Summary) -> String {
    let parts = [
        manifest(found),
        policies(look, found),
        segments(look, found),
        sections(look, found),
        wal_text(look, found),
        rest(found),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn manifest(found: &Summary) -> String {
    let manifest = &found.manifest;
    let stop = if manifest.clean_stop { "stopped cleanly" } else { "running, or not stopped cleanly" };
    format!(
        "MANIFEST  format {} (readers of {} on), {}, {}\n          {stop}; flushed up to generation {}, LSN {}\n",
        manifest.writer_format,
        manifest.reader_format,
        counted(manifest.frames, "frame"),
        bytes(manifest.bytes),
        manifest.flushed_generation,
        manifest.flushed_lsn,
    )
}

/// What some segments come to.
#[derive(Default)]
struct Totals {
    segments: u64,
    bytes: u64,
    rows: u64,
    values: u64,
    series: u64,
}

impl Totals {
    fn of<'a>(segments: impl Iterator<Item = &'a SegmentSummary>) -> Self {
        segments.fold(Self::default(), |sum, segment| Self {
            segments: sum.segments + 1,
            bytes: sum.bytes + segment.bytes,
            rows: sum.rows + segment.rows,
            values: sum.values + segment.values,
            series: sum.series + segment.series,
        })
    }
}

fn policies(look: Look, found: &Summary) -> String {
    let mut rows = Vec::new();
    for database in &found.databases {
        for policy in &database.policies {
            let totals = Totals::of(policy.shards.iter().flat_map(|shard| &shard.segments));
            let default = if policy.name == database.default_policy { " (default)" } else { "" };
            rows.push(vec![
                database.name.clone(),
                format!("{}{default}", policy.name),
                duration(policy.duration_ns),
                duration(policy.shard_duration_ns),
                policy.shards.len().to_string(),
                totals.segments.to_string(),
                bytes(totals.bytes),
                count(totals.rows),
                count(totals.values),
                per(totals.bytes, totals.values),
            ]);
        }
    }
    if rows.is_empty() {
        return "no databases\n".to_owned();
    }
    let header = [
        "database",
        "policy",
        "keeps",
        "+shards of",
        ">shards",
        ">segments",
        ">bytes",
        "+>rows",
        ">values",
        ">B/value",
    ];
    table(look, &header, rows)
}

/// The segments of all shards: by policy where the screen is narrow, else in one table.
fn segments(look: Look, found: &Summary) -> String {
    let mut places = Vec::new();
    for database in &found.databases {
        for policy in &database.policies {
            places.push((format!("{}.{}", database.name, policy.name), &policy.shards));
        }
    }
    places.push(("dropped".to_owned(), &found.orphans));
    let rows = places.into_iter().map(|(place, shards)| {
        let rows: Vec<_> = shards.iter().flat_map(|shard| shard_rows(look, &place, shard)).collect();
        (place, rows)
    });
    let rows: Vec<_> = rows.filter(|(_, rows)| !rows.is_empty()).collect();
    let header = [
        "+policy", ">shard", "+from", ">segment", "+LSNs", "first", "last", ">rows", "+>values", ">series",
        ">bytes", ">B/value",
    ];
    if look.is_wide && !rows.is_empty() {
        return table(look, &header, rows.into_iter().flat_map(|(_, rows)| rows));
    }
    let tables = rows.into_iter().map(|(place, rows)| format!("{place}\n{}", table(look, &header, rows)));
    tables.collect::<Vec<_>>().join("\n")
}

fn shard_rows<'a>(
    look: Look,
    place: &'a str,
    shard: &'a ShardSummary,
) -> impl Iterator<Item = Vec<String>> + 'a {
    shard.segments.iter().map(move |segment| {
        vec![
            place.to_owned(),
            shard.id.to_string(),
            time(shard.start_ns),
            segment.id.to_string(),
            format!("{}-{}", segment.lsn_first, segment.lsn_last),
            moment(look, segment.start_ns),
            moment(look, segment.end_ns.saturating_sub(1)),
            count(segment.rows),
            count(segment.values),
            count(segment.series),
            bytes(segment.bytes),
            per(segment.bytes, segment.values),
        ]
    })
}

fn sections(look: Look, found: &Summary) -> String {
    let totals = Totals::of(found.segments());
    if found.sections.is_empty() {
        return String::new();
    }
    let index: u64 = found.sections.iter().filter(|(name, _)| INDEX.contains(name)).map(|(_, len)| len).sum();
    let all: u64 = found.sections.iter().map(|(_, len)| len).sum();
    let row = |name: &str, len: u64| {
        let (of_value, of_series) = (per(len, totals.values), per(len, totals.series));
        vec![name.to_owned(), bytes(len), share(len, all), of_value, of_series]
    };
    let mut rows: Vec<_> = found.sections.iter().map(|(name, len)| row(name, *len)).collect();
    rows.push(row("all", all));
    rows.push(row("of that the index", index));
    table(look, &["part of the segments", ">bytes", ">share", ">B/value", ">B/series"], rows)
}

fn wal_text(look: Look, found: &Summary) -> String {
    let frames: u64 = found.wal.iter().map(|file| file.frames).sum();
    let len: u64 = found.wal.iter().map(|file| file.bytes).sum();
    let (frames, files) = (counted(frames, "frame"), counted(found.wal.len() as u64, "file"));
    let mut told = format!("WAL  {frames} in {files}, {}\n", bytes(len));
    if !found.wal.is_empty() {
        told.push_str(&wal::files_text(look, &found.wal));
    }
    told
}

fn rest(found: &Summary) -> String {
    let mut told = String::new();
    if found.tombstones > 0 {
        told.push_str(&format!("deletes that wait to be carried out: {}\n", count(found.tombstones)));
    }
    if found.obsolete.0 > 0 {
        let (files, len) = (count(found.obsolete.0), bytes(found.obsolete.1));
        told.push_str(&format!("merged or dropped segments that are still on disk: {files}, {len}\n"));
    }
    for (path, len) in &found.set_aside {
        told.push_str(&format!("no part of the store: {}, {}\n", path.display(), bytes(*len)));
    }
    found.marks.iter().for_each(|mark| told.push_str(&verify::mark_text(mark)));
    for finding in &found.findings {
        told.push_str(&format!("damaged: {finding}\n"));
    }
    told
}

pub(super) fn json(found: &Summary) -> Value {
    let totals = Totals::of(found.segments());
    let policy = |policy: &tsdb::inspect::PolicySummary| {
        json!({
            "name": policy.name,
            "duration_ns": policy.duration_ns,
            "shard_duration_ns": policy.shard_duration_ns,
            "shards": policy.shards.iter().map(shard_json).collect::<Vec<_>>(),
        })
    };
    let databases = found.databases.iter().map(|database| {
        json!({
            "name": database.name,
            "default_policy": database.default_policy,
            "policies": database.policies.iter().map(policy).collect::<Vec<_>>(),
        })
    });
    json!({
        "manifest": {
            "reader_format": found.manifest.reader_format,
            "writer_format": found.manifest.writer_format,
            "bytes": found.manifest.bytes,
            "frames": found.manifest.frames,
            "clean_stop": found.manifest.clean_stop,
            "torn_bytes": found.manifest.torn_bytes,
            "flushed_generation": found.manifest.flushed_generation,
            "flushed_lsn": found.manifest.flushed_lsn,
        },
        "databases": databases.collect::<Vec<_>>(),
        "orphans": found.orphans.iter().map(shard_json).collect::<Vec<_>>(),
        "totals": {
            "segments": totals.segments,
            "bytes": totals.bytes,
            "rows": totals.rows,
            "values": totals.values,
            "series": totals.series,
        },
        "tombstones": found.tombstones,
        "sections": sections_json(&found.sections),
        "wal": found.wal.iter().map(wal::file_json).collect::<Vec<_>>(),
        "obsolete": { "files": found.obsolete.0, "bytes": found.obsolete.1 },
        "set_aside": found.set_aside.iter().map(|(path, len)| json!({ "path": path, "bytes": len })).collect::<Vec<_>>(),
        "marks": found.marks.iter().map(verify::mark_json).collect::<Vec<_>>(),
        "findings": found.findings.iter().map(verify::finding_json).collect::<Vec<_>>(),
    })
}

pub(super) fn sections_json(sections: &[(&'static str, u64)]) -> Value {
    sections.iter().map(|(name, len)| json!({ "name": name, "bytes": len })).collect()
}

fn shard_json(shard: &ShardSummary) -> Value {
    json!({
        "id": shard.id,
        "start_ns": shard.start_ns,
        "end_ns": shard.end_ns,
        "segments": shard.segments.iter().map(segment_json).collect::<Vec<_>>(),
    })
}

fn segment_json(segment: &SegmentSummary) -> Value {
    json!({
        "id": segment.id,
        "bytes": segment.bytes,
        "rows": segment.rows,
        "values": segment.values,
        "series": segment.series,
        "lsn_first": segment.lsn_first,
        "lsn_last": segment.lsn_last,
        "start_ns": segment.start_ns,
        "end_ns": segment.end_ns,
    })
}

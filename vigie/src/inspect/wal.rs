//! The WAL, frame by frame, printed as it is read.

use super::Look;
use super::text::{bytes, counted, table};
use super::verify::finding_json;
use disk::log::Tail;
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tsdb::inspect::{WalContent, WalFile, WalFrame, WalReport, WalRequest, WalRow, WalStep};

pub(super) fn run(dir: &Path, file: Option<&Path>, rows: bool, look: Look) -> anyhow::Result<()> {
    let request = WalRequest { file: file.map(Path::to_path_buf), rows };
    let mut printer = Printer { out: BufWriter::new(io::stdout().lock()), look, file: None, place: None };
    let mut failed = None;
    let report = tsdb::inspect::wal(&disk::StdFs, dir, &request, &mut |step| {
        let printed = match step {
            WalStep::Frame(frame) => printer.frame(frame, rows),
            WalStep::Row(row) => printer.row(row),
        };
        printed.map_err(|error| failed = Some(error)).is_ok()
    })?;
    failed.map_or(Ok(()), Err)?;
    printer.end(&report)?;
    Ok(printer.out.flush()?)
}

struct Printer<W> {
    out: W,
    look: Look,
    /// The file of the last frame, as it was printed.
    file: Option<String>,
    /// The database and policy of the last row, as they were printed.
    place: Option<String>,
}

impl<W: Write> Printer<W> {
    /// A frame's line; a comment among rows, so that these stay line protocol.
    fn frame(&mut self, frame: &WalFrame, rows: bool) -> io::Result<()> {
        if self.look.is_json {
            return writeln!(self.out, "{}", frame_json(frame));
        }
        let comment = if rows { "# " } else { "" };
        if self.file.as_deref() != Some(&*frame.file) {
            writeln!(self.out, "{comment}{}", frame.file)?;
            self.file = Some(frame.file.to_string());
        }
        let (offset, lsn, bytes) = (frame.offset, frame.lsn, bytes(frame.bytes));
        writeln!(self.out, "{comment}{offset:>10}  LSN {lsn:<8} {bytes:>9}  {}", content(&frame.content))
    }

    fn row(&mut self, row: &WalRow<'_>) -> io::Result<()> {
        if self.look.is_json {
            let line = row.line.trim_end_matches('\n');
            let row = json!({ "row": { "lsn": row.lsn, "database": row.database, "policy": row.policy, "line": line } });
            return writeln!(self.out, "{row}");
        }
        let place = format!("{}.{}", row.database.unwrap_or("unknown"), row.policy.unwrap_or("unknown"));
        if self.place.as_ref() != Some(&place) {
            writeln!(self.out, "# {place}")?;
            self.place = Some(place);
        }
        self.out.write_all(row.line.as_bytes())
    }

    fn end(&mut self, report: &WalReport) -> io::Result<()> {
        if self.look.is_json {
            let told = json!({ "summary": {
                "files": report.files.iter().map(file_json).collect::<Vec<_>>(),
                "findings": report.findings.iter().map(finding_json).collect::<Vec<_>>(),
                "cut_short": report.cut_short,
            }});
            return writeln!(self.out, "{told}");
        }
        let mut told = if report.files.is_empty() {
            "no files\n".to_owned()
        } else {
            files_text(self.look, &report.files)
        };
        report.findings.iter().for_each(|finding| told.push_str(&format!("damaged: {finding}\n")));
        if report.cut_short {
            told.push_str("a server flushed the rest while it was read: its rows are in segments now\n");
        }
        told.lines().try_for_each(|line| writeln!(self.out, "# {line}"))
    }
}

fn content(content: &WalContent) -> String {
    match content {
        WalContent::Rows { rows, values, definitions } => {
            let rows = rows.map_or_else(
                || "rows that build on a lost frame".to_owned(),
                |rows| format!("{}, {}", counted(rows, "row"), counted(*values, "value")),
            );
            let defined = [
                (definitions.shards, "shard"),
                (definitions.series, "series"),
                (definitions.fields, "field"),
                (definitions.shapes, "shape"),
            ];
            let defined = defined.iter().filter(|(count, _)| *count > 0);
            let defined: Vec<String> = defined.map(|(count, what)| counted(*count, what)).collect();
            if defined.is_empty() { rows } else { format!("{rows}; new: {}", defined.join(", ")) }
        }
        WalContent::Changes(changes) => changes.join("; "),
        WalContent::Unknown(kind) => format!("kind {kind} that does not decode"),
    }
}

fn frame_json(frame: &WalFrame) -> Value {
    let content = match &frame.content {
        WalContent::Rows { rows, values, definitions } => json!({
            "kind": "rows",
            "rows": rows,
            "values": values,
            "definitions": {
                "shards": definitions.shards,
                "series": definitions.series,
                "fields": definitions.fields,
                "shapes": definitions.shapes,
            },
        }),
        WalContent::Changes(changes) => json!({ "kind": "changes", "changes": changes }),
        WalContent::Unknown(kind) => json!({ "kind": "unknown", "number": kind }),
    };
    let (file, offset) = (&frame.file, frame.offset);
    json!({ "frame": { "file": file, "offset": offset, "lsn": frame.lsn, "bytes": frame.bytes, "content": content } })
}

const fn tail(file: &WalFile) -> &'static str {
    match file.tail {
        Tail::Whole => "whole",
        Tail::Unused => "unused room",
        Tail::Torn => "torn",
        Tail::Superseded => "superseded",
        Tail::Corrupt => "damaged",
    }
}

pub(super) fn files_text(look: Look, files: &[WalFile]) -> String {
    let rows = files.iter().map(|file| {
        vec![
            file.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            file.generation.to_string(),
            file.frames.to_string(),
            file.last_lsn.map_or_else(|| "-".to_owned(), |last| format!("{}-{last}", file.first_lsn)),
            bytes(file.bytes),
            bytes(file.end),
            tail(file).to_owned(),
        ]
    });
    table(look, &["file", "+>generation", ">frames", "LSNs", ">bytes", ">used", "its end"], rows)
}

pub(super) fn file_json(file: &WalFile) -> Value {
    json!({
        "path": file.path,
        "generation": file.generation,
        "number": file.number,
        "first_lsn": file.first_lsn,
        "last_lsn": file.last_lsn,
        "frames": file.frames,
        "bytes": file.bytes,
        "end": file.end,
        "tail": tail(file),
    })
}

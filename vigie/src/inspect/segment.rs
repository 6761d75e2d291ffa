//! One segment.

use super::Look;
use super::summary::sections_json;
use super::text::{bytes, count, counted, moment, per, share, table, time};
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tsdb::inspect::{ColumnReport, MeasurementReport, SegmentChoice, SegmentReport, SeriesReport};

pub(super) fn run(dir: &Path, segment: &str, series: bool, look: Look) -> anyhow::Result<()> {
    let choice =
        segment.parse().map_or_else(|_| SegmentChoice::File(PathBuf::from(segment)), SegmentChoice::Id);
    if series {
        return print_series(dir, &choice, look);
    }
    let found = tsdb::inspect::segment(&disk::StdFs, dir, &choice)?;
    super::print(look, || json(&found), || text(look, &found))
}

/// A line for each series: a segment may hold millions.
fn print_series(dir: &Path, choice: &SegmentChoice, look: Look) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut failed = None;
    if !look.is_json {
        let (groups, width) = series_layout(look, "groups");
        let (rows, bytes, first, last) = ("rows", "bytes", "first", "last");
        writeln!(out, "{rows:>10} {bytes:>12}{groups}  {first:<width$}  {last:<width$}  series")?;
    }
    tsdb::inspect::series(&disk::StdFs, dir, choice, &mut |series| {
        series_line(&mut out, series, look).map_err(|error| failed = Some(error)).is_ok()
    })?;
    failed.map_or(Ok(()), Err)?;
    Ok(out.flush()?)
}

fn series_line(out: &mut impl Write, series: &SeriesReport, look: Look) -> io::Result<()> {
    let SeriesReport { key, groups, rows, bytes, first_ns, last_ns } = series;
    if look.is_json {
        let told = json!({
            "key": key, "groups": groups, "rows": rows, "bytes": bytes, "first_ns": first_ns, "last_ns": last_ns,
        });
        return writeln!(out, "{told}");
    }
    let (first, last) = (moment(look, *first_ns), moment(look, *last_ns));
    let (groups, width) = series_layout(look, &groups.to_string());
    writeln!(out, "{rows:>10} {bytes:>12}{groups}  {first:<width$}  {last:<width$}  {key}")
}

/// The cell of the groups, if there is room for it, and the width of an instant.
fn series_layout(look: Look, groups: &str) -> (String, usize) {
    if look.is_wide { (format!(" {groups:>6}"), 30) } else { (String::new(), 16) }
}

fn text(look: Look, found: &SegmentReport) -> String {
    let place = found.place.as_ref().map_or(String::new(), |(db, rp)| format!(" of {db}.{rp}"));
    let head = format!(
        "segment {} in shard {}{place}: {}\nLSN {} to {}, {} to {}\n{}: {}, {} ({} B each), {} ({} B each)\n",
        found.id,
        found.shard,
        found.path.display(),
        found.lsn_first,
        found.lsn_last,
        time(found.start_ns),
        time(found.end_ns.saturating_sub(1)),
        bytes(found.bytes),
        counted(found.rows, "row"),
        counted(found.values, "value"),
        per(found.bytes, found.values),
        counted(found.series, "series"),
        per(found.bytes, found.series),
    );
    let sections = found.sections.iter().map(|(name, len)| {
        vec![(*name).to_owned(), bytes(*len), share(*len, found.bytes), per(*len, found.series)]
    });
    let sections = table(look, &["part", ">bytes", ">share", ">B/series"], sections);
    let measurements: Vec<String> =
        found.measurements.iter().map(|found| measurement_text(look, found)).collect();
    format!("{head}\n{sections}\n{}", measurements.join("\n"))
}

fn measurement_text(look: Look, found: &MeasurementReport) -> String {
    let tags: Vec<String> =
        found.tag_keys.iter().map(|(key, values)| format!("{key} ({})", counted(*values, "value"))).collect();
    let tags = if tags.is_empty() { "none".to_owned() } else { tags.join(", ") };
    let fields = found.fields.iter().map(|(name, ty, column)| column_row(name, ty.name(), column));
    let rows = std::iter::once(column_row("", "time", &found.time)).chain(fields);
    let header = ["field", "type", ">pages", ">values", ">bytes", ">B/value", "+>statistics", "codecs"];
    format!("{}: {} series; tags: {tags}\n{}", found.name, count(found.series), table(look, &header, rows))
}

fn column_row(name: &str, ty: &str, column: &ColumnReport) -> Vec<String> {
    let codecs =
        column.codecs.iter().map(|share| format!("{} {} ({})", share.codec, share.pages, bytes(share.bytes)));
    vec![
        name.to_owned(),
        ty.to_owned(),
        count(column.pages),
        count(column.values),
        bytes(column.bytes),
        per(column.bytes, column.values),
        bytes(column.statistics_bytes),
        codecs.collect::<Vec<_>>().join(", "),
    ]
}

fn json(found: &SegmentReport) -> Value {
    let place = found.place.as_ref();
    json!({
        "path": found.path,
        "id": found.id,
        "shard": found.shard,
        "database": place.map(|(database, _)| database),
        "policy": place.map(|(_, policy)| policy),
        "bytes": found.bytes,
        "rows": found.rows,
        "values": found.values,
        "series": found.series,
        "lsn_first": found.lsn_first,
        "lsn_last": found.lsn_last,
        "start_ns": found.start_ns,
        "end_ns": found.end_ns,
        "sections": sections_json(&found.sections),
        "measurements": found.measurements.iter().map(measurement_json).collect::<Vec<_>>(),
    })
}

fn measurement_json(found: &MeasurementReport) -> Value {
    let tag_keys = found.tag_keys.iter().map(|(key, values)| json!({ "name": key, "values": values }));
    let fields = found
        .fields
        .iter()
        .map(|(name, ty, column)| json!({ "name": name, "type": ty.name(), "column": column_json(column) }));
    json!({
        "name": found.name,
        "series": found.series,
        "tag_keys": tag_keys.collect::<Vec<_>>(),
        "time": column_json(&found.time),
        "fields": fields.collect::<Vec<_>>(),
    })
}

fn column_json(column: &ColumnReport) -> Value {
    let codecs = column
        .codecs
        .iter()
        .map(|share| json!({ "codec": share.codec, "pages": share.pages, "bytes": share.bytes }));
    json!({
        "pages": column.pages,
        "values": column.values,
        "bytes": column.bytes,
        "statistics_bytes": column.statistics_bytes,
        "codecs": codecs.collect::<Vec<_>>(),
    })
}

//! Series, tags and fields by measurement.

use super::Look;
use super::text::{bytes, count, counted, per, table};
use super::verify::finding_json;
use serde_json::{Value, json};
use tsdb::inspect::{DatabaseIndex, IndexReport, MeasurementIndex};

pub(super) fn text(look: Look, found: &IndexReport) -> String {
    let mut told = String::new();
    for database in &found.databases {
        told.push_str(&heading(database));
        told.push_str(&table(
            look,
            &["measurement", ">series", "tag keys (distinct values)", "fields"],
            database.measurements.iter().map(measurement_row),
        ));
        told.push('\n');
    }
    told + &notes(found)
}

fn heading(database: &DatabaseIndex) -> String {
    format!(
        "{}: {} series; segments hold {} with an index of {}, {} B each\n",
        database.name,
        count(database.series),
        count(database.stored_series),
        bytes(database.index_bytes),
        per(database.index_bytes, database.stored_series),
    )
}

fn measurement_row(found: &MeasurementIndex) -> Vec<String> {
    let tags = found.tag_keys.iter().map(|(key, values)| format!("{key} ({})", count(*values)));
    let fields = found.fields.iter().map(|(name, types)| {
        let types: Vec<&str> = types.iter().map(|ty| ty.name()).collect();
        format!("{name} {}", types.join("|"))
    });
    let (tags, fields): (Vec<String>, Vec<String>) = (tags.collect(), fields.collect());
    vec![found.name.clone(), count(found.series), tags.join(", "), fields.join(", ")]
}

/// What the figures leave out.
fn notes(found: &IndexReport) -> String {
    let mut told = match found.wal_rows {
        Some(rows) => format!("counted with {} of the WAL\n", counted(rows, "row")),
        None if found.wal_frames > 0 => {
            format!(
                "the rows of {} in the WAL are not counted; --wal counts them\n",
                counted(found.wal_frames, "frame")
            )
        }
        None => String::new(),
    };
    found.findings.iter().for_each(|finding| told.push_str(&format!("damaged, not counted: {finding}\n")));
    told
}

pub(super) fn cardinality_text(look: Look, found: &IndexReport) -> String {
    let rows = found.databases.iter().flat_map(|database| {
        let row = |name: &str, series| vec![database.name.clone(), name.to_owned(), count(series)];
        let measurements = database.measurements.iter().map(move |found| row(&found.name, found.series));
        let all = vec![database.name.clone(), "(all)".to_owned(), count(database.series)];
        measurements.chain(std::iter::once(all)).collect::<Vec<_>>()
    });
    table(look, &["database", "measurement", ">series"], rows) + &notes(found)
}

pub(super) fn json(found: &IndexReport) -> Value {
    let measurement = |found: &MeasurementIndex| {
        let tag_keys = found.tag_keys.iter().map(|(key, values)| json!({ "name": key, "values": values }));
        let fields = found.fields.iter().map(|(name, types)| {
            json!({ "name": name, "types": types.iter().map(|ty| ty.name()).collect::<Vec<_>>() })
        });
        json!({
            "name": found.name,
            "series": found.series,
            "tag_keys": tag_keys.collect::<Vec<_>>(),
            "fields": fields.collect::<Vec<_>>(),
        })
    };
    report_json(found, measurement)
}

pub(super) fn cardinality_json(found: &IndexReport) -> Value {
    report_json(found, |found| json!({ "name": found.name, "series": found.series }))
}

fn report_json(found: &IndexReport, measurement: impl Fn(&MeasurementIndex) -> Value) -> Value {
    let databases = found.databases.iter().map(|database| {
        json!({
            "name": database.name,
            "series": database.series,
            "stored_series": database.stored_series,
            "index_bytes": database.index_bytes,
            "measurements": database.measurements.iter().map(&measurement).collect::<Vec<_>>(),
        })
    });
    json!({
        "databases": databases.collect::<Vec<_>>(),
        "wal_rows": found.wal_rows,
        "wal_frames": found.wal_frames,
        "findings": found.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

//! The pages of a segment, added up by field.

use std::collections::BTreeMap;

use super::{CodecShare, ColumnReport, MeasurementReport};
use crate::codec::Kind;
use crate::error::Result;
use crate::segment::{Measurement, SegmentReader, SurveyGroup, page_facts, time_page_kind};

/// What is known of the columns so far, by the numbers of measurements and fields.
pub(super) struct Columns {
    measurements: Vec<Vec<Column>>,
}

/// A column under way; the first one of a measurement is time.
#[derive(Default)]
struct Column {
    report: ColumnReport,
    codecs: BTreeMap<u8, CodecShare>,
}

impl Columns {
    pub(super) fn of(measurements: &[Measurement]) -> Self {
        let columns = |count: usize| (0..count).map(|_| Column::default()).collect();
        let measurements = measurements.iter().map(|measurement| columns(measurement.fields.len() + 1));
        Self { measurements: measurements.collect() }
    }

    /// Adds the pages and statistics of a group.
    pub(super) fn add(&mut self, measurement: usize, group: &SurveyGroup<'_>) -> Result<()> {
        let columns = &mut self.measurements[measurement];
        for page in group.pages() {
            let field = page.column.checked_sub(1).map(|place| group.numbers[place] as usize);
            let column = &mut columns[field.map_or(0, |number| number + 1)];
            let (values, kind) = if field.is_none() {
                (page.rows, Some(group.decode(&page, time_page_kind)?))
            } else {
                let facts = group.decode(&page, |bytes| page_facts(bytes, page.rows))?;
                (facts.values, facts.kind)
            };
            column.add_page(values, kind, page.extent.len);
        }
        for (place, len) in group.statistics_lens().iter().enumerate() {
            let field = place.checked_sub(1).map(|place| group.numbers[place] as usize);
            columns[field.map_or(0, |number| number + 1)].report.statistics_bytes += len;
        }
        Ok(())
    }

    /// The measurements by name.
    pub(super) fn finish(self, reader: &SegmentReader) -> Result<Vec<MeasurementReport>> {
        let mut reports = Vec::with_capacity(self.measurements.len());
        for (measurement, columns) in reader.numbered_measurements().iter().zip(self.measurements) {
            let mut columns = columns.into_iter().map(Column::finish);
            let time = columns.next().unwrap_or_default();
            let fields = measurement.fields.iter().zip(columns);
            let mut fields: Vec<_> =
                fields.map(|(field, report)| (field.name.to_string(), field.ty, report)).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            reports.push(MeasurementReport {
                name: measurement.name.to_string(),
                series: reader.series_bitmap(measurement)?.len(),
                tag_keys: tag_keys(reader, measurement)?,
                time,
                fields,
            });
        }
        reports.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(reports)
    }
}

fn tag_keys(reader: &SegmentReader, measurement: &Measurement) -> Result<Vec<(String, u64)>> {
    let mut keys = Vec::with_capacity(measurement.tag_keys.len());
    for key in &measurement.tag_keys {
        keys.push((key.name.to_string(), reader.tag_value_count(key)?));
    }
    keys.sort();
    Ok(keys)
}

impl Column {
    fn add_page(&mut self, values: usize, kind: Option<Kind>, bytes: u64) {
        self.report.pages += 1;
        self.report.values += values as u64;
        self.report.bytes += bytes;
        if let Some(kind) = kind {
            let none = CodecShare { codec: kind.name(), pages: 0, bytes: 0 };
            let share = self.codecs.entry(kind as u8).or_insert(none);
            share.pages += 1;
            share.bytes += bytes;
        }
    }

    fn finish(self) -> ColumnReport {
        ColumnReport { codecs: self.codecs.into_values().collect(), ..self.report }
    }
}

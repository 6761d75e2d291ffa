//! The lines of one retention policy: measurement by measurement, series by series, by time.

use super::client_gone;
use super::columns::Columns;
use crate::answer::Pieces;
use crate::embedded::store_error;
use crate::error::ApiError;
use model::line_protocol::push_line;
use model::{
    Budget, CancelToken, Direction, ScanBatch, ScanOrder, ScanRequest, SeriesKey, TagPredicate, Tags,
    TimeRange,
};
use std::sync::Arc;
use tsdb::Snapshot;

/// What every policy's lines are chosen by.
#[derive(Debug)]
pub(super) struct Exporter {
    pub(super) time: TimeRange,
    pub(super) measurement: Option<String>,
    pub(super) cancel: CancelToken,
    pub(super) budget: Budget,
}

impl Exporter {
    /// Writes the lines of a snapshot.
    pub(super) fn write(&self, snapshot: &Snapshot, out: &mut Pieces) -> Result<(), ApiError> {
        let measurements = snapshot.measurements().map_err(|error| store_error(&error))?;
        let is_wanted = |name: &str| self.measurement.as_deref().is_none_or(|wanted| wanted == name);
        for measurement in measurements.iter().filter(|name| is_wanted(name)) {
            self.write_measurement(snapshot, measurement, out)?;
        }
        Ok(())
    }

    fn write_measurement(
        &self,
        snapshot: &Snapshot,
        measurement: &str,
        out: &mut Pieces,
    ) -> Result<(), ApiError> {
        let columns = Columns::new(snapshot, measurement).map_err(|error| store_error(&error))?;
        let request = self.request(measurement, &columns);
        let mut scan = snapshot.scan(&request).map_err(|error| store_error(&error))?;
        let mut series = CurrentSeries::new(measurement);
        while let Some(batch) = scan.next_batch().map_err(|error| store_error(&error))? {
            write_batch(&batch, &columns, &mut series, out)?;
        }
        Ok(())
    }

    fn request(&self, measurement: &str, columns: &Columns) -> ScanRequest {
        ScanRequest {
            measurement: measurement.into(),
            time: self.time,
            tags: TagPredicate::All,
            fields: columns.requests(),
            group_by: Vec::new(),
            order: ScanOrder::BySeries,
            direction: Direction::Ascending,
            series_rows_max: None,
            cancel: self.cancel.clone(),
            budget: self.budget.clone(),
        }
    }
}

fn write_batch(
    batch: &ScanBatch,
    columns: &Columns,
    series: &mut CurrentSeries<'_>,
    out: &mut Pieces,
) -> Result<(), ApiError> {
    for (row, ts) in batch.columns.times.iter().enumerate() {
        let key = series.key(batch.series.tags(row));
        push_line(&mut out.text, key, columns.row(batch, row), *ts);
        out.pass_on().map_err(client_gone)?;
    }
    Ok(())
}

/// The series of the row before: rows of one series follow each other.
struct CurrentSeries<'a> {
    measurement: &'a str,
    last: Option<(Arc<Tags>, SeriesKey)>,
}

impl<'a> CurrentSeries<'a> {
    const fn new(measurement: &'a str) -> Self {
        Self { measurement, last: None }
    }

    /// The key of the series with these tags.
    fn key(&mut self, tags: &Arc<Tags>) -> &SeriesKey {
        let fresh = |measurement| (Arc::clone(tags), SeriesKey::new(measurement, tags));
        let measurement = self.measurement;
        let last = self.last.get_or_insert_with(|| fresh(measurement));
        if !Arc::ptr_eq(&last.0, tags) {
            *last = fresh(measurement);
        }
        &last.1
    }
}

//! `query::Source`: names and rows out of snapshots.

use super::Embedded;
use model::{
    FieldType, Leased, ScanBatch, ScanRequest, SeriesRequest, SummaryPart, SummaryRequest, Tags, TimeRange,
};
use query::{Scan, Scope, Source, SourceError, SourceErrorKind, SourceResult, Summaries};
use std::sync::Arc;
use tsdb::Snapshot;

impl Embedded {
    fn snapshot(&self, scope: &Scope) -> SourceResult<Snapshot> {
        self.0.snapshot(&scope.db, Some(&scope.rp)).map_err(|error| source_error(&error))
    }
}

impl Source for Embedded {
    fn default_retention_policy(&self, db: &str) -> SourceResult<String> {
        let database = self.0.database(db).ok_or_else(|| SourceError::database_not_found(db))?;
        Ok(database.default_policy.to_string())
    }

    fn measurements(&self, scope: &Scope) -> SourceResult<Vec<String>> {
        self.snapshot(scope)?.measurements().map(texts).map_err(|error| source_error(&error))
    }

    fn fields(
        &self,
        scope: &Scope,
        measurement: &str,
        time: TimeRange,
    ) -> SourceResult<Vec<(String, Vec<FieldType>)>> {
        let fields = self.snapshot(scope)?.within(time).fields(measurement);
        let fields = fields.map_err(|error| source_error(&error))?;
        Ok(fields.into_iter().map(|(name, types)| (name.into(), types)).collect())
    }

    fn series(&self, scope: &Scope, request: &SeriesRequest) -> SourceResult<Leased<Vec<Arc<Tags>>>> {
        self.snapshot(scope)?.series(request).map_err(|error| source_error(&error))
    }

    fn tag_keys(&self, scope: &Scope, request: &SeriesRequest) -> SourceResult<Vec<String>> {
        self.snapshot(scope)?.tag_keys(request).map(texts).map_err(|error| source_error(&error))
    }

    fn tag_values(
        &self,
        scope: &Scope,
        key: &str,
        request: &SeriesRequest,
    ) -> SourceResult<Leased<Vec<String>>> {
        let values = self.snapshot(scope)?.tag_values(key, request).map_err(|error| source_error(&error))?;
        Ok(values.map(texts))
    }

    fn series_count(&self, requests: &[(Scope, SeriesRequest)]) -> SourceResult<usize> {
        let asked = requests.iter().map(|(scope, request)| Ok((self.snapshot(scope)?, request)));
        let asked = asked.collect::<SourceResult<Vec<_>>>()?;
        let count = Snapshot::count_series(&asked).map_err(|error| source_error(&error))?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    fn scan(&self, scope: &Scope, request: &ScanRequest) -> SourceResult<Box<dyn Scan>> {
        let scan = self.snapshot(scope)?.scan(request).map_err(|error| source_error(&error))?;
        Ok(Box::new(Rows(scan)))
    }

    fn summarise(&self, scope: &Scope, request: &SummaryRequest) -> SourceResult<Option<Box<dyn Summaries>>> {
        let scan = self.snapshot(scope)?.summarise(request).map_err(|error| source_error(&error))?;
        Ok(Some(Box::new(Told(scan))))
    }
}

struct Told(tsdb::SummaryScan);

impl Summaries for Told {
    fn next_part(&mut self) -> SourceResult<Option<SummaryPart>> {
        self.0.next_part().map_err(|error| source_error(&error))
    }
}

struct Rows(tsdb::Scan);

impl Scan for Rows {
    fn next_batch(&mut self) -> SourceResult<Option<ScanBatch>> {
        self.0.next_batch().map_err(|error| source_error(&error))
    }
}

fn texts(texts: Vec<Box<str>>) -> Vec<String> {
    texts.into_iter().map(String::from).collect()
}

fn source_error(error: &tsdb::Error) -> SourceError {
    let kind = match error {
        tsdb::Error::DatabaseNotFound(_) | tsdb::Error::RetentionPolicyNotFound(_) => {
            SourceErrorKind::NotFound
        }
        tsdb::Error::Busy { .. } => SourceErrorKind::Busy,
        tsdb::Error::Budget(_) => SourceErrorKind::Budget,
        tsdb::Error::Corrupt { .. } => SourceErrorKind::Corrupt,
        tsdb::Error::Cancelled => SourceErrorKind::Cancelled,
        _ => SourceErrorKind::Other,
    };
    SourceError::new(kind, super::with_causes(error))
}

//! A store in memory: line protocol in, scans out, in small batches so that every operator meets the
//! seams between them; and where only what values come to is wanted, some of them told so.

#[path = "told.rs"]
mod told;

use model::line_protocol::{ParseOptions, parse};
use model::{
    Budget, Column, ColumnBatch, Deletion, Direction, FieldType, FieldValue, Leased, ScanBatch, ScanOrder,
    ScanRequest, SeriesColumn, SeriesKey, SeriesRequest, Share, SummaryPart, SummaryRequest, Tags, TimeRange,
    ValueRef,
};
use query::{
    Catalog, CatalogError, CatalogResult, RetentionPolicyInfo, RetentionPolicySpec, Scan, Scope, Source,
    SourceError, SourceErrorKind, SourceResult, Summaries,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

/// Rows of one batch at most.
const BATCH_ROWS_MAX: usize = 3;

/// A shard of the default policy.
const SHARD_NS: i64 = 168 * 3600 * 1_000_000_000;

/// What a series of a list is leased for.
const SERIES_BYTES: usize = 64;

#[derive(Default)]
struct Series {
    tags: Arc<Tags>,
    rows: BTreeMap<i64, BTreeMap<String, FieldValue>>,
}

type Table = BTreeMap<SeriesKey, Series>;

#[derive(Default)]
struct Database {
    policies: Vec<RetentionPolicyInfo>,
    tables: BTreeMap<(String, String), Table>,
}

/// The store.
#[derive(Default)]
pub(crate) struct Memory(Mutex<BTreeMap<String, Database>>);

impl Memory {
    /// An empty store.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Database>> {
        self.0.lock().unwrap()
    }

    /// Creates a database with its default policy.
    pub(crate) fn create(&self, db: &str) {
        self.create_database(db, None).unwrap();
    }

    /// Writes lines. A point whose field has another type in its shard is left out.
    pub(crate) fn write(&self, db: &str, rp: &str, lines: &str) {
        let parsed = parse(lines.as_bytes().to_vec(), &ParseOptions::default());
        assert!(parsed.refused.is_empty(), "{:?}", parsed.refused);
        let mut databases = self.lock();
        let database = databases.get_mut(db).unwrap();
        for point in parsed.points.iter() {
            let key = point.series_key();
            let table = database.tables.entry((rp.to_owned(), key.measurement().into_owned())).or_default();
            let fields: Vec<(String, FieldValue)> =
                point.fields().map(|field| (field.name.to_owned(), field.value.to_owned())).collect();
            if fields.iter().any(|(name, value)| conflicts(table, point.ts(), name, value.field_type())) {
                continue;
            }
            let series = table.entry(key.clone()).or_default();
            series.tags = Arc::new(key.tags());
            series.rows.entry(point.ts()).or_default().extend(fields);
        }
    }

    fn with_table<T: Default>(
        &self,
        scope: &Scope,
        measurement: &str,
        read: impl FnOnce(&Table) -> T,
    ) -> SourceResult<T> {
        let databases = self.lock();
        let database = find(&databases, scope)?;
        let table = database.tables.get(&(scope.rp.to_string(), measurement.to_owned()));
        Ok(table.map(read).unwrap_or_default())
    }
}

fn conflicts(table: &Table, ts: i64, name: &str, ty: FieldType) -> bool {
    let shard = ts.div_euclid(SHARD_NS);
    let rows = table.values().flat_map(|series| &series.rows);
    rows.filter(|(at, _)| at.div_euclid(SHARD_NS) == shard)
        .any(|(_, row)| row.get(name).is_some_and(|value| value.field_type() != ty))
}

fn find<'a>(databases: &'a BTreeMap<String, Database>, scope: &Scope) -> SourceResult<&'a Database> {
    let database = databases.get(&*scope.db).ok_or_else(|| SourceError::database_not_found(&scope.db))?;
    if database.policies.iter().all(|policy| policy.name != *scope.rp) {
        return Err(SourceError::policy_not_found(&scope.rp));
    }
    Ok(database)
}

/// The range of the shards that touch `time`.
fn shards(time: TimeRange) -> TimeRange {
    TimeRange::new(
        time.start.div_euclid(SHARD_NS).saturating_mul(SHARD_NS),
        (time.end - 1).div_euclid(SHARD_NS).saturating_add(1).saturating_mul(SHARD_NS),
    )
}

impl Source for Memory {
    fn default_retention_policy(&self, db: &str) -> SourceResult<String> {
        let databases = self.lock();
        let database = databases.get(db).ok_or_else(|| SourceError::database_not_found(db))?;
        let policy = database.policies.iter().find(|policy| policy.is_default);
        policy.map(|policy| policy.name.clone()).ok_or_else(|| SourceError::policy_not_found("autogen"))
    }

    fn measurements(&self, scope: &Scope) -> SourceResult<Vec<String>> {
        let databases = self.lock();
        let tables = &find(&databases, scope)?.tables;
        Ok(tables.keys().filter(|(rp, _)| **rp == *scope.rp).map(|(_, name)| name.clone()).collect())
    }

    fn fields(
        &self,
        scope: &Scope,
        measurement: &str,
        time: TimeRange,
    ) -> SourceResult<Vec<(String, Vec<FieldType>)>> {
        let shards = shards(time);
        self.with_table(scope, measurement, |table| {
            let mut fields: BTreeMap<String, BTreeSet<FieldType>> = BTreeMap::new();
            let rows = table.values().flat_map(|series| &series.rows);
            for (_, row) in rows.filter(|(ts, _)| shards.contains(**ts)) {
                for (name, value) in row {
                    fields.entry(name.clone()).or_default().insert(value.field_type());
                }
            }
            fields.into_iter().map(|(name, types)| (name, types.into_iter().collect())).collect()
        })
    }

    fn series(&self, scope: &Scope, request: &SeriesRequest) -> SourceResult<Leased<Vec<Arc<Tags>>>> {
        if request.cancel.is_cancelled() {
            return Err(SourceError::new(SourceErrorKind::Cancelled, "the reader gave up"));
        }
        let shards = shards(request.time);
        let found: Vec<Arc<Tags>> = self.with_table(scope, &request.measurement, |table| {
            let passing = table.values().filter(|series| {
                request.tags.matches(&series.tags) && series.rows.keys().any(|ts| shards.contains(*ts))
            });
            passing.map(|series| Arc::clone(&series.tags)).collect()
        })?;
        let lease = request.budget.lease(Share::Query, found.len() * SERIES_BYTES);
        let lease = lease.map_err(|error| SourceError::new(SourceErrorKind::Budget, error.to_string()))?;
        Ok(Leased::new(found, lease))
    }

    fn tag_keys(&self, scope: &Scope, request: &SeriesRequest) -> SourceResult<Vec<String>> {
        let unlimited = SeriesRequest { budget: Budget::new(usize::MAX), ..request.clone() };
        let series = self.series(scope, &unlimited)?;
        let keys: BTreeSet<&str> = series.iter().flat_map(|tags| tags.iter().map(|(key, _)| key)).collect();
        Ok(keys.into_iter().map(str::to_owned).collect())
    }

    fn scan(&self, scope: &Scope, request: &ScanRequest) -> SourceResult<Box<dyn Scan>> {
        let batches = self.with_table(scope, &request.measurement, |table| batches(table, request))?;
        Ok(Box::new(Batches(batches.into())))
    }

    fn summarise(&self, scope: &Scope, request: &SummaryRequest) -> SourceResult<Option<Box<dyn Summaries>>> {
        let batches =
            self.with_table(scope, &request.scan.measurement, |table| batches(table, &request.scan))?;
        let parts = batches.iter().flat_map(|batch| told::parts(batch, request)).collect();
        Ok(Some(Box::new(Parts(parts))))
    }
}

struct Parts(VecDeque<SummaryPart>);

impl Summaries for Parts {
    fn next_part(&mut self) -> SourceResult<Option<SummaryPart>> {
        Ok(self.0.pop_front())
    }
}

struct Batches(VecDeque<ScanBatch>);

impl Scan for Batches {
    fn next_batch(&mut self) -> SourceResult<Option<ScanBatch>> {
        Ok(self.0.pop_front())
    }
}

type Row = (i64, Arc<Tags>, Vec<Option<FieldValue>>);

fn batches(table: &Table, request: &ScanRequest) -> Vec<ScanBatch> {
    let mut groups: BTreeMap<Vec<String>, Vec<Row>> = BTreeMap::new();
    for series in table.values().filter(|series| request.tags.matches(&series.tags)) {
        let key = request.group_by.iter().map(|key| series.tags.value_or_empty(key).to_owned()).collect();
        groups.entry(key).or_default().extend(rows(series, request));
    }
    let mut batches = Vec::new();
    for (_, mut rows) in groups {
        if request.order == ScanOrder::ByTime {
            match request.direction {
                Direction::Ascending => rows.sort_by_key(|row| row.0),
                Direction::Descending => rows.sort_by_key(|row| std::cmp::Reverse(row.0)),
            }
        }
        batches.extend(rows.chunks(BATCH_ROWS_MAX).map(|rows| batch(rows, request)));
    }
    batches
}

fn rows(series: &Series, request: &ScanRequest) -> Vec<Row> {
    let in_range = series.rows.iter().filter(|(ts, _)| request.time.contains(**ts));
    let mut rows: Vec<Row> = in_range
        .map(|(ts, row)| {
            let values = request.fields.iter().map(|field| cast(row.get(&*field.name)?, field.ty)).collect();
            (*ts, Arc::clone(&series.tags), values)
        })
        .filter(|(_, _, values): &Row| values.iter().any(Option::is_some))
        .collect();
    if request.direction == Direction::Descending {
        rows.reverse();
    }
    rows.truncate(request.series_rows_max.unwrap_or(usize::MAX));
    rows
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "this is what a cast between numbers is"
)]
fn cast(value: &FieldValue, ty: FieldType) -> Option<FieldValue> {
    if value.field_type() == ty {
        return Some(value.clone());
    }
    match (value, ty) {
        (FieldValue::Integer(v), FieldType::Float) => Some(FieldValue::Float(*v as f64)),
        (FieldValue::Unsigned(v), FieldType::Float) => Some(FieldValue::Float(*v as f64)),
        (FieldValue::Float(v), FieldType::Integer) => Some(FieldValue::Integer(*v as i64)),
        (FieldValue::Unsigned(v), FieldType::Integer) => Some(FieldValue::Integer(v.cast_signed())),
        (FieldValue::Float(v), FieldType::Unsigned) => Some(FieldValue::Unsigned(*v as u64)),
        (FieldValue::Integer(v), FieldType::Unsigned) => Some(FieldValue::Unsigned(v.cast_unsigned())),
        _ => None,
    }
}

fn batch(rows: &[Row], request: &ScanRequest) -> ScanBatch {
    let mut columns: Vec<Column> = request.fields.iter().map(|field| Column::empty(field.ty)).collect();
    for (_, _, values) in rows {
        for (column, value) in columns.iter_mut().zip(values) {
            column.push(value.as_ref().map(FieldValue::as_ref).map(|value: ValueRef<'_>| value));
        }
    }
    let series = match rows {
        [(_, tags, _), rest @ ..] if rest.iter().all(|row| row.1 == *tags) => {
            SeriesColumn::One(Arc::clone(tags))
        }
        rows => SeriesColumn::Many {
            table: rows.iter().map(|row| Arc::clone(&row.1)).collect(),
            rows: (0u32..).take(rows.len()).collect(),
        },
    };
    ScanBatch { series, columns: ColumnBatch { times: rows.iter().map(|row| row.0).collect(), columns } }
}

fn info(spec: &RetentionPolicySpec, name: &str) -> RetentionPolicyInfo {
    RetentionPolicyInfo {
        name: spec.name.clone().unwrap_or_else(|| name.to_owned()),
        duration_ns: spec.duration_ns.unwrap_or(0),
        shard_duration_ns: spec.shard_duration_ns.filter(|ns| *ns > 0).unwrap_or(SHARD_NS),
        replication: spec.replication.unwrap_or(1),
        is_default: spec.make_default,
    }
}

fn missing(db: &str) -> CatalogError {
    CatalogError::new(format!("database not found: {db}"))
}

impl Catalog for Memory {
    fn databases(&self) -> CatalogResult<Vec<String>> {
        Ok(self.lock().keys().cloned().collect())
    }

    fn retention_policies(&self, db: &str) -> CatalogResult<Vec<RetentionPolicyInfo>> {
        self.lock().get(db).map(|database| database.policies.clone()).ok_or_else(|| missing(db))
    }

    fn create_database(&self, db: &str, policy: Option<&RetentionPolicySpec>) -> CatalogResult<()> {
        let default = RetentionPolicySpec { make_default: true, ..RetentionPolicySpec::default() };
        let policy = info(policy.unwrap_or(&default), "autogen");
        let fresh = Database { policies: vec![policy], tables: BTreeMap::new() };
        self.lock().entry(db.to_owned()).or_insert(fresh);
        Ok(())
    }

    fn drop_database(&self, db: &str) -> CatalogResult<()> {
        self.lock().remove(db);
        Ok(())
    }

    fn create_retention_policy(&self, db: &str, policy: &RetentionPolicySpec) -> CatalogResult<()> {
        let mut databases = self.lock();
        let database = databases.get_mut(db).ok_or_else(|| missing(db))?;
        let fresh = info(policy, "");
        if let Some(known) = database.policies.iter().find(|known| known.name == fresh.name) {
            let is_same = known.duration_ns == fresh.duration_ns && known.replication == fresh.replication;
            return if is_same { Ok(()) } else { Err(CatalogError::new("retention policy already exists")) };
        }
        if fresh.is_default {
            database.policies.iter_mut().for_each(|known| known.is_default = false);
        }
        database.policies.push(fresh);
        Ok(())
    }

    fn alter_retention_policy(&self, db: &str, policy: &RetentionPolicySpec) -> CatalogResult<()> {
        let mut databases = self.lock();
        let database = databases.get_mut(db).ok_or_else(|| missing(db))?;
        let name = policy.name.clone().unwrap_or_default();
        if database.policies.iter().all(|known| known.name != name) {
            return Err(CatalogError::new(format!("retention policy not found: {name}")));
        }
        for known in &mut database.policies {
            if known.name == name {
                known.duration_ns = policy.duration_ns.unwrap_or(known.duration_ns);
                known.shard_duration_ns = policy.shard_duration_ns.unwrap_or(known.shard_duration_ns);
                known.replication = policy.replication.unwrap_or(known.replication);
                known.is_default |= policy.make_default;
            } else if policy.make_default {
                known.is_default = false;
            }
        }
        Ok(())
    }

    fn delete(&self, db: &str, deletion: &Deletion) -> CatalogResult<()> {
        let mut databases = self.lock();
        let database = databases.get_mut(db).ok_or_else(|| missing(db))?;
        for ((rp, name), table) in &mut database.tables {
            let is_meant =
                deletion.sources.is_empty() || deletion.sources.iter().any(|source| source.matches(rp, name));
            if is_meant {
                for series in table.values_mut().filter(|series| deletion.tags.matches(&series.tags)) {
                    series.rows.retain(|ts, _| !deletion.time.contains(*ts));
                }
                table.retain(|_, series| !series.rows.is_empty());
            }
        }
        database.tables.retain(|_, table| !table.is_empty());
        Ok(())
    }

    fn drop_retention_policy(&self, db: &str, rp: &str) -> CatalogResult<()> {
        if let Some(database) = self.lock().get_mut(db) {
            database.policies.retain(|policy| policy.name != rp);
            database.tables.retain(|(policy, _), _| policy != rp);
        }
        Ok(())
    }
}

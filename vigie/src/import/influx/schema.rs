//! What an InfluxDB 1.x says that it holds.

use super::source::Influx;
use crate::progress::Progress;
use anyhow::Context as _;
use model::{FieldType, TimeRange, duration};
use query::ast::{CreateDatabase, CreateRetentionPolicy, DatabasePolicy, QuotedIdentifier};
use query::text::parse_instant;
use std::collections::BTreeMap;

/// The database in which an InfluxDB writes down what it does.
const INTERNAL: &str = "_internal";

/// A database.
#[derive(Debug)]
pub(super) struct Database {
    pub(super) name: String,
    /// By name.
    pub(super) policies: Vec<Policy>,
}

/// A retention policy.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) duration_ns: i64,
    pub(super) shard_duration_ns: i64,
    pub(super) replication: u32,
    pub(super) is_default: bool,
}

/// A field with the types that it has in one shard or another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) types: Vec<FieldType>,
}

/// The fields of each measurement, by name.
pub(super) type Measurements = BTreeMap<String, Vec<Field>>;

/// The databases that are wanted, by name; all but the internal one when none is named.
pub(super) async fn databases(
    source: &Influx,
    wanted: &[String],
    progress: &Progress,
) -> anyhow::Result<Vec<Database>> {
    let rows = source.table("SHOW DATABASES", progress).await?;
    let mut names: Vec<String> = rows.into_iter().filter_map(|(_, row)| row.into_iter().next()).collect();
    if wanted.is_empty() {
        names.retain(|name| name != INTERNAL);
    } else {
        let missing = wanted.iter().find(|name| !names.contains(name));
        anyhow::ensure!(
            missing.is_none(),
            "--from-db: it has no database {:?}",
            missing.map_or("", |name| name)
        );
        names.retain(|name| wanted.contains(name));
    }
    names.sort();
    let mut databases = Vec::with_capacity(names.len());
    for name in names {
        let policies = policies(source, &name, progress).await?;
        databases.push(Database { name, policies });
    }
    Ok(databases)
}

async fn policies(source: &Influx, db: &str, progress: &Progress) -> anyhow::Result<Vec<Policy>> {
    let statement = format!("SHOW RETENTION POLICIES ON {}", QuotedIdentifier(db));
    let rows = source.table(&statement, progress).await?;
    let mut policies = Vec::with_capacity(rows.len());
    for (_, row) in rows {
        policies.push(policy(&row).with_context(|| format!("{statement}: not understood: {row:?}"))?);
    }
    policies.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(policies)
}

/// `name`, `duration`, `shardGroupDuration`, `replicaN`, `default`; 1.12 has two more behind.
fn policy(row: &[String]) -> Option<Policy> {
    let [name, keep, shard, replication, default, ..] = row else { return None };
    Some(Policy {
        name: name.clone(),
        duration_ns: duration::parse(keep).ok()?,
        shard_duration_ns: duration::parse(shard).ok()?,
        replication: replication.parse().ok()?,
        is_default: default == "true",
    })
}

/// The measurements of a policy with their fields.
pub(super) async fn measurements(
    source: &Influx,
    db: &str,
    rp: &str,
    progress: &Progress,
) -> anyhow::Result<Measurements> {
    let (db, rp) = (QuotedIdentifier(db), QuotedIdentifier(rp));
    let rows = source.table(&format!("SHOW FIELD KEYS ON {db} FROM {rp}./.*/"), progress).await?;
    let mut measurements = Measurements::new();
    for (measurement, row) in rows {
        let [name, ty] = &row[..] else { anyhow::bail!("SHOW FIELD KEYS: not understood: {row:?}") };
        let ty = FieldType::ALL.into_iter().find(|known| known.name() == ty);
        let ty = ty.with_context(|| format!("SHOW FIELD KEYS: a type that is not known: {row:?}"))?;
        let fields = measurements.entry(measurement).or_default();
        match fields.iter_mut().find(|field| field.name == *name) {
            Some(field) => field.types.push(ty),
            None => fields.push(Field { name: name.clone(), types: vec![ty] }),
        }
    }
    Ok(measurements)
}

/// The shard groups of every policy: database, policy, range of time. Nothing where it does not tell them, as to
/// users that are no administrators.
pub(super) async fn shard_groups(
    source: &Influx,
    progress: &Progress,
) -> Option<Vec<(String, String, TimeRange)>> {
    let rows = source.table("SHOW SHARD GROUPS", progress).await.ok()?;
    let group = |(_, row): (String, Vec<String>)| {
        let [_, db, rp, start, end, ..] = &row[..] else { return None };
        // A group at the edge of time begins or ends outside of what 64 bits can count.
        let start = parse_instant(start).unwrap_or(TimeRange::ALL.start);
        let end = parse_instant(end).unwrap_or(TimeRange::ALL.end);
        Some((db.clone(), rp.clone(), TimeRange::new(start, end).intersect(&TimeRange::ALL)))
    };
    rows.into_iter().map(group).collect()
}

/// The type that a field has inside one shard group, which is what a plan says; none where it has no values.
pub(super) async fn type_within(
    source: &Influx,
    from: &str,
    field: &str,
    time: TimeRange,
    progress: &Progress,
) -> anyhow::Result<Option<FieldType>> {
    let statement = format!(
        "EXPLAIN SELECT {}::field FROM {from} WHERE time >= {} AND time < {}",
        quoted(field),
        time.start,
        time.end
    );
    let rows = source.table(&statement, progress).await?;
    let planned = |(_, row): &(String, Vec<String>)| {
        let fields = row.first()?.trim().strip_prefix("AUXILIARY FIELDS:")?.to_owned();
        let (_, ty) = fields.rsplit_once("::")?;
        FieldType::ALL.into_iter().find(|known| known.name() == ty.trim())
    };
    Ok(rows.iter().find_map(planned))
}

/// A name in double quotes, always: before `::` a bare one would do, but this is never wrong.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

impl Database {
    /// What makes the database with its policies.
    pub(super) fn statements(&self) -> Vec<String> {
        let default = self.policies.iter().find(|policy| policy.is_default);
        let create =
            CreateDatabase { name: self.name.clone(), retention_policy: default.map(Policy::as_first) };
        let others = self.policies.iter().filter(|policy| !policy.is_default);
        std::iter::once(create.to_string()).chain(others.map(|policy| policy.statement(&self.name))).collect()
    }
}

impl Policy {
    fn as_first(&self) -> DatabasePolicy {
        DatabasePolicy {
            duration_ns: Some(self.duration_ns),
            replication: Some(self.replication),
            shard_duration_ns: Some(self.shard_duration_ns),
            name: Some(self.name.clone()),
        }
    }

    fn statement(&self, db: &str) -> String {
        let create = CreateRetentionPolicy {
            name: self.name.clone(),
            database: db.to_owned(),
            duration_ns: self.duration_ns,
            replication: self.replication,
            shard_duration_ns: Some(self.shard_duration_ns),
            default: false,
        };
        create.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_become_statements() {
        let row = |texts: [&str; 5]| texts.map(str::to_owned);
        let weeks = policy(&row(["weeks", "16800h0m0s", "168h0m0s", "1", "false"])).unwrap();
        let autogen = policy(&row(["autogen", "0s", "168h0m0s", "2", "true"])).unwrap();
        let database = Database { name: "a b".into(), policies: vec![autogen, weeks] };
        assert_eq!(
            database.statements(),
            [
                "CREATE DATABASE \"a b\" WITH DURATION 0s REPLICATION 2 SHARD DURATION 1w NAME autogen",
                "CREATE RETENTION POLICY weeks ON \"a b\" DURATION 100w REPLICATION 1 SHARD DURATION 1w"
            ]
        );
        assert!(policy(&["x".to_owned()]).is_none());
    }
}

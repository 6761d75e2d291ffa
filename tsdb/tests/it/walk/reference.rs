//! What a policy must hold: rows in a map, and the first type of each field in each shard.

use std::collections::{BTreeMap, BTreeSet};

use model::{Deletion, FieldType, PointBatch, TimeRange};

use crate::harness::{HOUR_NS, NOW_NS, Rows, Value};

/// How many weeks scripts write into; each is a shard of its own, or several.
pub(super) const WEEKS: i64 = 3;

const WEEK_NS: i64 = 168 * HOUR_NS;

/// Where the times of a week begin; scripts go on from there for some hours.
pub(super) const fn week_start(week: i64) -> i64 {
    NOW_NS - week * WEEK_NS
}

/// A range that holds the times of a week and nothing else's shard.
pub(super) const fn around(week: i64) -> TimeRange {
    TimeRange::new(week_start(week) - HOUR_NS, week_start(week) + HOUR_NS)
}

/// A policy.
#[derive(Debug, Default)]
struct Policy {
    rows: Rows,
    /// By week, measurement and field.
    types: BTreeMap<(i64, String, String), FieldType>,
}

/// Every policy that is there.
#[derive(Debug)]
pub(super) struct Reference(BTreeMap<String, Policy>);

impl Default for Reference {
    fn default() -> Self {
        Self(BTreeMap::from([("autogen".to_owned(), Policy::default())]))
    }
}

impl Reference {
    pub(super) fn has(&self, policy: &str) -> bool {
        self.0.contains_key(policy)
    }

    pub(super) fn create_policy(&mut self, policy: &str) {
        self.0.entry(policy.to_owned()).or_default();
    }

    pub(super) fn drop_policy(&mut self, policy: &str) {
        self.0.remove(policy);
    }

    /// Takes points in; gives the indexes of those that are rejected.
    pub(super) fn write(&mut self, policy: &str, points: &PointBatch) -> Vec<usize> {
        let policy = self.0.get_mut(policy).expect("only policies that are there take points");
        let taken: BTreeSet<usize> = points
            .iter()
            .enumerate()
            .filter(|(_, point)| policy.admit(point))
            .map(|(index, _)| index)
            .collect();
        (0..points.len()).filter(|index| !taken.contains(index)).collect()
    }

    /// Takes out the points of a measurement that a deletion means, in one policy or in all.
    pub(super) fn delete(&mut self, policy: Option<&str>, measurement: &str, deletion: &Deletion) {
        let meant = self.0.iter_mut().filter(|(name, _)| policy.is_none_or(|policy| policy == **name));
        for (_, policy) in meant {
            policy.rows.retain(|(key, ts), _| {
                let key = model::SeriesKey::from_raw(key);
                let is_deleted = *key.measurement() == *measurement
                    && deletion.time.contains(*ts)
                    && deletion.tags.matches(&key.tags());
                !is_deleted
            });
        }
    }

    pub(super) fn all(&self, policy: &str) -> Rows {
        self.0.get(policy).map(|policy| policy.rows.clone()).unwrap_or_default()
    }

    pub(super) fn rows(&self, policy: &str, measurement: &str) -> Rows {
        let mut rows = self.all(policy);
        rows.retain(|(key, _), _| *model::SeriesKey::from_raw(key).measurement() == *measurement);
        rows
    }
}

impl Policy {
    /// Takes a point in, unless a field of it has another type in its shard.
    fn admit(&mut self, point: &model::PointRef<'_>) -> bool {
        let key = point.series_key();
        let week = (NOW_NS - point.ts() + WEEK_NS / 2) / WEEK_NS;
        let place = |field: &str| (week, key.measurement().into_owned(), field.to_owned());
        let conflicts = point.fields().any(|field| {
            self.types.get(&place(field.name)).is_some_and(|ty| *ty != field.value.field_type())
        });
        if conflicts {
            return false;
        }
        let row = self.rows.entry((key.as_str().to_owned(), point.ts())).or_default();
        for field in point.fields() {
            self.types.insert(place(field.name), field.value.field_type());
            row.insert(field.name.to_owned(), Value(field.value.to_owned()));
        }
        true
    }
}

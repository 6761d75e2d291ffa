//! The engine beside a map, on random scripts: writes of every kind, statements, deletes, freezes, merges, restarts, power
//! cuts, queries of every shape, and snapshots that are held meanwhile. A script that fails is shrunk and printed.

mod reference;
mod script;

use std::sync::Arc;

use model::{
    Budget, CancelToken, Deletion, DeletionSource, Direction, FieldRequest, MeasurementMatch, ScanOrder,
    ScanRequest, SeriesKey, TimeRange,
};
use proptest::prelude::*;
use proptest::test_runner::Config;
use tsdb::{Engine, Error, PolicySpec, PolicyUpdate, Snapshot};

use crate::harness::{HOUR_NS, Machine, Rows, dump, scan, wanted};
use crate::scans::arranged;
use reference::{Reference, WEEKS, around, week_start};
use script::{Delete, FIELDS, Op, POLICIES, Query, predicate, script};

/// Scripts per run; `PROPTEST_CASES` asks for more.
const SCRIPTS: u32 = 150;

fn scripts() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(SCRIPTS)
}

/// The engine, its machine, and what it must hold.
struct Walk {
    machine: Machine,
    engine: Option<Arc<Engine>>,
    reference: Reference,
    held: Vec<(Snapshot, Rows)>,
    has_deletes: bool,
}

impl Walk {
    fn new(script: &[Op]) -> Self {
        let machine = Machine::new(1);
        let engine = machine.open();
        engine.create_database("db").unwrap();
        let has_deletes = script.iter().any(|op| matches!(op, Op::Delete(_)));
        Self { machine, engine: Some(engine), reference: Reference::default(), held: Vec::new(), has_deletes }
    }

    fn engine(&self) -> &Arc<Engine> {
        self.engine.as_ref().expect("the engine runs between steps")
    }

    fn take(&mut self, op: &Op) {
        match op {
            Op::Write { policy, rows } => self.write(*policy, &script::batch(rows, !self.has_deletes)),
            Op::Flood { policy, series, rows } => self.write(*policy, &script::flood(*series, *rows)),
            Op::Freeze => self.engine().freeze().unwrap(),
            Op::Maintain => self.engine().maintain_once().unwrap(),
            Op::Stop => {
                self.engine().stop().unwrap();
                self.restart();
                assert!(self.engine().recovery().clean);
            }
            Op::Kill => self.restart(),
            Op::PowerCut => {
                self.held.clear();
                self.engine = None;
                self.machine = self.machine.reboot();
                self.restart();
            }
            Op::CreatePolicy(policy) => self.create_policy(*policy),
            Op::DropPolicy(policy) => {
                self.engine().drop_retention_policy("db", POLICIES[*policy]).unwrap();
                self.reference.drop_policy(POLICIES[*policy]);
            }
            Op::AlterPolicy(policy) => self.alter_policy(*policy),
            Op::Delete(delete) => self.delete(delete),
            Op::Query(query) => self.query(query),
            Op::Hold(policy) => self.hold(*policy),
            Op::LookBack => self.held.iter().for_each(|(snapshot, rows)| assert_eq!(dump(snapshot), *rows)),
        }
    }

    fn restart(&mut self) {
        self.engine = None;
        self.engine = Some(self.machine.open());
        let report = self.engine().recovery();
        assert!(report.damage.is_empty() && report.kept_aside.is_empty(), "{report:?}");
    }

    fn write(&mut self, policy: usize, points: &model::PointBatch) {
        let name = POLICIES[policy];
        let written = match self.engine().append("db", Some(name), points.clone()) {
            Ok(written) => written,
            Err(Error::RetentionPolicyNotFound(_)) if !self.reference.has(name) => return,
            Err(error) => panic!("{error}"),
        };
        written.ticket.wait().unwrap();
        let rejected: Vec<usize> = written.rejected.iter().map(|rejected| rejected.point).collect();
        assert_eq!(rejected, self.reference.write(name, points), "which points are rejected");
    }

    fn create_policy(&mut self, policy: usize) {
        let spec = PolicySpec {
            name: Some(POLICIES[policy].into()),
            shard_duration_ns: Some(24 * HOUR_NS),
            ..PolicySpec::default()
        };
        match self.engine().create_retention_policy("db", &spec, false) {
            // It is there, and an ALTER has changed it.
            Ok(()) | Err(Error::RetentionPolicyExists) => self.reference.create_policy(POLICIES[policy]),
            Err(error) => panic!("{error}"),
        }
    }

    fn alter_policy(&self, policy: usize) {
        let update = PolicyUpdate { shard_duration_ns: Some(25 * HOUR_NS), ..PolicyUpdate::default() };
        match self.engine().alter_retention_policy("db", POLICIES[policy], &update, false) {
            Ok(()) => assert!(self.reference.has(POLICIES[policy])),
            Err(Error::RetentionPolicyNotFound(_)) => assert!(!self.reference.has(POLICIES[policy])),
            Err(error) => panic!("{error}"),
        }
    }

    fn delete(&mut self, delete: &Delete) {
        let policy = delete.policy.map(|policy| POLICIES[policy]);
        let measurement = script::MEASUREMENTS[delete.measurement];
        let source = DeletionSource {
            policy: policy.map(Box::from),
            measurement: MeasurementMatch::Name(measurement.into()),
        };
        let time = TimeRange::new(delete.time.0, delete.time.1);
        let deletion = Deletion { sources: vec![source], tags: predicate(delete.predicate), time };
        match self.engine().delete("db", &deletion) {
            Ok(()) => self.reference.delete(policy, measurement, &deletion),
            Err(Error::RetentionPolicyNotFound(_)) => {
                assert!(policy.is_some_and(|policy| !self.reference.has(policy)));
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn hold(&mut self, policy: usize) {
        if let Ok(snapshot) = self.engine().snapshot("db", Some(POLICIES[policy])) {
            let rows = dump(&snapshot);
            self.held.push((snapshot, rows));
        }
    }

    /// A query of fields that have the same type everywhere.
    fn query(&self, query: &Query) {
        let name = POLICIES[query.policy];
        let Ok(snapshot) = self.engine().snapshot("db", Some(name)) else {
            assert!(!self.reference.has(name), "{name} is not there");
            return;
        };
        let fields = FIELDS.iter().enumerate().filter(|(number, _)| query.fields & (1 << number) != 0);
        let request = ScanRequest {
            measurement: script::MEASUREMENTS[query.measurement].into(),
            time: TimeRange::new(query.time.0, query.time.1),
            tags: predicate(query.predicate),
            fields: fields.map(|(_, (name, ty))| FieldRequest { name: (*name).into(), ty: *ty }).collect(),
            group_by: script::GROUPS[query.group].iter().map(|tag| Box::from(*tag)).collect(),
            order: if query.by_time { ScanOrder::ByTime } else { ScanOrder::BySeries },
            direction: if query.descending { Direction::Descending } else { Direction::Ascending },
            series_rows_max: query.limit,
            cancel: CancelToken::new(),
            budget: Budget::new(64 << 20),
        };
        let found = scan(&snapshot.within(request.time), &request);
        let expected = arranged(self.reference.rows(name, &request.measurement), &request);
        match query.limit {
            None => assert_eq!(found, expected, "{request:?}"),
            Some(limit) => check_limited(&found, &expected, limit),
        }
    }

    /// Everything, shard by shard: in one shard a field has one type.
    fn check(&self) {
        for name in POLICIES {
            let Ok(snapshot) = self.engine().snapshot("db", Some(name)) else {
                assert!(!self.reference.has(name), "{name} is not there");
                continue;
            };
            assert!(self.reference.has(name), "{name} is there");
            let mut found = Rows::new();
            (0..WEEKS).for_each(|week| found.extend(dump(&snapshot.within(around(week)))));
            assert_eq!(found, self.reference.all(name), "{name}");
            self.check_names(&snapshot, name);
        }
    }

    fn check_names(&self, snapshot: &Snapshot, name: &str) {
        let rows = self.reference.all(name);
        let keys: std::collections::BTreeSet<&str> = rows.keys().map(|(key, _)| key.as_str()).collect();
        let keys: Vec<SeriesKey> = keys.into_iter().map(SeriesKey::from_raw).collect();
        let mut measurements: Vec<String> = keys.iter().map(|key| key.measurement().into_owned()).collect();
        measurements.sort();
        measurements.dedup();
        let found: Vec<String> = snapshot.measurements().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(found, measurements, "measurements of {name}");
        for measurement in &measurements {
            let expected = keys.iter().filter(|key| *key.measurement() == **measurement).count();
            let found = snapshot.series(&wanted(measurement, &model::TagPredicate::All)).unwrap().len();
            assert_eq!(found, expected, "series of {measurement} in {name}");
        }
    }
}

/// With a limit, each series has its first rows, at least so many.
fn check_limited(found: &[crate::harness::Row], expected: &[crate::harness::Row], limit: usize) {
    let mut series: Vec<&str> = expected.iter().map(|(key, ..)| key.as_str()).collect();
    series.sort_unstable();
    series.dedup();
    assert!(found.iter().all(|(key, ..)| series.binary_search(&key.as_str()).is_ok()));
    for key in series {
        let of = |rows: &[crate::harness::Row]| -> Vec<crate::harness::Row> {
            rows.iter().filter(|(found, ..)| found == key).cloned().collect()
        };
        let (found, expected) = (of(found), of(expected));
        assert!(found.len() >= limit.min(expected.len()), "{key} has too few rows");
        assert_eq!(found, expected[..found.len()], "{key}");
    }
}

proptest! {
    #![proptest_config(Config { cases: scripts(), failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_random_life_is_that_of_a_map(script in script()) {
        let mut walk = Walk::new(&script);
        for op in &script {
            walk.take(op);
            if !matches!(op, Op::Query(_) | Op::Hold(_) | Op::LookBack) {
                walk.check();
            }
        }
        walk.take(&Op::LookBack);
        walk.take(&Op::Kill);
        walk.check();
    }
}

#[test]
fn the_weeks_of_the_scripts_are_shards_of_their_own() {
    for week in 1..WEEKS {
        assert!(around(week).end <= around(week - 1).start && around(week).contains(week_start(week)));
    }
}

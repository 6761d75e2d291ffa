//! Databases and retention policies, in InfluxDB's terms.

use tsdb::{Engine, PolicySpec, PolicyUpdate};

use crate::harness::{HOUR_NS, Machine, dump_policy, rows_of, write};

const DAY_NS: i64 = 24 * HOUR_NS;

fn policies(engine: &Engine, db: &str) -> Vec<(String, i64, i64, u32, bool)> {
    let of = |policy: tsdb::PolicyInfo| {
        let hours = (policy.duration_ns / HOUR_NS, policy.shard_duration_ns / HOUR_NS);
        (policy.name.to_string(), hours.0, hours.1, policy.replication, policy.is_default)
    };
    engine.database(db).map(|database| database.policies.into_iter().map(of).collect()).unwrap_or_default()
}

fn spec(name: Option<&str>, duration_ns: Option<i64>, shard_duration_ns: Option<i64>) -> PolicySpec {
    PolicySpec { name: name.map(Into::into), duration_ns, replication: None, shard_duration_ns }
}

#[test]
fn a_database_has_autogen_and_making_it_again_changes_nothing() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    engine.create_database("db").unwrap();
    assert_eq!(policies(&engine, "db"), [("autogen".into(), 0, 168, 1, true)]);
    assert_eq!(engine.create_database(".").unwrap_err().to_string(), "invalid name");
    drop(engine);
    assert_eq!(policies(&machine.open(), "db"), [("autogen".into(), 0, 168, 1, true)]);
}

#[test]
fn shards_get_longer_with_the_duration() {
    let engine = Machine::new(1).open();
    engine.create_database("db").unwrap();
    let check = |duration_ns: i64, shard: Option<i64>, expected_hours: i64| {
        let name = format!("r{duration_ns}-{shard:?}");
        engine.create_retention_policy("db", &spec(Some(&name), Some(duration_ns), shard), false).unwrap();
        let found = policies(&engine, "db").into_iter().find(|policy| policy.0 == name).unwrap();
        assert_eq!(found.2, expected_hours, "{name}");
    };
    check(0, None, 168);
    check(180 * DAY_NS, None, 168);
    check(180 * DAY_NS - 1, None, 24);
    check(2 * DAY_NS, None, 24);
    check(2 * DAY_NS - 1, None, 1);
    check(HOUR_NS, None, 1);
    check(HOUR_NS, Some(HOUR_NS / 2), 1);
    check(0, Some(DAY_NS), 24);
}

#[test]
fn statements_that_cannot_be_are_refused_in_influxdbs_words() {
    let engine = Machine::new(1).open();
    engine.create_database("db").unwrap();
    let create = |spec: &PolicySpec, default| engine.create_retention_policy("db", spec, default);
    let check = |outcome: tsdb::Result<()>, expected: &str| {
        assert_eq!(outcome.map_or_else(|error| error.to_string(), |()| "ok".into()), expected);
    };
    let conflict = "retention policy conflicts with an existing policy";
    let short = "retention policy duration must be at least 1h0m0s";
    let durations = "retention policy duration must be greater than the shard duration";
    check(create(&spec(Some("r"), Some(DAY_NS), None), false), "ok");
    check(create(&spec(Some("r"), Some(DAY_NS), None), false), "ok");
    check(create(&spec(Some("r"), Some(2 * DAY_NS), None), false), "retention policy already exists");
    check(create(&spec(Some("r"), Some(DAY_NS), None), true), conflict);
    check(create(&spec(Some("s"), Some(HOUR_NS / 2), None), false), short);
    check(create(&spec(Some("s"), Some(DAY_NS), Some(2 * DAY_NS)), false), durations);
    check(create(&spec(Some("."), Some(DAY_NS), None), false), "invalid name");
    let no_copies = PolicySpec { replication: Some(0), ..spec(Some("s"), None, None) };
    check(create(&no_copies, false), "replication factor must be greater than 0");
    check(
        engine.create_retention_policy("no", &spec(Some("r"), None, None), false),
        "database not found: no",
    );
    check(engine.create_database_with("db", &spec(None, Some(DAY_NS), None)), conflict);
    check(engine.create_database_with("db", &spec(None, Some(1), None)), short);
    check(engine.create_database_with("db", &spec(None, None, None)), "ok");
    check(engine.create_database_with("db", &spec(Some("r"), Some(DAY_NS), None)), conflict);
    check(engine.create_database_with("new", &spec(Some("x"), Some(30 * DAY_NS), Some(2 * HOUR_NS))), "ok");
    assert_eq!(policies(&engine, "new"), [("x".into(), 720, 2, 1, true)]);
    let alter = |rp: &str, duration_ns, shard_duration_ns| {
        let update = PolicyUpdate { duration_ns, replication: None, shard_duration_ns };
        engine.alter_retention_policy("db", rp, &update, false)
    };
    check(alter("no", Some(DAY_NS), None), "retention policy not found: no");
    check(alter("r", Some(HOUR_NS / 2), None), short);
    check(alter("r", Some(12 * HOUR_NS), Some(DAY_NS)), durations);
    check(alter("r", Some(3 * DAY_NS), Some(12 * HOUR_NS)), "ok");
    check(engine.drop_retention_policy("db", "no"), "ok");
    check(engine.drop_database("no"), "ok");
}

#[test]
fn what_was_dropped_is_gone_at_once_and_after_a_restart() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    engine.create_retention_policy("db", &spec(Some("r"), Some(DAY_NS), None), false).unwrap();
    let now = crate::harness::NOW_NS;
    write(&engine, "db", None, &format!("m v=1 {now}"));
    write(&engine, "db", Some("r"), &format!("m v=2 {now}"));
    engine.freeze().unwrap();
    write(&engine, "db", Some("r"), &format!("m v=3 {}", now + 1));
    assert_eq!(engine.stats().segments, 2);
    engine.drop_retention_policy("db", "r").unwrap();
    assert!(engine.snapshot("db", Some("r")).is_err());
    engine.maintain_once().unwrap();
    assert_eq!((engine.stats().segments, engine.stats().shards_dropped), (1, 1));
    engine.drop_database("db").unwrap();
    assert!(engine.databases().is_empty());
    engine.create_database("db").unwrap();
    assert_eq!(dump_policy(&engine, "db", None), rows_of(""));
    write(&engine, "db", None, &format!("m v=\"other type\" {now}"));
    for _ in 0..2 {
        engine.maintain_once().unwrap();
        assert_eq!(dump_policy(&engine, "db", None), rows_of(&format!("m v=\"other type\" {now}")));
        engine.freeze().unwrap();
    }
    drop(engine);
    let engine = machine.open();
    assert_eq!(dump_policy(&engine, "db", None), rows_of(&format!("m v=\"other type\" {now}")));
    assert_eq!(engine.stats().segments, 1);
    assert_eq!(engine.recovery().kept_aside, Vec::<std::path::PathBuf>::new());
    let files = disk::Fs::list(&machine.sim, "data/segments".as_ref()).unwrap();
    assert_eq!(files.len(), 1, "{files:?}");
}

#[test]
fn the_default_policy_can_be_another_one() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    engine.create_retention_policy("db", &spec(Some("r"), Some(0), None), true).unwrap();
    write(&engine, "db", None, "m v=1 10");
    assert_eq!(dump_policy(&engine, "db", Some("r")), rows_of("m v=1 10"));
    engine.drop_retention_policy("db", "r").unwrap();
    engine.freeze().unwrap();
    engine.stop().unwrap();
    drop(engine);
    let engine = machine.open();
    let error = engine.append("db", None, crate::harness::points("m v=1 10")).unwrap_err();
    assert_eq!(error.to_string(), "retention policy not found: r");
    assert_eq!(&*engine.database("db").unwrap().default_policy, "r");
}

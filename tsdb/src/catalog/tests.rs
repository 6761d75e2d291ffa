//! Changes of the catalog: what each statement comes to, and what a shard is.

use super::plan;
use super::*;
use model::TimeRange;

const HOUR_NS: i64 = 3_600_000_000_000;

fn policy(shard_duration_ns: i64) -> Policy {
    Policy { id: 1, name: Arc::from("p"), duration_ns: 0, shard_duration_ns, replication: 1 }
}

#[test]
fn shards_are_cut_where_influxdb_cuts_them() {
    let check = |hours: i64, ts: i64, start: i64| {
        let range = policy(hours * HOUR_NS).shard_range(ts);
        assert_eq!(range, TimeRange::new(start, start + hours * HOUR_NS), "{hours} h at {ts}");
    };
    // 2024-01-10T10:00:00Z is a Wednesday; its week began on 2024-01-08.
    let wednesday = 1_704_880_800_000_000_000;
    let monday = 1_704_672_000_000_000_000;
    check(168, wednesday, monday);
    check(168, monday, monday);
    check(168, monday - 1, monday - 168 * HOUR_NS);
    check(24, wednesday, wednesday - 10 * HOUR_NS);
    check(1, wednesday + 1, wednesday);
    check(1, -1, -HOUR_NS);
    check(168, 0, -3 * 24 * HOUR_NS);
}

#[test]
fn shards_at_the_ends_of_time_hold_the_ends() {
    for ts in [model::MIN_TIME, model::MAX_TIME] {
        let range = policy(168 * HOUR_NS).shard_range(ts);
        assert!(range.contains(ts), "{range:?}");
        assert!(range.start >= TimeRange::ALL.start, "{range:?}");
    }
}

#[test]
fn changes_that_are_applied_again_change_nothing() {
    let mut catalog = Catalog::default();
    let mut log = Vec::new();
    let mut take = |catalog: &mut Catalog, changes: Vec<Change>| {
        changes.iter().for_each(|change| catalog.apply(change));
        log.extend(changes);
    };
    let spec = |name: &str| PolicySpec { name: Some(name.into()), ..PolicySpec::default() };
    let changes = plan::create_database(&catalog, "a", None).unwrap();
    take(&mut catalog, changes);
    let changes = plan::create_policy(&catalog, "a", &spec("p"), true).unwrap();
    take(&mut catalog, changes);
    let changes = plan::drop_database(&catalog, "a");
    take(&mut catalog, changes);
    let changes = plan::create_database(&catalog, "a", Some(&spec("q"))).unwrap();
    take(&mut catalog, changes);
    let update = PolicyUpdate { replication: Some(3), ..PolicyUpdate::default() };
    let changes = plan::alter_policy(&catalog, "a", "q", &update, false).unwrap();
    take(&mut catalog, changes);
    let once = catalog.clone();
    log.iter().for_each(|change| catalog.apply(change));
    assert_eq!(catalog, once);
    assert_eq!(catalog.policy("a", None).unwrap().replication, 3);
}

#[test]
fn a_catalog_is_made_again_from_its_changes() {
    let mut catalog = Catalog::default();
    for name in ["b", "a"] {
        let changes = plan::create_database(&catalog, name, None).unwrap();
        changes.iter().for_each(|change| catalog.apply(change));
    }
    plan::drop_policy(&catalog, "a", "autogen").iter().for_each(|change| catalog.apply(change));
    let mut buf = Vec::new();
    catalog.as_changes().iter().for_each(|change| change.encode(&mut buf));
    let mut input = crate::decode::Decoder::new(&buf);
    let mut again = Catalog::default();
    while !input.is_empty() {
        again.apply(&Change::decode(&mut input).unwrap());
    }
    let defaults: Vec<_> =
        catalog.databases().iter().map(|database| (database.id, database.default_policy.clone())).collect();
    again.restore(catalog.next_id(), &defaults);
    assert_eq!(again, catalog);
    assert_eq!(catalog.databases().iter().map(|database| &*database.name).collect::<Vec<_>>(), ["b", "a"]);
}

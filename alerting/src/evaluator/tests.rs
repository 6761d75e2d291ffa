//! Rules over batches of line protocol.

use super::Evaluator;
use crate::event::Event;
use crate::status::Gap;
use crate::{Level, Rule, RuleSpec};
use model::line_protocol::{ParseOptions, parse};
use model::{Budget, Lsn, Share, StreamBatch};
use std::sync::Arc;
use std::time::Duration;

fn batch(lsn: u64, lines: &str) -> StreamBatch {
    let parsed = parse(lines.as_bytes().to_vec(), &ParseOptions::default());
    assert_eq!(parsed.refused_count, 0, "{lines}");
    StreamBatch {
        lsn: Lsn(lsn),
        db: "telegraf".into(),
        rp: "autogen".into(),
        points: Arc::new(parsed.points),
    }
}

fn spec() -> RuleSpec {
    let levels = [None, Some("> 90".to_owned()), Some("> 97".to_owned())];
    let message = Some("CPU of {{ .Tags.host }} at {{ .Value | printf \"%.0f\" }} %".to_owned());
    RuleSpec {
        filter: Some("cpu = 'cpu-total'".to_owned()),
        group_by: vec!["host".to_owned()],
        levels,
        message,
        ..RuleSpec::new("cpu", "cpu", "100 - usage_idle")
    }
}

fn evaluator(specs: Vec<RuleSpec>) -> Evaluator {
    let rules = specs.into_iter().map(|spec| Rule::compile(spec).unwrap()).collect();
    Evaluator::new(rules, &Budget::new(1 << 30))
}

fn told(events: &[Event]) -> Vec<(&str, Level)> {
    events.iter().map(|event| (event.group.as_str(), event.level)).collect()
}

#[test]
fn points_become_events_of_their_groups() {
    let mut evaluator = evaluator(vec![spec()]);
    let events = evaluator.apply(&batch(
        1,
        "cpu,cpu=cpu-total,host=a usage_idle=1,usage_user=99 10\n\
         cpu,cpu=cpu0,host=a usage_idle=0 10\n\
         cpu,cpu=cpu-total,host=b usage_idle=50 10\n\
         cpu,cpu=cpu-total,host=c usage_idle=5i 10\n\
         cpu,cpu=cpu-total,host=c time_idle=5 10\n\
         mem,host=a used_percent=99 10\n",
    ));
    assert_eq!(told(&events), [("host=a", Level::Critical), ("host=c", Level::Warning)]);
    let event = &events[0];
    assert_eq!((event.id.as_str(), event.message.as_str()), ("cpu:host=a", "CPU of a at 99 %"));
    assert_eq!((event.previous, event.time, event.duration, event.number), (Level::Ok, 10, 0, 1));
    assert_eq!(event.value, 99.0);
    assert_eq!(event.tags["cpu"], "cpu-total");
    assert_eq!(event.fields["usage_user"], 99.0);

    let events = evaluator.apply(&batch(2, "cpu,host=a,cpu=cpu-total usage_idle=60 20\n"));
    assert_eq!(told(&events), [("host=a", Level::Ok)], "another order of tags is the same series");
    assert_eq!(events[0].duration, 10);
    let active = evaluator.active(10);
    assert_eq!(active.len(), 1);
    assert_eq!((active[0].rule.as_str(), active[0].level, active[0].since_ns), ("cpu", Level::Warning, 10));
    assert_eq!((active[0].value, active[0].tags.get("host")), (Some(95.0), Some("c")));
}

#[test]
fn only_points_of_the_rules_database_and_policy_count() {
    let mut evaluator = evaluator(vec![spec()]);
    let line = "cpu,cpu=cpu-total,host=a usage_idle=1 10\n";
    let other_db = StreamBatch { db: "other".into(), ..batch(1, line) };
    let other_rp = StreamBatch { rp: "other".into(), ..batch(2, line) };
    assert!(evaluator.apply(&other_db).is_empty());
    assert!(evaluator.apply(&other_rp).is_empty());
    assert_eq!(evaluator.apply(&batch(3, line)).len(), 1);
    assert_eq!((evaluator.stats().points_seen, evaluator.stats().points_evaluated), (3, 1));
}

#[test]
fn a_level_has_to_hold_for_its_time() {
    let hold = Duration::from_nanos(20);
    let mut evaluator = evaluator(vec![RuleSpec { hold, ..spec() }]);
    let line = |idle: u32, ts: i64| format!("cpu,cpu=cpu-total,host=a usage_idle={idle} {ts}\n");
    assert!(evaluator.apply(&batch(1, &(line(1, 10) + &line(1, 20)))).is_empty());
    assert_eq!(told(&evaluator.apply(&batch(2, &line(1, 30)))), [("host=a", Level::Critical)]);
}

#[test]
fn late_points_are_counted_and_change_nothing() {
    let mut evaluator = evaluator(vec![spec()]);
    evaluator.apply(&batch(1, "cpu,cpu=cpu-total,host=a usage_idle=50 20\n"));
    assert!(evaluator.apply(&batch(2, "cpu,cpu=cpu-total,host=a usage_idle=1 19\n")).is_empty());
    assert_eq!((evaluator.stats().points_late, evaluator.rules()[0].newest_ns), (1, Some(20)));
}

#[test]
fn a_point_far_ahead_of_the_clock_makes_no_other_late() {
    let mut evaluator = evaluator(vec![spec()]);
    evaluator.horizon_ns = 100;
    assert!(evaluator.apply(&batch(1, "cpu,cpu=cpu-total,host=a usage_idle=60 101\n")).is_empty());
    let events = evaluator.apply(&batch(2, "cpu,cpu=cpu-total,host=a usage_idle=1 100\n"));
    assert_eq!(told(&events), [("host=a", Level::Critical)]);
    assert_eq!((evaluator.stats().points_ahead, evaluator.stats().points_late), (1, 0));
}

#[test]
fn a_window_is_judged_by_its_aggregate() {
    let window = Some(crate::Window { length: Duration::from_nanos(10), aggregate: crate::Aggregate::Mean });
    let mut evaluator = evaluator(vec![RuleSpec { window, ..spec() }]);
    let events = evaluator.apply(&batch(
        1,
        "cpu,cpu=cpu-total,host=a usage_idle=1 10\n\
         cpu,cpu=cpu-total,host=a usage_idle=9 15\n\
         cpu,cpu=cpu-total,host=a usage_idle=90 21\n\
         cpu,cpu=cpu-total,host=a usage_idle=1 9\n",
    ));
    assert_eq!(told(&events), [("host=a", Level::Warning)]);
    assert_eq!((events[0].time, &events[0].value), (20, &95.0.into()));
    assert_eq!(events[0].fields["mean"], 95.0);
    assert_eq!(evaluator.stats().points_late, 1);
}

#[test]
fn a_condition_on_fields_looks_at_every_point() {
    let filter = Some("cpu = 'cpu-total' AND usage_user > 10".to_owned());
    let mut evaluator = evaluator(vec![RuleSpec { filter, ..spec() }]);
    let line = |user: u32, ts: i64| format!("cpu,cpu=cpu-total,host=a usage_idle=1,usage_user={user} {ts}\n");
    assert!(evaluator.apply(&batch(1, &line(5, 1))).is_empty());
    assert_eq!(evaluator.apply(&batch(2, &line(50, 2))).len(), 1);
}

#[test]
fn a_rule_that_is_off_sees_nothing_and_shows_nothing() {
    let mut evaluator = evaluator(vec![RuleSpec { enabled: false, ..spec() }]);
    assert!(evaluator.apply(&batch(1, "cpu,cpu=cpu-total,host=a usage_idle=1 10\n")).is_empty());
    assert!(evaluator.active(10).is_empty());
    assert_eq!((evaluator.rules()[0].enabled, evaluator.rules()[0].counts.points), (false, 0));
}

#[test]
fn states_take_room_from_the_budget_and_stay_within_it() {
    let budget = Budget::new(20_000);
    let mut evaluator = Evaluator::new(vec![Rule::compile(spec()).unwrap()], &budget);
    for host in 0..1_000 {
        evaluator.apply(&batch(host + 1, &format!("cpu,cpu=cpu-total,host=h{host} usage_idle=1 10\n")));
    }
    let stats = evaluator.stats();
    assert!(stats.groups_refused > 0 && stats.alerts[3] > 10, "{stats:?}");
    assert!(budget.used_by(Share::Alert) <= 20_000);
    let known = evaluator.apply(&batch(2_000, "cpu,cpu=cpu-total,host=h0 usage_idle=60 20\n"));
    assert_eq!(told(&known), [("host=h0", Level::Ok)], "those that are known go on");
}

#[test]
fn forgetting_series_costs_no_state() {
    let mut evaluator = evaluator(vec![spec()]);
    evaluator.routes = super::SeriesRoutes::new(&evaluator.graphs, &Budget::new(1 << 20)).with_max(1);
    let mut events = Vec::new();
    for (lsn, host) in (1..).zip(["a", "b", "a", "b"]) {
        let line = format!("cpu,cpu=cpu-total,host={host} usage_idle=1 {lsn}\n");
        events.extend(evaluator.apply(&batch(lsn, &line)));
    }
    assert_eq!(told(&events), [("host=a", Level::Critical), ("host=b", Level::Critical)]);
}

#[test]
fn a_gap_is_shown_on_every_rule() {
    let mut evaluator = evaluator(vec![spec()]);
    let gap = Gap { from: Lsn(3), to: Lsn(9) };
    evaluator.skip(gap);
    assert_eq!(
        (evaluator.lsn, evaluator.rules()[0].last_gap, evaluator.rules()[0].counts.gaps),
        (Lsn(9), Some(gap), 1)
    );
    assert_eq!((evaluator.stats().gaps, evaluator.stats().gap_records), (1, 7));
    let old = "cpu,cpu=cpu-total,host=a usage_idle=1 10\n";
    assert!(evaluator.apply(&batch(9, old)).is_empty(), "a record that was passed is not looked at");
}

#[test]
fn what_an_earlier_life_told_is_not_told_again() {
    let records = [
        batch(1, "cpu,cpu=cpu-total,host=a usage_idle=1 10\n"),
        batch(2, "cpu,cpu=cpu-total,host=a usage_idle=60 20\n"),
    ];
    let mut first = evaluator(vec![spec()]);
    let told_at = |record: &StreamBatch, events: Vec<Event>| -> Vec<_> {
        events.into_iter().map(|event| (record.lsn, event)).collect()
    };
    let known = told_at(&records[0], first.apply(&records[0]));
    let mut second = evaluator(vec![spec()]);
    second.resume(Lsn(0), known.clone());
    assert!(!second.is_caught_up());
    assert!(second.apply(&records[0]).is_empty());
    assert!(second.is_caught_up());
    assert_eq!(told(&second.apply(&records[1])), [("host=a", Level::Ok)]);

    let mut third = evaluator(vec![spec()]);
    third.resume(Lsn(0), known);
    third.skip(Gap { from: Lsn(1), to: Lsn(1) });
    assert_eq!(third.active(1)[0].message, "CPU of a at 99 %", "the event stands for its lost record");
    let again = third.apply(&batch(2, "cpu,cpu=cpu-total,host=a usage_idle=1 20\n"));
    assert!(again.is_empty(), "it is CRITICAL already: {again:?}");
}

#[test]
fn the_default_rules_are_quiet_where_nothing_is_wrong() {
    let mut evaluator = Evaluator::new(crate::default_rules(), &Budget::new(1 << 30));
    let full = "disk,host=a,path=/snap/core,fstype=squashfs,mode=ro used_percent=100 10\n\
                disk,host=a,path=/cdrom,fstype=udf,mode=ro used_percent=100 10\n\
                disk,host=a,path=/merged,fstype=overlay,mode=rw used_percent=99 10\n";
    assert_eq!(told(&evaluator.apply(&batch(1, full))), [], "full by nature");
    let mut events = 0;
    for step in 0..100_i64 {
        let sway = if step % 2 == 0 { 0.1 } else { -0.1 };
        let (memory, disk, time_ns) = (90.0 + sway, 85.0 + sway, 1_000 + step);
        let lines = format!(
            "mem,host=a used_percent={memory} {time_ns}\n\
             disk,host=a,path=/,fstype=ext4,mode=rw used_percent={disk} {time_ns}\n"
        );
        events += evaluator.apply(&batch(2 + step.unsigned_abs(), &lines)).len();
    }
    assert_eq!(events, 2, "one each, although both sway around their thresholds");
    let better =
        "mem,host=a used_percent=80 2000\ndisk,host=a,path=/,fstype=ext4,mode=rw used_percent=80 2000\n";
    assert_eq!(evaluator.apply(&batch(200, better)).len(), 2, "and both recover");
}

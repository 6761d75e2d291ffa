//! The whole way from a record to a receiver, across stops, kills and power cuts.

mod power;

use super::AlertService;
use crate::config::{Config, Delivery, HandlerKind, HandlerSettings, Secret, SlackSettings};
use crate::fakes::{Answer, FakeStore, Receiver, Reserved};
use crate::{Level, Rule, RuleSpec};
use disk::{Fs, SimFs};
use model::{Budget, Lsn, SystemClock};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const RED: (&str, &str) = ("danger", "load of a is 9 (CRITICAL)");
const GREEN: (&str, &str) = ("good", "load of a is 1 (OK)");

fn runtime() -> Runtime {
    // Every test may be the first one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn load_rule() -> Rule {
    let spec = RuleSpec {
        group_by: vec!["host".to_owned()],
        levels: [None, None, Some("> 8".to_owned())],
        message: Some("load of {{ .Tags.host }} is {{ .Value }} ({{ .Level }})".to_owned()),
        ..RuleSpec::new("load", "system", "load1")
    };
    Rule::compile(spec).unwrap()
}

fn config(receiver: &Receiver) -> Config {
    config_for(receiver.url())
}

fn config_for(url: String) -> Config {
    let settings = SlackSettings {
        url: Secret::new(url),
        channel: None,
        username: "vigie".to_owned(),
        icon_emoji: None,
    };
    Config {
        enabled: true,
        rules: vec![load_rule()],
        handlers: vec![HandlerSettings { name: "slack".to_owned(), kind: HandlerKind::Slack(settings) }],
        delivery: Delivery {
            retry_min: Duration::from_millis(2),
            retry_max: Duration::from_millis(20),
            ..Delivery::default()
        },
    }
}

fn start(config: Config, store: &FakeStore, sim: &SimFs, runtime: &Runtime) -> AlertService {
    AlertService::start(
        config,
        Arc::new(store.clone()),
        Arc::new(sim.clone()),
        "data/alerting".into(),
        Arc::new(SystemClock::new()),
        Budget::new(1 << 26),
        runtime.handle().clone(),
    )
    .unwrap()
}

fn load(store: &FakeStore, load: u32, ts: i64) -> Lsn {
    store.write(&format!("system,host=a load1={load} {ts}\n"))
}

fn text(receiver: &Receiver) -> (String, String) {
    receiver.next_text()
}

fn owned(pair: (&str, &str)) -> (String, String) {
    (pair.0.to_owned(), pair.1.to_owned())
}

/// Waits until something holds of the service.
fn wait_for(alerts: &AlertService, wanted: impl Fn(&AlertService) -> bool) {
    let started = Instant::now();
    while !wanted(alerts) {
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", alerts.stats());
        std::thread::yield_now();
    }
}

fn is_idle(alerts: &AlertService) -> bool {
    let stats = alerts.stats();
    stats.lag_records == 0 && stats.handlers.iter().all(|handler| handler.queued == 0)
}

#[test]
fn a_load_that_rises_and_falls_is_told_twice_and_shown_between() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let receiver = Receiver::start(runtime.handle(), vec![]);
    load(&store, 9, 1);
    let alerts = start(config(&receiver), &store, &sim, &runtime);
    load(&store, 1, 5);
    load(&store, 9, 10);
    load(&store, 9, 20);
    assert_eq!(text(&receiver), owned(RED));
    wait_for(&alerts, is_idle);
    let active = alerts.active();
    assert_eq!(active.len(), 1);
    assert_eq!((active[0].level, active[0].since_ns, active[0].value), (Level::Critical, 10, Some(9.0)));
    assert_eq!((active[0].id.as_str(), active[0].message.as_str()), ("load:host=a", RED.1));
    load(&store, 1, 30);
    assert_eq!(text(&receiver), owned(GREEN));
    wait_for(&alerts, is_idle);
    assert!(alerts.active().is_empty());
    let stats = alerts.stats();
    assert_eq!((stats.points_seen, stats.points_evaluated, stats.events), (4, 4, [1, 0, 0, 1]));
    assert_eq!((stats.handlers[0].sent, stats.saves_failed, stats.events_unstored), (2, 0, 0));
    assert_eq!(alerts.rules()[0].alerts, [1, 0, 0, 0]);
    alerts.stop(Duration::from_secs(5));
    alerts.stop(Duration::from_secs(5));
    assert!(receiver.is_quiet());
}

#[test]
fn a_stream_that_ends_is_followed_anew() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let receiver = Receiver::start(runtime.handle(), vec![]);
    let alerts = start(config(&receiver), &store, &sim, &runtime);
    load(&store, 1, 5);
    wait_for(&alerts, is_idle);
    store.fail_reads(1);
    load(&store, 9, 10);
    assert_eq!(text(&receiver), owned(RED));
    store.fail_reads(usize::MAX);
    alerts.stop(Duration::from_secs(5));
}

#[test]
fn a_clean_stop_keeps_the_state() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let receiver = Receiver::start(runtime.handle(), vec![]);
    let alerts = start(config(&receiver), &store, &sim, &runtime);
    load(&store, 9, 10);
    assert_eq!(text(&receiver), owned(RED));
    alerts.stop(Duration::from_secs(5));
    let names = |sim: &SimFs| sim.list(Path::new("data/alerting")).unwrap().len();
    assert_eq!(names(&sim), 1, "a clean stop leaves the state and nothing else");
    load(&store, 9, 20);
    let alerts = start(config(&receiver), &store, &sim.reboot(), &runtime);
    wait_for(&alerts, is_idle);
    assert_eq!(alerts.active()[0].message, RED.1, "what was told is still shown");
    load(&store, 1, 30);
    assert_eq!(text(&receiver), owned(GREEN));
    assert!(receiver.is_quiet());
}

#[test]
fn a_kill_between_alert_and_recovery_costs_nothing_and_repeats_nothing() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let receiver = Receiver::start(runtime.handle(), vec![]);
    let alerts = start(config(&receiver), &store, &sim, &runtime);
    load(&store, 9, 10);
    assert_eq!(text(&receiver), owned(RED));
    wait_for(&alerts, is_idle);
    let sim = sim.reboot();
    drop(alerts);
    let alerts = start(config(&receiver), &store, &sim, &runtime);
    load(&store, 9, 20);
    load(&store, 1, 30);
    assert_eq!(text(&receiver), owned(GREEN));
    wait_for(&alerts, is_idle);
    assert!(receiver.is_quiet());
}

#[test]
fn a_receiver_that_is_down_across_a_kill_gets_both_words_once() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let reserved = Reserved::new();
    let config = config_for(reserved.url());
    let alerts = start(config.clone(), &store, &sim, &runtime);
    load(&store, 9, 10);
    wait_for(&alerts, |alerts| alerts.stats().handlers[0].retries > 1);
    let sim = sim.reboot();
    drop(alerts);
    let alerts = start(config, &store, &sim, &runtime);
    load(&store, 1, 20);
    wait_for(&alerts, |alerts| alerts.stats().handlers[0].queued == 2);
    let receiver = reserved.listen(runtime.handle(), vec![]);
    assert_eq!([text(&receiver), text(&receiver)], [owned(RED), owned(GREEN)]);
    wait_for(&alerts, is_idle);
    assert!(receiver.is_quiet());
}

/// A directory of what was copied.
fn directory_of(files: Vec<(String, Vec<u8>)>) -> SimFs {
    let sim = SimFs::new(7);
    sim.create_dir_all(Path::new("data/alerting")).unwrap();
    for (name, bytes) in files {
        disk::replace(&sim, &Path::new("data/alerting").join(name), &bytes).unwrap();
    }
    sim
}

#[test]
fn a_copy_of_the_state_goes_on_where_it_was_taken() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let receiver = Receiver::start(runtime.handle(), vec![]);
    let alerts = start(config(&receiver), &store, &sim, &runtime);
    load(&store, 9, 10);
    assert_eq!(text(&receiver), owned(RED));
    wait_for(&alerts, is_idle);
    let copied = alerts.copy_state().unwrap();
    assert_eq!(copied.len(), 1);
    alerts.stop(Duration::from_secs(5));
    let alerts = start(config(&receiver), &store, &directory_of(copied), &runtime);
    assert_eq!(alerts.active()[0].message, RED.1);
    load(&store, 1, 30);
    assert_eq!(text(&receiver), owned(GREEN), "what was told is not told again, and the recovery is");
    assert!(receiver.is_quiet());
}

#[test]
fn a_copy_of_the_state_has_the_events_that_nobody_took_yet() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let reserved = Reserved::new();
    let config = config_for(reserved.url());
    let alerts = start(config.clone(), &store, &sim, &runtime);
    load(&store, 9, 10);
    wait_for(&alerts, |alerts| alerts.stats().handlers[0].retries > 1);
    let copied = alerts.copy_state().unwrap();
    drop(alerts);
    let alerts = start(config, &store, &directory_of(copied), &runtime);
    let receiver = reserved.listen(runtime.handle(), vec![]);
    assert_eq!(text(&receiver), owned(RED));
    wait_for(&alerts, is_idle);
    assert!(receiver.is_quiet());
}

#[test]
fn a_receiver_that_hangs_does_not_delay_the_evaluation() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let receiver = Receiver::start(runtime.handle(), vec![Answer::Hang]);
    let alerts = start(config(&receiver), &store, &sim, &runtime);
    load(&store, 9, 10);
    assert_eq!(text(&receiver), owned(RED));
    for ts in 0..100 {
        load(&store, if ts % 2 == 0 { 1 } else { 9 }, 20 + ts);
    }
    wait_for(&alerts, |alerts| alerts.stats().lag_records == 0);
    assert_eq!(alerts.stats().handlers[0].queued, 101);
    alerts.stop(Duration::from_millis(10));
}

#[test]
fn a_damaged_state_is_set_aside_and_alerts_go_on_from_now() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let receiver = Receiver::start(runtime.handle(), vec![]);
    let alerts = start(config(&receiver), &store, &sim, &runtime);
    load(&store, 9, 10);
    assert_eq!(text(&receiver), owned(RED));
    alerts.stop(Duration::from_secs(5));
    let sim = sim.reboot();
    sim.flip_bit(Path::new("data/alerting/alerts.state"), 20, 1).unwrap();
    load(&store, 9, 15);
    let alerts = start(config(&receiver), &store, &sim, &runtime);
    wait_for(&alerts, is_idle);
    assert!(alerts.active().is_empty());
    assert!(sim.exists(Path::new("data/alerting/alerts.state.damaged")).unwrap());
    load(&store, 9, 20);
    assert_eq!(text(&receiver), owned(RED));
}

#[test]
fn a_gap_is_shown_on_the_rule() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let receiver = Receiver::start(runtime.handle(), vec![]);
    let alerts = start(config(&receiver), &store, &sim, &runtime);
    load(&store, 1, 10);
    wait_for(&alerts, is_idle);
    alerts.stop(Duration::from_secs(5));
    for ts in 20..23 {
        load(&store, 1, ts);
    }
    store.forget(Lsn(4));
    let alerts = start(config(&receiver), &store, &sim.reboot(), &runtime);
    wait_for(&alerts, is_idle);
    assert_eq!((alerts.stats().gaps, alerts.stats().gap_records), (1, 3));
    assert_eq!(alerts.rules()[0].last_gap, Some(crate::Gap { from: Lsn(2), to: Lsn(4) }));
}

#[test]
fn a_store_that_was_begun_anew_is_followed_from_its_end() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let receiver = Receiver::start(runtime.handle(), vec![]);
    let alerts = start(config(&receiver), &store, &sim, &runtime);
    load(&store, 1, 10);
    load(&store, 9, 11);
    assert_eq!(text(&receiver), owned(RED));
    alerts.stop(Duration::from_secs(5));
    let store = FakeStore::default();
    let alerts = start(config(&receiver), &store, &sim.reboot(), &runtime);
    load(&store, 1, 12);
    assert_eq!(text(&receiver), owned(GREEN));
    alerts.stop(Duration::from_secs(5));
}

#[test]
fn what_is_switched_off_does_nothing() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let receiver = Receiver::start(runtime.handle(), vec![]);
    let config = Config { enabled: false, ..config(&receiver) };
    let alerts = start(config, &store, &sim, &runtime);
    load(&store, 9, 10);
    assert!(alerts.rules().is_empty() && alerts.active().is_empty());
    alerts.stop(Duration::from_secs(5));
    assert!(receiver.is_quiet());
    assert_eq!(sim.list(Path::new("data/alerting")).unwrap(), []);
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error() {
    let (runtime, sim, store) = (runtime(), SimFs::new(1), FakeStore::default());
    let receiver = Receiver::start(runtime.handle(), vec![]);
    drop(sim.create(Path::new("data")).unwrap());
    let started = AlertService::start(
        config(&receiver),
        Arc::new(store),
        Arc::new(sim),
        "data/alerting".into(),
        Arc::new(SystemClock::new()),
        Budget::new(1 << 26),
        runtime.handle().clone(),
    );
    let error = started.err().unwrap().to_string();
    assert_eq!(error, "cannot keep the state of alerts in data/alerting");
}

//! Handlers against receivers that are down, slow, or of another opinion.

use super::{Notifier, Post};
use crate::config::{Delivery, HandlerKind, HandlerSettings, LogSettings, Secret, SlackSettings};
use crate::event::Event;
use crate::fakes::{Answer, Receiver, Reserved};
use crate::outbox::{Outbox, OutboxState};
use crate::status::HandlerStatus;
use crate::{Level, Rule, RuleSpec};
use disk::{Fs, SimFs};
use model::{Lsn, ManualClock};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

struct Office {
    runtime: Runtime,
    sim: SimFs,
    outbox: Arc<Outbox>,
    delivery: Delivery,
}

impl Office {
    fn new() -> Self {
        // Every test may be the first one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let sim = SimFs::new(3);
        sim.create_dir_all(Path::new("alerting")).unwrap();
        let outbox = Outbox::open(Arc::new(sim.clone()), "alerting".into(), OutboxState::default()).0;
        let delivery = Delivery {
            retry_min: Duration::from_millis(2),
            retry_max: Duration::from_millis(20),
            ..Delivery::default()
        };
        Self { runtime, sim, outbox: Arc::new(outbox), delivery }
    }

    fn start(&self, handlers: &[HandlerSettings]) -> Notifier {
        let levels = [None, None, Some("> 1".to_owned())];
        let rule = Rule::compile(RuleSpec { levels, ..RuleSpec::new("cpu", "cpu", "v") }).unwrap();
        let post = Post {
            outbox: Arc::clone(&self.outbox),
            fs: Arc::new(self.sim.clone()),
            clock: Arc::new(ManualClock::new(0)),
            delivery: self.delivery,
        };
        Notifier::start(handlers, &[rule], post, self.runtime.handle()).unwrap()
    }

    /// Posts events with these messages to every handler.
    fn send(&self, notifier: &Notifier, messages: &[&str]) {
        let events = messages.iter().map(|message| (event(message), notifier.topic("cpu"))).collect();
        notifier.hand_out(&self.outbox.post(Lsn(1), 0, events));
    }
}

fn event(message: &str) -> Event {
    Event {
        key: message.to_owned(),
        number: 1,
        id: "cpu:host=a".to_owned(),
        message: message.to_owned(),
        level: Level::Critical,
        previous: Level::Ok,
        time: 10,
        duration: 0,
        rule: "cpu".to_owned(),
        measurement: "cpu".to_owned(),
        group: "host=a".to_owned(),
        value: 99.5.into(),
        tags: [("host".to_owned(), "a".to_owned())].into(),
        fields: [].into(),
    }
}

fn slack_at(name: &str, url: String) -> HandlerSettings {
    let settings = SlackSettings {
        url: Secret::new(url),
        channel: Some("#ops".to_owned()),
        username: "vigie".to_owned(),
        icon_emoji: Some(":telescope:".to_owned()),
    };
    HandlerSettings { name: name.to_owned(), kind: HandlerKind::Slack(settings) }
}

fn slack(receiver: &Receiver) -> HandlerSettings {
    slack_at("slack", receiver.url())
}

/// Waits until the handler's status is as wanted.
fn wait_for(notifier: &Notifier, wanted: impl Fn(&HandlerStatus) -> bool) -> HandlerStatus {
    let started = Instant::now();
    loop {
        let status = notifier.status().remove(0);
        if wanted(&status) {
            return status;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{status:?}");
        std::thread::yield_now();
    }
}

fn text(receiver: &Receiver) -> String {
    receiver.next_text().1
}

#[test]
fn slack_gets_its_own_form() {
    let office = Office::new();
    let receiver = Receiver::start(office.runtime.handle(), vec![]);
    let notifier = office.start(&[slack(&receiver)]);
    office.send(&notifier, &["CPU of a at 99 %"]);
    let expected = serde_json::json!({
        "channel": "#ops",
        "text": "",
        "attachments": [{
            "fallback": "CPU of a at 99 %",
            "color": "danger",
            "text": "CPU of a at 99 %",
            "mrkdwn_in": ["text"],
        }],
        "username": "vigie",
        "icon_emoji": ":telescope:",
    });
    assert_eq!(receiver.next(), expected);
    let status = wait_for(&notifier, |status| status.queued == 0);
    assert_eq!((status.sent, status.failed, status.retries), (1, 0, 0));
    assert!(office.outbox.waiting().is_empty(), "the mark is on disk");
}

#[test]
fn what_slack_would_take_for_a_mention_is_plain_text() {
    let office = Office::new();
    let receiver = Receiver::start(office.runtime.handle(), vec![]);
    let notifier = office.start(&[slack(&receiver)]);
    office.send(&notifier, &["load of <!channel> > 9 & rising, &lt;"]);
    let heard = receiver.next();
    let attachment = &heard["attachments"][0];
    assert_eq!(attachment["text"], "load of &lt;!channel&gt; &gt; 9 &amp; rising, &amp;lt;");
    assert_eq!(attachment["fallback"], attachment["text"]);
}

#[test]
fn what_may_work_later_is_tried_again_in_order() {
    let office = Office::new();
    let answers = vec![
        Answer::Status("500 Internal Server Error", "oops"),
        Answer::Status("429 Too Many Requests\r\nretry-after: 60", "slow down"),
        Answer::Status("408 Request Timeout", ""),
        Answer::Close,
    ];
    let receiver = Receiver::start(office.runtime.handle(), answers);
    let notifier = office.start(&[slack(&receiver)]);
    office.send(&notifier, &["one", "two"]);
    let heard: Vec<String> = (0..6).map(|_| text(&receiver)).collect();
    assert_eq!(heard, ["one", "one", "one", "one", "one", "two"]);
    let status = wait_for(&notifier, |status| status.queued == 0);
    assert_eq!((status.sent, status.retries, status.failed), (2, 4, 0));
}

#[test]
fn what_will_never_work_is_counted_and_holds_up_nothing() {
    let office = Office::new();
    let answers =
        vec![Answer::Status("404 Not Found", "no_service"), Answer::Status("302 Found\r\nlocation: /", "")];
    let receiver = Receiver::start(office.runtime.handle(), answers);
    let notifier = office.start(&[slack(&receiver)]);
    office.send(&notifier, &["one", "two", "three"]);
    assert_eq!([text(&receiver), text(&receiver), text(&receiver)], ["one", "two", "three"]);
    let status = wait_for(&notifier, |status| status.queued == 0);
    assert_eq!((status.sent, status.failed, status.retries), (1, 2, 0));
    assert!(office.outbox.waiting().is_empty());
}

#[test]
fn a_receiver_that_is_down_gets_everything_when_it_is_up_again() {
    let office = Office::new();
    let reserved = Reserved::new();
    let notifier = office.start(&[slack_at("slack", reserved.url())]);
    office.send(&notifier, &["one", "two"]);
    wait_for(&notifier, |status| status.retries >= 2);
    let receiver = reserved.listen(office.runtime.handle(), vec![]);
    assert_eq!([text(&receiver), text(&receiver)], ["one", "two"]);
    wait_for(&notifier, |status| status.queued == 0);
    assert!(receiver.is_quiet());
}

#[test]
fn a_receiver_that_hangs_delays_no_other() {
    let office = Office {
        delivery: Delivery { timeout: Duration::from_secs(60), ..Delivery::default() },
        ..Office::new()
    };
    let stuck = Receiver::start(office.runtime.handle(), vec![Answer::Hang]);
    let well = Receiver::start(office.runtime.handle(), vec![]);
    let notifier = office.start(&[slack(&stuck), slack_at("other", well.url())]);
    office.send(&notifier, &["one"]);
    office.send(&notifier, &["two"]);
    assert_eq!([text(&well), text(&well)], ["one", "two"]);
    assert_eq!(text(&stuck), "one");
    assert_eq!(wait_for(&notifier, |status| status.queued == 2).sent, 0);
    let started = Instant::now();
    notifier.stop(Duration::from_millis(20));
    assert!(started.elapsed() < Duration::from_secs(10), "stopping has a bound");
}

#[test]
fn an_attempt_without_an_answer_is_made_again() {
    let office = Office::new();
    let office =
        Office { delivery: Delivery { timeout: Duration::from_millis(50), ..office.delivery }, ..office };
    let receiver = Receiver::start(office.runtime.handle(), vec![Answer::Hang]);
    let notifier = office.start(&[slack(&receiver)]);
    office.send(&notifier, &["one"]);
    assert_eq!([text(&receiver), text(&receiver)], ["one", "one"]);
}

#[test]
fn an_event_that_is_too_old_is_given_up() {
    let office = Office::new();
    let office = Office { delivery: Delivery { give_up: Duration::ZERO, ..office.delivery }, ..office };
    let receiver = Receiver::start(office.runtime.handle(), vec![Answer::Status("503 Unavailable", "")]);
    let notifier = office.start(&[slack(&receiver)]);
    office.send(&notifier, &["one", "two"]);
    let status = wait_for(&notifier, |status| status.queued == 0);
    assert_eq!((status.sent, status.failed), (1, 1));
}

#[test]
fn a_full_queue_drops_the_oldest_that_waits() {
    let office = Office::new();
    let delivery = Delivery { queue: 3, timeout: Duration::from_secs(60), ..office.delivery };
    let office = Office { delivery, ..office };
    let receiver = Receiver::start(office.runtime.handle(), vec![Answer::Hang]);
    let notifier = office.start(&[slack(&receiver)]);
    office.send(&notifier, &["0"]);
    assert_eq!(text(&receiver), "0");
    office.send(&notifier, &["1", "2", "3", "4", "5"]);
    let status = notifier.status().remove(0);
    assert_eq!((status.queued, status.dropped), (3, 3));
    let waiting: Vec<_> = office.outbox.waiting().iter().map(|letter| letter.event.message.clone()).collect();
    assert_eq!(waiting, ["0", "4", "5"], "the one that is with the receiver stays, and the newest");
}

#[test]
fn what_waits_goes_out_after_a_restart_and_letters_to_nobody_go() {
    let office = Office::new();
    let to = |name: &str| vec![name.to_owned()];
    office.outbox.post(Lsn(1), 0, vec![(event("one"), to("slack")), (event("two"), to("gone"))]);
    let receiver = Receiver::start(office.runtime.handle(), vec![]);
    let notifier = office.start(&[slack(&receiver)]);
    assert_eq!(text(&receiver), "one");
    wait_for(&notifier, |status| status.queued == 0);
    assert!(office.outbox.waiting().is_empty());
}

#[test]
fn the_log_handler_appends_lines_of_json() {
    let office = Office::new();
    let path = Path::new("alerting/alerts.log");
    let kind = HandlerKind::Log(LogSettings { path: Some(path.to_owned()) });
    let notifier = office.start(&[HandlerSettings { name: "log".to_owned(), kind }]);
    office.send(&notifier, &["one", "two"]);
    wait_for(&notifier, |status| status.queued == 0);
    office.send(&notifier, &["three"]);
    wait_for(&notifier, |status| status.sent == 3 && status.queued == 0);
    let lines = String::from_utf8(office.sim.read(path).unwrap()).unwrap();
    let events: Vec<Event> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events, [event("one"), event("two"), event("three")]);
}

#[test]
fn the_programs_log_takes_everything() {
    let office = Office::new();
    let notifier = office.start(&[HandlerSettings::log_only()]);
    office.send(&notifier, &["one"]);
    wait_for(&notifier, |status| status.sent == 1 && status.queued == 0);
}

#[test]
fn no_message_of_ours_holds_the_address() {
    let office = Office::new();
    let reserved = Reserved::new();
    let settings = SlackSettings {
        url: Secret::new(reserved.url()),
        channel: None,
        username: "vigie".to_owned(),
        icon_emoji: None,
    };
    let handler = super::slack::SlackHandler::new(settings, Duration::from_secs(5)).unwrap();
    let to = vec!["slack".to_owned()];
    let letters = office.outbox.post(Lsn(1), 0, vec![(event("one"), to)]);
    let attempt = office.runtime.block_on(handler.deliver(&letters));
    let told = format!("{attempt:?} {handler:?}");
    assert!(matches!(attempt, super::attempt::Attempt::Failed { .. }), "{told}");
    assert!(!told.contains("secret"), "{told}");
}

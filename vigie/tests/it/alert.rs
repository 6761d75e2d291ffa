//! Load rises over the threshold: a receiver in Slack's shape is told once, and once when it is over.

use crate::influxd::free_port;
use crate::receiver::Receiver;
use crate::vigie::{Home, Vigie};
use crate::wait;
use std::time::Duration;

const START: i64 = 1_704_067_200;

fn configure(home: &Home, url: &str) {
    home.configure(&format!(
        "[[rules]]\nname = \"load\"\ndb = \"d\"\nmeasurement = \"system\"\nfield = \"load1\"\ngroup_by = [\"host\"]\n\
         crit = \"> 8\"\nid = \"load on {{{{ .Tags.host }}}}\"\nmessage = \"{{{{ .ID }}}} is {{{{ .Level }}}}\"\n\
         handlers = [\"slack\"]\n\n[notify.slack]\nurl = \"{url}\"\n"
    ));
}

/// Writes a value at `second` for two hosts, one of which is always quiet.
fn load(vigie: &Vigie, second: i64, value: f64) {
    let ts = (START + second) * 1_000_000_000;
    let written =
        vigie.write("d", &format!("system,host=a load1={value} {ts}\nsystem,host=b load1=1 {ts}\n"));
    assert_eq!(written.status, 204, "{}", written.body);
}

fn texts(receiver: &Receiver) -> Vec<String> {
    receiver.got().iter().map(ToString::to_string).collect()
}

/// Waits for `count` notifications, then for a moment more in case there is one too many.
fn expect(receiver: &Receiver, words: &[&str]) {
    wait::until("the notifications", || (receiver.got().len() >= words.len()).then_some(()));
    std::thread::sleep(Duration::from_millis(700));
    let texts = texts(receiver);
    assert_eq!(texts.len(), words.len(), "{texts:?}");
    for (text, word) in texts.iter().zip(words) {
        assert!(text.contains(word), "{word}: {texts:?}");
    }
}

#[test]
fn a_rise_and_a_recovery_are_told_once_each() {
    let (home, receiver) = (Home::new(), Receiver::start());
    configure(&home, &receiver.url());
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    for second in 0..5 {
        load(&vigie, second, 2.0);
    }
    for second in 5..10 {
        load(&vigie, second, 9.5);
    }
    expect(&receiver, &["load on a is CRITICAL"]);
    for second in 10..15 {
        load(&vigie, second, 1.0);
    }
    expect(&receiver, &["load on a is CRITICAL", "load on a is OK"]);
    assert!(!vigie.log().contains("secret"), "{}", vigie.log());
}

#[test]
fn kill_9_neither_loses_nor_repeats_a_notification() {
    let (home, receiver) = (Home::new(), Receiver::start());
    configure(&home, &receiver.url());
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    load(&vigie, 0, 9.5);
    vigie.kill();
    let vigie = home.start("server");
    load(&vigie, 1, 9.7);
    expect(&receiver, &["load on a is CRITICAL"]);
    vigie.kill();
    let vigie = home.start("server");
    load(&vigie, 2, 9.9);
    expect(&receiver, &["load on a is CRITICAL"]);
    load(&vigie, 3, 1.0);
    vigie.kill();
    let vigie = home.start("server");
    load(&vigie, 4, 1.1);
    expect(&receiver, &["load on a is CRITICAL", "load on a is OK"]);
    vigie.stop();
}

#[test]
fn a_receiver_that_was_down_is_told_when_it_is_back() {
    let (home, port) = (Home::new(), free_port());
    configure(&home, &format!("http://127.0.0.1:{port}/services/T/B/secret"));
    let vigie = home.start("server");
    vigie.query("", "CREATE DATABASE d");
    load(&vigie, 0, 9.5);
    std::thread::sleep(Duration::from_secs(2));
    vigie.kill();
    let vigie = home.start("server");
    load(&vigie, 1, 1.0);
    std::thread::sleep(Duration::from_secs(1));
    let receiver = Receiver::start_at(port);
    expect(&receiver, &["load on a is CRITICAL", "load on a is OK"]);
    vigie.stop();
}

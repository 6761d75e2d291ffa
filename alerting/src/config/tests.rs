//! The configuration through its text.

use super::{Config, Delivery, HandlerKind, default_rules};
use settings::SettingsFile;
use std::time::Duration;

fn file(path: &str, text: &str) -> SettingsFile {
    SettingsFile { path: path.into(), text: text.to_owned() }
}

fn read(text: &str) -> Result<Config, String> {
    Config::from_files(&[file("vigie.toml", text)]).map_err(|error| error.to_string())
}

const RULE: &str =
    "[[rules]]\nname = \"load\"\nmeasurement = \"system\"\nfield = \"load1\"\ncrit = \"> 8\"\n";

#[test]
fn without_a_word_the_default_rules_are_armed_and_told_in_the_log() {
    let config = read("").unwrap();
    let names: Vec<&str> = config.rules.iter().map(|rule| rule.name()).collect();
    assert_eq!(names, ["cpu", "memory", "disk"]);
    assert!(matches!(config.handlers.as_slice(), [only] if only.name == "log"));
    assert_eq!(config.delivery, Delivery::default());
    assert_eq!(default_rules()[0].spec().hold, Duration::from_secs(120));
}

#[test]
fn own_rules_replace_the_default_ones_unless_these_are_wanted_too() {
    assert_eq!(read(RULE).unwrap().rules.len(), 1);
    assert_eq!(read(&format!("[alerting]\ndefault_rules = true\n{RULE}")).unwrap().rules.len(), 4);
    assert!(read("[alerting]\ndefault_rules = false").unwrap().rules.is_empty());
    let own = RULE.replace("\"load\"", "\"cpu\"");
    let both = read(&format!("[alerting]\ndefault_rules = true\n{own}")).unwrap();
    assert_eq!(both.rules.len(), 3, "a rule of the same name takes the place of the default one");
}

#[test]
fn every_setting_is_read() {
    let config = read(
        r##"
[alerting]
queue = 10
timeout = "2s"
retry_min = "100ms"
retry_max = "1m"
give_up = "1h"

[notify.slack]
url = "https://hooks.slack.com/services/T/B/x"
channel = "#ops"
icon_emoji = ":telescope:"

[[notify.log]]
name = "file"
path = "/var/log/alerts"

[[rules]]
name = "full"
db = "d"
rp = "r"
measurement = "disk"
field = "used / total * 100"
where = "path =~ /^\\//"
group_by = ["host", "path"]
info = "> 60"
warn = "> 70"
crit = "> 80"
info_reset = "< 50"
for = "2m"
recover_for = 30
window = "1m"
aggregate = "max"
id = "{{ .Rule }} {{ .Tags.host }}"
message = "{{ .Value }}"
handlers = ["slack", "file"]
state_changes_only = false
repeat = "1h"
enabled = false
"##,
    )
    .unwrap();
    let spec = config.rules[0].spec();
    assert_eq!((spec.db.as_str(), spec.rp.as_str(), spec.enabled), ("d", "r", false));
    assert_eq!((spec.hold, spec.recover), (Duration::from_secs(120), Duration::from_secs(30)));
    assert_eq!(spec.handlers.as_deref().unwrap(), ["slack", "file"]);
    assert!(matches!(&config.handlers[1].kind, HandlerKind::Slack(slack) if slack.username == "vigie"));
    assert_eq!(config.delivery.queue, 10);
    let debug = format!("{config:?}");
    assert!(!debug.contains("hooks.slack.com"), "a webhook's address is a secret: {debug}");
}

#[test]
fn what_is_printed_is_read_back_the_same() {
    let text =
        format!("{RULE}for = \"2m\"\nwindow = \"30s\"\nhandlers = [\"log\"]\n[notify.log]\npath = \"/x\"\n");
    let config = read(&text).unwrap();
    let again = read(&config.to_toml()).unwrap();
    assert_eq!(again.rules[0].spec(), config.rules[0].spec());
    assert_eq!(again.handlers, config.handlers);
    assert_eq!(again.delivery, config.delivery);
    let default = Config::default().to_toml();
    assert_eq!(read(&default).unwrap().to_toml(), default);
    let slack = read("[notify.slack]\nurl = \"https://hooks.slack.com/secret\"\n").unwrap().to_toml();
    assert!(slack.contains("***") && !slack.contains("secret"), "{slack}");
}

#[test]
fn several_files_are_one_configuration() {
    let more = RULE.replace("\"load\"", "\"more\"");
    let files = [file("vigie.toml", RULE), file("vigie.d/more.toml", &more)];
    assert_eq!(Config::from_files(&files).unwrap().rules.len(), 2);
    let twice = Config::from_files(&[file("a.toml", RULE), file("b.toml", RULE)]).unwrap_err();
    assert_eq!(twice.to_string(), "b.toml:2: [rules] name: there is already a rule \"load\"");
}

#[test]
fn mistakes_are_told_with_file_and_line() {
    for (text, expected) in [
        (
            RULE.replace("crit =", "crti ="),
            "vigie.toml:5: [rules] has no setting \"crti\"; did you mean \"crit\"?",
        ),
        (RULE.replace("field = \"load1\"\n", ""), "vigie.toml:1: [rules] field: a rule needs it"),
        (RULE.replace("> 8", "> "), "vigie.toml:5: [rules] crit: found EOF"),
        (
            format!("{RULE}message = \"{{{{ .Levle }}}}\"\n"),
            "vigie.toml:6: [rules] message: column 1: unknown name .Levle; known are .ID, .Rule, .TaskName",
        ),
        (
            format!("{RULE}handlers = [\"slak\"]\n[notify.slack]\nurl = \"http://a/b\"\n"),
            "vigie.toml:6: [rules] handlers: there is no [notify.slak]; did you mean \"slack\"?",
        ),
        (format!("{RULE}aggregate = \"mean\"\n"), "vigie.toml:6: [rules] aggregate: it needs a window"),
        (format!("{RULE}window = \"0s\"\n"), "vigie.toml:6: [rules] window: expected a length above zero"),
        (format!("{RULE}{RULE}"), "vigie.toml:7: [rules] name: there is already a rule \"load\""),
        ("[notify.slak]\n".to_owned(), "there is no handler \"slak\"; did you mean \"slack\"?"),
        ("[notify.slack]\n".to_owned(), "[notify.slack] url: it is needed"),
        (
            "[notify.slack]\nurl = \"ftp://x\"\n".to_owned(),
            "vigie.toml:2: [notify.slack] url: expected an address",
        ),
        ("[alerting]\nenabeld = true".to_owned(), "vigie.toml:2: [alerting] has no setting \"enabeld\""),
        ("[alerting]\nretry_max = \"1h\"".to_owned(), "expected a length from 1s to 5m"),
        (
            "[alerting]\ntimeout = 0".to_owned(),
            "vigie.toml:2: [alerting] timeout: expected a length above zero",
        ),
        ("[[notify.log]]\n[[notify.log]]\n".to_owned(), "there is already a handler \"log\""),
    ] {
        let error = read(&text).unwrap_err();
        assert!(error.contains(expected), "{error}\nexpected: {expected}");
    }
}

#[test]
fn the_examples_of_the_guide_are_read_and_show_the_default_rules() {
    let guide = include_str!("../../../docs/alerts.md");
    let examples: Vec<&str> =
        guide.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [rules, handlers] = examples.as_slice() else { panic!("the guide has two examples") };
    let shown = read(rules).unwrap().rules;
    let specs = |rules: &[crate::Rule]| rules.iter().map(|rule| rule.spec().clone()).collect::<Vec<_>>();
    assert_eq!(specs(&shown), specs(&default_rules()));
    let handlers = read(&handlers.replace("${SLACK_WEBHOOK}", "https://hooks.slack.com/x")).unwrap().handlers;
    assert_eq!(handlers.len(), 2);
}

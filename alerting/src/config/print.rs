//! The configuration as TOML.

use super::{Config, HandlerKind, HandlerSettings};
use crate::rule::{LEVEL_KEYS, RESET_KEYS, RuleSpec};
use settings::interval;
use std::time::Duration;
use toml::{Table, Value};

pub(super) fn to_toml(config: &Config) -> String {
    let mut root = Table::new();
    root.insert("alerting".to_owned(), Value::Table(alerting(config)));
    let mut notify = Table::new();
    for handler in &config.handlers {
        let list = notify.entry(handler.kind.name()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(Value::Table(self::handler(handler)));
        }
    }
    root.insert("notify".to_owned(), Value::Table(notify));
    let rules = config.rules.iter().map(|rule| Value::Table(self::rule(rule.spec()))).collect();
    root.insert("rules".to_owned(), Value::Array(rules));
    root.to_string()
}

fn alerting(config: &Config) -> Table {
    let delivery = &config.delivery;
    let mut table = Table::new();
    table.insert("enabled".to_owned(), config.enabled.into());
    table.insert("default_rules".to_owned(), false.into());
    table.insert("queue".to_owned(), i64::try_from(delivery.queue).unwrap_or(i64::MAX).into());
    for (key, length) in [
        ("timeout", delivery.timeout),
        ("retry_min", delivery.retry_min),
        ("retry_max", delivery.retry_max),
        ("give_up", delivery.give_up),
    ] {
        table.insert(key.to_owned(), interval::print(length).into());
    }
    table
}

fn handler(handler: &HandlerSettings) -> Table {
    let mut table = Table::new();
    table.insert("name".to_owned(), handler.name.as_str().into());
    match &handler.kind {
        HandlerKind::Slack(slack) => {
            table.insert("url".to_owned(), "***".into());
            table.insert("username".to_owned(), slack.username.as_str().into());
            insert_text(&mut table, "channel", slack.channel.as_deref());
            insert_text(&mut table, "icon_emoji", slack.icon_emoji.as_deref());
        }
        HandlerKind::Log(log) => {
            let path = log.path.as_ref().map(|path| path.display().to_string());
            insert_text(&mut table, "path", path.as_deref());
        }
    }
    table
}

fn rule(spec: &RuleSpec) -> Table {
    let mut table = Table::new();
    for (key, text) in [
        ("name", &spec.name),
        ("db", &spec.db),
        ("rp", &spec.rp),
        ("measurement", &spec.measurement),
        ("field", &spec.field),
    ] {
        table.insert(key.to_owned(), text.as_str().into());
    }
    table.insert("enabled".to_owned(), spec.enabled.into());
    table.insert("group_by".to_owned(), texts(&spec.group_by));
    table.insert("state_changes_only".to_owned(), spec.state_changes_only.into());
    let levels = LEVEL_KEYS.into_iter().zip(&spec.levels).chain(RESET_KEYS.into_iter().zip(&spec.resets));
    let more = [("where", &spec.filter), ("id", &spec.id), ("message", &spec.message)];
    for (key, text) in levels.chain(more) {
        insert_text(&mut table, key, text.as_deref());
    }
    insert_length(&mut table, "for", Some(spec.hold).filter(|length| !length.is_zero()));
    insert_length(&mut table, "recover_for", Some(spec.recover).filter(|length| !length.is_zero()));
    insert_length(&mut table, "repeat", spec.repeat);
    insert_length(&mut table, "window", spec.window.map(|window| window.length));
    insert_text(&mut table, "aggregate", spec.window.map(|window| window.aggregate.name()));
    if let Some(handlers) = &spec.handlers {
        table.insert("handlers".to_owned(), texts(handlers));
    }
    table
}

fn insert_text(table: &mut Table, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        table.insert(key.to_owned(), text.into());
    }
}

fn insert_length(table: &mut Table, key: &str, length: Option<Duration>) {
    insert_text(table, key, length.map(interval::print).as_deref());
}

fn texts(texts: &[String]) -> Value {
    Value::Array(texts.iter().map(|text| text.as_str().into()).collect())
}

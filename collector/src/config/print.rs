//! A configuration back as TOML: the agent as it holds, inputs and outputs as they were written.

use super::{AgentSettings, Config};
use reqwest::Url;
use settings::interval::print as length;
use toml::{Table, Value};

/// Settings whose value nobody may read over a shoulder.
const SECRETS: [&str; 3] = ["password", "token", "http_headers"];

pub(super) fn to_toml(config: &Config) -> String {
    let mut root = Table::new();
    root.insert("agent".to_owned(), Value::Table(agent(&config.agent)));
    let tags = config.global_tags.iter().map(|(key, text)| (key.clone(), Value::String(text.clone())));
    root.insert("global_tags".to_owned(), Value::Table(tags.collect()));
    let inputs = config.inputs.iter().map(|input| (input.kind.name, input.written.clone()));
    root.insert("inputs".to_owned(), Value::Table(plugins(inputs)));
    let outputs = config.outputs.iter().map(|output| ("influxdb", output.written.clone()));
    root.insert("outputs".to_owned(), Value::Table(plugins(outputs)));
    toml::to_string(&root).expect("texts, numbers, lists and tables are TOML")
}

fn agent(settings: &AgentSettings) -> Table {
    let mut table = Table::new();
    let mut set = |key: &str, value: Value| table.insert(key.to_owned(), value);
    set("interval", length(settings.interval).into());
    set("round_interval", settings.round_interval.into());
    set("collection_jitter", length(settings.collection_jitter).into());
    set("collection_offset", length(settings.collection_offset).into());
    set("flush_interval", length(settings.flush_interval).into());
    set("flush_jitter", length(settings.flush_jitter).into());
    set("metric_batch_size", number(settings.metric_batch_size));
    set("metric_buffer_limit", number(settings.metric_buffer_limit));
    set("precision", length(settings.precision).into());
    set("hostname", settings.hostname.clone().unwrap_or_default().into());
    set("omit_hostname", settings.omit_hostname.into());
    set("always_include_local_tags", settings.always_include_local_tags.into());
    set("always_include_global_tags", settings.always_include_global_tags.into());
    table
}

fn number(count: usize) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

fn plugins(written: impl Iterator<Item = (&'static str, Table)>) -> Table {
    let mut tables = Table::new();
    for (name, table) in written {
        let list = tables.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(Value::Table(table));
        }
    }
    tables
}

/// The table with secrets masked, as it is kept: neither a log nor a page can show them then.
pub(super) fn without_secrets(written: &Table) -> Table {
    let mask = |(key, value): (&String, &Value)| {
        let value = if SECRETS.contains(&key.as_str()) { masked(value) } else { without_password(value) };
        (key.clone(), value)
    };
    written.iter().map(mask).collect()
}

fn masked(value: &Value) -> Value {
    match value {
        Value::Table(table) => {
            Value::Table(table.keys().map(|key| (key.clone(), Value::from("***"))).collect())
        }
        _ => Value::from("***"),
    }
}

/// The value; of an address with a password in it, alone or in a list, what may be shown.
fn without_password(value: &Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.iter().map(without_password).collect()),
        Value::String(text) => hidden(text).map_or_else(|| value.clone(), Value::from),
        _ => value.clone(),
    }
}

/// The address with its password masked; none where the text is no address with a password.
fn hidden(text: &str) -> Option<String> {
    let mut url = Url::parse(text).ok().filter(|url| url.password().is_some())?;
    url.set_password(Some("***")).ok()?;
    Some(url.into())
}

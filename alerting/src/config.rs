//! The configuration: rules, handlers, and how events are delivered.

mod defaults;
mod notify;
mod print;
mod rules;
#[cfg(test)]
mod tests;

pub use defaults::default_rules;
pub use notify::{HandlerKind, HandlerSettings, LogSettings, Secret, SlackSettings};

use crate::Rule;
use crate::limits::{GIVE_UP, QUEUE_DEFAULT, QUEUE_MAX, RETRY_MAX};
use settings::{Document, Section, SettingsError, SettingsFile};
use std::time::Duration;

/// The top-level sections that are read here.
pub const SECTIONS: [&str; 3] = ["alerting", "rules", "notify"];

/// Rules, handlers, and how events are delivered.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whether rules run at all.
    pub enabled: bool,
    /// The rules, each name once.
    pub rules: Vec<Rule>,
    /// Where events can go, each name once; at least one.
    pub handlers: Vec<HandlerSettings>,
    /// How they get there.
    pub delivery: Delivery,
}

/// How events get to a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// Most events that wait for one handler; beyond it the oldest ones are dropped.
    pub queue: usize,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// The pause after the first failed attempt; it doubles from there.
    pub retry_min: Duration,
    /// The longest pause.
    pub retry_max: Duration,
    /// How long an event is tried before it is given up.
    pub give_up: Duration,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            queue: QUEUE_DEFAULT,
            timeout: Duration::from_secs(10),
            retry_min: Duration::from_secs(1),
            retry_max: RETRY_MAX,
            give_up: GIVE_UP,
        }
    }
}

impl Default for Config {
    /// The default rules, told in the program's log.
    fn default() -> Self {
        let handlers = vec![HandlerSettings::log_only()];
        Self { enabled: true, rules: default_rules(), handlers, delivery: Delivery::default() }
    }
}

impl Config {
    /// The configuration in some files, merged. Without any `[[rules]]` it has the default ones, without any
    /// `[notify]` it tells the program's log.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn from_files(files: &[SettingsFile]) -> Result<Self, SettingsError> {
        Self::from_documents(&settings::parse_all(files)?)
    }

    fn from_documents(documents: &[Document<'_>]) -> Result<Self, SettingsError> {
        let mut section = Section::top("alerting", documents)?;
        let enabled = section.boolean("enabled")?.unwrap_or(true);
        let keep_defaults = section.boolean("default_rules")?;
        let delivery = delivery(&mut section)?;
        section.finish()?;
        let mut handlers = notify::read(documents)?;
        if handlers.is_empty() {
            handlers.push(HandlerSettings::log_only());
        }
        let written = rules::read(documents, &handlers)?;
        let keep_defaults = keep_defaults.unwrap_or(written.is_empty());
        let mut rules = if keep_defaults { default_rules() } else { Vec::new() };
        rules.retain(|rule| !written.iter().any(|other| other.name() == rule.name()));
        rules.extend(written);
        Ok(Self { enabled, rules, handlers, delivery })
    }

    /// The same configuration as TOML that [`from_files`](Self::from_files) reads. Secrets are shown as `***`.
    #[must_use]
    pub fn to_toml(&self) -> String {
        print::to_toml(self)
    }
}

fn delivery(section: &mut Section<'_>) -> Result<Delivery, SettingsError> {
    let default = Delivery::default();
    let delivery = Delivery {
        queue: section.count("queue", 1, QUEUE_MAX)?.unwrap_or(default.queue),
        timeout: section.interval("timeout")?.unwrap_or(default.timeout),
        retry_min: section.interval("retry_min")?.unwrap_or(default.retry_min),
        retry_max: section.interval("retry_max")?.unwrap_or(default.retry_max),
        give_up: section.interval("give_up")?.unwrap_or(default.give_up),
    };
    for (key, length) in [("timeout", delivery.timeout), ("retry_min", delivery.retry_min)] {
        if length.is_zero() {
            return Err(section.invalid(key, "expected a length above zero".to_owned()));
        }
    }
    if delivery.retry_max < delivery.retry_min || delivery.retry_max > RETRY_MAX {
        let (least, most) =
            (settings::interval::print(delivery.retry_min), settings::interval::print(RETRY_MAX));
        return Err(section.invalid("retry_max", format!("expected a length from {least} to {most}")));
    }
    Ok(delivery)
}

//! `[agent]`: how often, how much at once, and what the machine is called.

use crate::limits::{BATCH_METRICS_MAX, BUFFER_METRICS_MAX, INTERVAL_MIN};
use settings::{Document, Section, SettingsError};
use std::time::Duration;

/// The settings of the agent as a whole; inputs and outputs may say otherwise for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentSettings {
    /// How often inputs gather.
    pub interval: Duration,
    /// Whether gathers fall on multiples of the interval on the wall clock.
    pub round_interval: bool,
    /// The longest random delay before a gather.
    pub collection_jitter: Duration,
    /// A fixed delay after the multiple of the interval.
    pub collection_offset: Duration,
    /// How often outputs write.
    pub flush_interval: Duration,
    /// The longest random delay before a write.
    pub flush_jitter: Duration,
    /// Most metrics in one write.
    pub metric_batch_size: usize,
    /// Most metrics that wait for one output; beyond it the oldest are dropped.
    pub metric_buffer_limit: usize,
    /// What timestamps are rounded to; zero derives it from the interval.
    pub precision: Duration,
    /// The tag `host`; the system's own name when missing.
    pub hostname: Option<String>,
    /// Leaves the tag `host` out.
    pub omit_hostname: bool,
    /// An input's own tags survive `taginclude` and `tagexclude`.
    pub always_include_local_tags: bool,
    /// The global tags do.
    pub always_include_global_tags: bool,
}

impl Default for AgentSettings {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(10),
            round_interval: true,
            collection_jitter: Duration::ZERO,
            collection_offset: Duration::ZERO,
            flush_interval: Duration::from_secs(10),
            flush_jitter: Duration::ZERO,
            metric_batch_size: 1_000,
            metric_buffer_limit: 10_000,
            precision: Duration::ZERO,
            hostname: None,
            omit_hostname: false,
            always_include_local_tags: false,
            always_include_global_tags: false,
        }
    }
}

/// Settings of Telegraf's agent whose work the program around this crate does, or nobody needs.
const WITHOUT_EFFECT: &[&str] = &[
    "debug",
    "quiet",
    "logtarget",
    "logformat",
    "logfile",
    "logfile_rotation_interval",
    "logfile_rotation_max_size",
    "logfile_rotation_max_archives",
    "log_with_timezone",
    "structured_log_message_key",
    "statefile",
    "skip_processors_after_aggregators",
    "skip_processors_before_aggregators",
    "buffer_directory",
    "buffer_disk_sync",
    "config_url_retry_attempts",
    "snmp_translator",
];

impl AgentSettings {
    pub(super) fn read(
        documents: &[Document<'_>],
        warnings: &mut Vec<String>,
    ) -> Result<Self, SettingsError> {
        let mut section = Section::top("agent", documents)?;
        let settings = Self::read_section(&mut section)?;
        warnings.extend(section.without_effect(WITHOUT_EFFECT)?);
        section.choice("buffer_strategy", &["memory"])?;
        section.finish()?;
        Ok(settings)
    }

    fn read_section(section: &mut Section<'_>) -> Result<Self, SettingsError> {
        let usual = Self::default();
        Ok(Self {
            interval: at_least_minimum(section, "interval")?.unwrap_or(usual.interval),
            round_interval: section.boolean("round_interval")?.unwrap_or(usual.round_interval),
            collection_jitter: section.interval("collection_jitter")?.unwrap_or_default(),
            collection_offset: section.interval("collection_offset")?.unwrap_or_default(),
            flush_interval: at_least_minimum(section, "flush_interval")?.unwrap_or(usual.flush_interval),
            flush_jitter: section.interval("flush_jitter")?.unwrap_or_default(),
            metric_batch_size: section
                .count("metric_batch_size", 1, BATCH_METRICS_MAX)?
                .unwrap_or(usual.metric_batch_size),
            metric_buffer_limit: section
                .count("metric_buffer_limit", 1, BUFFER_METRICS_MAX)?
                .unwrap_or(usual.metric_buffer_limit),
            precision: section.interval("precision")?.unwrap_or_default(),
            hostname: section.text("hostname")?.filter(|name| !name.is_empty()),
            omit_hostname: section.boolean("omit_hostname")?.unwrap_or_default(),
            always_include_local_tags: section.boolean("always_include_local_tags")?.unwrap_or_default(),
            always_include_global_tags: section.boolean("always_include_global_tags")?.unwrap_or_default(),
        })
    }

    /// What the tag `host` says; `None` when it is left out.
    #[must_use]
    pub fn host_tag(&self) -> Option<String> {
        if self.omit_hostname {
            return None;
        }
        self.hostname
            .clone()
            .or_else(|| Some(rustix::system::uname().nodename().to_string_lossy().into_owned()))
    }
}

/// An interval between two repetitions, which must not be zero.
pub(super) fn at_least_minimum(
    section: &mut Section<'_>,
    key: &'static str,
) -> Result<Option<Duration>, SettingsError> {
    match section.interval(key)? {
        Some(length) if length < INTERVAL_MIN => {
            Err(section.invalid(key, format!("expected at least {}ms", INTERVAL_MIN.as_millis())))
        }
        found => Ok(found),
    }
}

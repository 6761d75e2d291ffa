//! The settings that every input or every output has: names, tags, filters, times.

use super::agent::{AgentSettings, at_least_minimum};
use super::patterns::{globs, tag_globs};
use crate::filter::Filter;
use crate::limits::{BATCH_METRICS_MAX, BUFFER_METRICS_MAX};
use crate::output::OutputSettings;
use settings::{Section, SettingsError};
use std::time::Duration;

/// A change of a metric's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameChange {
    /// The name instead of its own.
    pub replacement: Option<String>,
    /// What is put before it.
    pub prefix: String,
    /// What is put behind it.
    pub suffix: String,
}

impl NameChange {
    fn read(section: &mut Section<'_>) -> Result<Self, SettingsError> {
        Ok(Self {
            replacement: section.text("name_override")?.filter(|name| !name.is_empty()),
            prefix: section.text("name_prefix")?.unwrap_or_default(),
            suffix: section.text("name_suffix")?.unwrap_or_default(),
        })
    }

    /// Whether names stay as they are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The changed name.
    #[must_use]
    pub fn apply(&self, name: &str) -> String {
        let name = self.replacement.as_deref().unwrap_or(name);
        format!("{}{name}{}", self.prefix, self.suffix)
    }
}

/// The settings that every input has. Where one is missing, the agent's holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InputCommon {
    /// A name to tell apart two inputs of one kind, in logs and statistics.
    pub alias: Option<String>,
    /// How often it gathers.
    pub interval: Option<Duration>,
    /// What timestamps are rounded to.
    pub precision: Option<Duration>,
    /// The longest random delay before a gather.
    pub collection_jitter: Option<Duration>,
    /// A fixed delay.
    pub collection_offset: Option<Duration>,
    /// How its metrics are called.
    pub name: NameChange,
    /// Tags that its metrics get unless they have them.
    pub tags: Vec<(String, String)>,
    /// What passes.
    pub filter: Filter,
}

/// Settings that Telegraf has on every plugin and that change nothing here: no input is probed at start
/// and none can stop the agent.
const WITHOUT_EFFECT: &[&str] = &["startup_error_behavior", "log_level", "labels"];

impl InputCommon {
    pub(super) fn read(section: &mut Section<'_>) -> Result<Self, SettingsError> {
        section.choice("time_source", &["metric", "collection_start"])?;
        section.without_effect(WITHOUT_EFFECT)?;
        Ok(Self {
            alias: section.text("alias")?,
            interval: at_least_minimum(section, "interval")?,
            precision: section.interval("precision")?.filter(|precision| !precision.is_zero()),
            collection_jitter: section.interval("collection_jitter")?,
            collection_offset: section.interval("collection_offset")?,
            name: NameChange::read(section)?,
            tags: section.text_table("tags")?,
            filter: read_filter(section)?,
        })
    }
}

/// The common settings of an output.
pub(super) fn read_output(
    section: &mut Section<'_>,
    agent: &AgentSettings,
) -> Result<OutputSettings, SettingsError> {
    section.without_effect(WITHOUT_EFFECT)?;
    Ok(OutputSettings {
        alias: section.text("alias")?,
        flush_interval: at_least_minimum(section, "flush_interval")?.unwrap_or(agent.flush_interval),
        flush_jitter: section.interval("flush_jitter")?.unwrap_or(agent.flush_jitter),
        metric_batch_size: section
            .count("metric_batch_size", 1, BATCH_METRICS_MAX)?
            .unwrap_or(agent.metric_batch_size),
        metric_buffer_limit: section
            .count("metric_buffer_limit", 1, BUFFER_METRICS_MAX)?
            .unwrap_or(agent.metric_buffer_limit),
        name: NameChange::read(section)?,
        filter: read_filter(section)?,
    })
}

/// The filters, under their names of today and of old.
fn read_filter(section: &mut Section<'_>) -> Result<Filter, SettingsError> {
    section.unsupported("metricpass", "namepass, namedrop, tagpass and tagdrop are")?;
    let namepass_separator = section.text("namepass_separator")?.unwrap_or_default();
    let namedrop_separator = section.text("namedrop_separator")?.unwrap_or_default();
    let fieldinclude = globs(section, "fieldinclude", "")?;
    let fieldexclude = globs(section, "fieldexclude", "")?;
    let (fieldpass, fielddrop) = (globs(section, "fieldpass", "")?, globs(section, "fielddrop", "")?);
    let (pass, drop) = (globs(section, "pass", "")?, globs(section, "drop", "")?);
    Ok(Filter {
        namepass: globs(section, "namepass", &namepass_separator)?,
        namedrop: globs(section, "namedrop", &namedrop_separator)?,
        tagpass: tag_globs(section, "tagpass")?,
        tagdrop: tag_globs(section, "tagdrop")?,
        fieldinclude: fieldinclude.or(fieldpass).or(pass),
        fieldexclude: fieldexclude.or(fielddrop).or(drop),
        taginclude: globs(section, "taginclude", "")?,
        tagexclude: globs(section, "tagexclude", "")?,
    })
}

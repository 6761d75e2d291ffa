//! Where metrics go: the trait, what can become of a batch, and the settings that every output has.

pub(crate) mod http;

pub use http::{HttpOutput, HttpSettings};

use crate::config::{AgentSettings, NameChange};
use crate::filter::Filter;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

/// Lines to be written together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    text: String,
    metrics: usize,
    first: u64,
}

impl Batch {
    /// A batch of these lines, each with its newline.
    #[must_use]
    pub fn new(text: String) -> Self {
        let metrics = text.lines().count();
        Self::numbered(text, metrics, 0)
    }

    pub(crate) const fn numbered(text: String, metrics: usize, first: u64) -> Self {
        Self { text, metrics, first }
    }

    /// Line protocol with timestamps in ns.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How many metrics there are.
    #[must_use]
    pub const fn metrics(&self) -> usize {
        self.metrics
    }

    /// The number of the first line behind the batch.
    pub(crate) const fn end(&self) -> u64 {
        self.first + self.metrics as u64
    }
}

/// Why a batch was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// It may work later: the batch is kept.
    #[error("{reason}")]
    Retry {
        /// What happened.
        reason: String,
        /// When to come back, if the other side said so.
        after: Option<Duration>,
    },
    /// It will never work: the metrics are dropped and the rest goes on.
    #[error("{reason}")]
    Refused {
        /// What the other side said.
        reason: String,
        /// How many metrics it did not take, if it said so; otherwise all of the batch.
        metrics: Option<usize>,
    },
    /// The batch has too many bytes: it is sent in halves.
    #[error("{reason}")]
    TooLarge {
        /// What the other side said.
        reason: String,
    },
}

/// What a write comes to.
pub type WriteFuture<'a> = Pin<Box<dyn Future<Output = Result<(), WriteError>> + Send + 'a>>;

/// A place where metrics go. It is called by one task, one batch after the other.
pub trait Output: Send + Sync + fmt::Debug {
    /// Its name in logs and statistics, without secrets.
    fn name(&self) -> String;

    /// How often and how much; the agent asks once.
    fn settings(&self) -> OutputSettings;

    /// Writes a batch. It should end by itself within a time that its settings bound.
    fn write<'a>(&'a self, batch: &'a Batch) -> WriteFuture<'a>;
}

/// The settings that every output has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputSettings {
    /// A name to tell apart two outputs of one kind.
    pub alias: Option<String>,
    /// How often it writes.
    pub flush_interval: Duration,
    /// The longest random delay before a write.
    pub flush_jitter: Duration,
    /// Most metrics in one write; so many cause one before its time.
    pub metric_batch_size: usize,
    /// Most metrics that wait; beyond it the oldest are dropped.
    pub metric_buffer_limit: usize,
    /// How metrics are called.
    pub name: NameChange,
    /// What passes.
    pub filter: Filter,
}

impl OutputSettings {
    /// What the agent's settings say, everything passing unchanged.
    #[must_use]
    pub fn from_agent(agent: &AgentSettings) -> Self {
        Self {
            alias: None,
            flush_interval: agent.flush_interval,
            flush_jitter: agent.flush_jitter,
            metric_batch_size: agent.metric_batch_size,
            metric_buffer_limit: agent.metric_buffer_limit,
            name: NameChange::default(),
            filter: Filter::default(),
        }
    }

    /// Whether metrics pass unchanged.
    pub(crate) fn changes_nothing(&self) -> bool {
        self.name.is_empty() && self.filter.is_empty()
    }
}

impl Default for OutputSettings {
    fn default() -> Self {
        Self::from_agent(&AgentSettings::default())
    }
}

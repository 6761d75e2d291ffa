//! What an input writes to: names, tags and filters are applied here, and lines come out.
//!
//! The order is Telegraf's: selectors see the metric as the input made it; then its name changes; then
//! the input's tags and the global ones fill what is missing; then modifiers take fields and tags away
//! (the tag `host` too, if they say so). After that come the outputs' own filters and names, once per
//! *route*: outputs that change nothing share one.

use crate::config::{AgentSettings, Config, InputConfig};
use crate::filter::Filter;
use crate::limits::{GATHER_BYTES_MAX, GATHER_ERRORS_MAX, GATHER_METRICS_MAX};
use crate::lines::Lines;
use crate::output::OutputSettings;
use crate::rounding::round_instant;
use crate::{Error, InputCommon};
use model::{FieldRef, SeriesKey, Tags};
use std::sync::Arc;
use std::time::Duration;

/// Tags on their way from an input to the routes.
type OwnedTags = Vec<(Box<str>, Box<str>)>;

/// All that stands between an input and the outputs' buffers.
#[derive(Debug)]
pub struct Pipeline {
    common: InputCommon,
    global_tags: Vec<(String, String)>,
    keeps_local_tags: bool,
    keeps_global_tags: bool,
    precision_ns: i64,
    routes: Arc<[Option<OutputSettings>]>,
}

impl Pipeline {
    /// The way from one input over `routes`; a route without settings changes nothing.
    pub(crate) fn new(config: &Config, input: &InputConfig, routes: Arc<[Option<OutputSettings>]>) -> Self {
        Self {
            common: input.common.clone(),
            global_tags: tags_with_host(config),
            keeps_local_tags: config.agent.always_include_local_tags,
            keeps_global_tags: config.agent.always_include_global_tags,
            precision_ns: precision_ns(&config.agent, &input.common),
            routes,
        }
    }

    pub(crate) fn route_count(&self) -> usize {
        self.routes.len()
    }

    /// The name and tags that leave the input, or `None` when it is filtered out.
    fn identify(&self, measurement: &str, tags: &[(&str, &str)]) -> Option<(String, OwnedTags)> {
        if !self.common.filter.selects(measurement, tags) {
            return None;
        }
        let filter = &self.common.filter;
        let mut kept: OwnedTags = Vec::with_capacity(tags.len() + 2);
        let own = tags.iter().map(|(key, value)| (*key, *value, filter.keeps_tag(key)));
        let local = self.common.tags.iter();
        let local =
            local.map(|(key, value)| (&**key, &**value, self.keeps_local_tags || filter.keeps_tag(key)));
        let global = self.global_tags.iter();
        let global =
            global.map(|(key, value)| (&**key, &**value, self.keeps_global_tags || filter.keeps_tag(key)));
        for (key, value, keeps) in own.chain(local).chain(global) {
            if keeps && !value.is_empty() && !kept.iter().any(|(known, _)| **known == *key) {
                kept.push((key.into(), value.into()));
            }
        }
        Some((self.common.name.apply(measurement), kept))
    }
}

/// `[global_tags]`, and `host` unless it is there or unwanted.
fn tags_with_host(config: &Config) -> Vec<(String, String)> {
    let mut tags = config.global_tags.clone();
    if !tags.iter().any(|(key, _)| key == "host") {
        tags.extend(config.agent.host_tag().map(|host| ("host".to_owned(), host)));
    }
    tags
}

/// What timestamps are rounded to: the input's setting, the agent's, or what suits the interval.
fn precision_ns(agent: &AgentSettings, common: &InputCommon) -> i64 {
    let set = common.precision.or(Some(agent.precision).filter(|precision| !precision.is_zero()));
    let interval = common.interval.unwrap_or(agent.interval);
    let derived = || {
        let units = [Duration::from_secs(1), Duration::from_millis(1), Duration::from_micros(1)];
        units.into_iter().find(|unit| interval >= *unit).unwrap_or(Duration::from_nanos(1))
    };
    i64::try_from(set.unwrap_or_else(derived).as_nanos()).unwrap_or(1)
}

/// Takes the metrics of one gather.
#[derive(Debug)]
pub struct Accumulator {
    pipeline: Arc<Pipeline>,
    now_ns: i64,
    monotonic: Duration,
    routes: Vec<Lines>,
    metric_count: usize,
    errors: Vec<Error>,
    error_count: u64,
    full: bool,
}

impl Accumulator {
    pub(crate) fn new(pipeline: Arc<Pipeline>) -> Self {
        let routes = (0..pipeline.route_count()).map(|_| Lines::default()).collect();
        let (errors, metric_count, error_count) = (Vec::new(), 0, 0);
        Self {
            pipeline,
            now_ns: 0,
            monotonic: Duration::ZERO,
            routes,
            metric_count,
            errors,
            error_count,
            full: false,
        }
    }

    /// Forgets the last gather; the next one starts at this time.
    pub(crate) fn begin(&mut self, now_ns: i64, monotonic: Duration) {
        self.routes.iter_mut().for_each(Lines::clear);
        self.errors.clear();
        (self.now_ns, self.monotonic) = (now_ns, monotonic);
        (self.metric_count, self.error_count, self.full) = (0, 0, false);
    }

    /// When the gather began, on the wall clock, in ns.
    #[must_use]
    pub const fn now_ns(&self) -> i64 {
        self.now_ns
    }

    /// When the gather began, on a clock that never jumps: for rates.
    #[must_use]
    pub const fn monotonic(&self) -> Duration {
        self.monotonic
    }

    /// Reports a metric at the time of the gather. Tags with an empty value are left out; so is a
    /// metric whose fields are all filtered out or not finite.
    pub fn add(&mut self, measurement: &str, tags: &[(&str, &str)], fields: &[FieldRef<'_>]) {
        self.add_at(measurement, tags, fields, self.now_ns);
    }

    /// Reports a metric at another time, in ns. It is rounded too.
    pub fn add_at(&mut self, measurement: &str, tags: &[(&str, &str)], fields: &[FieldRef<'_>], ts: i64) {
        if self.is_full() {
            return;
        }
        let pipeline = Arc::clone(&self.pipeline);
        let Some((name, tags)) = pipeline.identify(measurement, tags) else { return };
        let ts = round_instant(ts, pipeline.precision_ns);
        let filter = &pipeline.common.filter;
        let mut written = false;
        for (route, lines) in pipeline.routes.iter().zip(&mut self.routes) {
            let fields = fields.iter().filter(|field| filter.keeps_field(field.name)).copied();
            written |= match route {
                None => lines.push(&SeriesKey::new(&name, &Tags::new(tags.iter().cloned())), fields, ts),
                Some(output) => push_routed(lines, output, &name, &tags, fields, ts),
            };
        }
        self.metric_count += usize::from(written);
    }

    /// Notes that something could not be gathered; the rest goes on.
    pub fn add_error(&mut self, error: Error) {
        self.error_count += 1;
        if self.errors.len() < GATHER_ERRORS_MAX {
            self.errors.push(error);
        }
    }

    /// Notes the error of a part that may fail without the rest.
    pub fn note(&mut self, outcome: crate::Result<()>) {
        if let Err(error) = outcome {
            self.add_error(error);
        }
    }

    pub(crate) fn routes(&self) -> &[Lines] {
        &self.routes
    }

    pub(crate) const fn metric_count(&self) -> usize {
        self.metric_count
    }

    pub(crate) fn errors(&self) -> &[Error] {
        &self.errors
    }

    pub(crate) const fn error_count(&self) -> u64 {
        self.error_count
    }

    fn is_full(&mut self) -> bool {
        let bytes: usize = self.routes.iter().map(Lines::bytes).sum();
        if !self.full && (self.metric_count >= GATHER_METRICS_MAX || bytes >= GATHER_BYTES_MAX) {
            self.full = true;
            self.add_error(Error::TooMuch { limit: GATHER_METRICS_MAX, unit: "metrics" });
        }
        self.full
    }
}

fn push_routed<'a>(
    lines: &mut Lines,
    output: &OutputSettings,
    name: &str,
    tags: &[(Box<str>, Box<str>)],
    fields: impl Iterator<Item = FieldRef<'a>>,
    ts: i64,
) -> bool {
    let filter: &Filter = &output.filter;
    if !filter.selects(name, tags) {
        return false;
    }
    let tags = Tags::new(tags.iter().filter(|(key, _)| filter.keeps_tag(key)).cloned());
    let series = SeriesKey::new(&output.name.apply(name), &tags);
    lines.push(&series, fields.filter(|field| filter.keeps_field(field.name)), ts)
}

#[cfg(test)]
mod tests;

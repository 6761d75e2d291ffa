//! What the collector counts, for `/metrics`.

use collector::{AgentStats, InputStats, OutputStats};
use server::MetricsText;
use std::collections::BTreeMap;

type Counter<T> = (&'static str, &'static str, fn(&T) -> u64);

const INPUTS: [Counter<InputStats>; 5] = [
    ("vigie_agent_gathers_total", "Gathers that ended", |input| input.gathers),
    ("vigie_agent_metrics_total", "Metrics that inputs reported", |input| input.metrics),
    ("vigie_agent_gather_errors_total", "Errors of inputs", |input| input.errors),
    ("vigie_agent_gathers_skipped_total", "Turns passed over because a gather still ran", |input| {
        input.skipped
    }),
    ("vigie_agent_gather_panics_total", "Gathers that ended in a panic", |input| input.panics),
];

const OUTPUTS: [Counter<OutputStats>; 4] = [
    ("vigie_agent_written_total", "Metrics that outputs wrote", |output| output.written),
    ("vigie_agent_dropped_total", "Metrics dropped for lack of room", |output| output.dropped),
    ("vigie_agent_refused_total", "Metrics that the other side refused", |output| output.refused),
    ("vigie_agent_write_failures_total", "Writes that failed and are repeated", |output| output.failures),
];

/// Adds the counters. Inputs of one name and alias are told as one.
pub(crate) fn write(stats: &AgentStats, out: &mut MetricsText) {
    let input_label = |input: &InputStats| match &input.alias {
        Some(alias) => format!("{}::{alias}", input.name),
        None => input.name.clone(),
    };
    for (name, help, count) in INPUTS {
        for (label, sum) in summed(&stats.inputs, input_label, count) {
            out.counter(name, help, &[("input", label)], sum);
        }
    }
    let output_label = |output: &OutputStats| output.name.clone();
    for (name, help, count) in OUTPUTS {
        for (label, sum) in summed(&stats.outputs, output_label, count) {
            out.counter(name, help, &[("output", label)], sum);
        }
    }
    for (label, sum) in summed(&stats.outputs, output_label, |output| output.buffered) {
        out.gauge(
            "vigie_agent_buffered_metrics",
            "Metrics that wait to be written",
            &[("output", label)],
            sum as f64,
        );
    }
}

fn summed<T>(items: &[T], label: impl Fn(&T) -> String, count: fn(&T) -> u64) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for item in items {
        *sums.entry(label(item)).or_insert(0) += count(item);
    }
    sums
}

//! The configuration of somebody who has none, with a comment at every setting.

use crate::input::INPUTS;
use std::fmt::Write;

const AGENT: &str = r#"# Tags that every metric gets unless it has them.
[global_tags]
# rack = "1a"

[agent]
# How often inputs gather, and whether on multiples of that time on the wall clock.
interval = "10s"
round_interval = true
# The longest random delay before a gather, and a fixed one.
collection_jitter = "0s"
# collection_offset = "0s"
# How often outputs write, and the longest random delay before.
flush_interval = "10s"
flush_jitter = "0s"
# Most metrics in one write, and most that wait for an output that does not answer.
metric_batch_size = 1000
metric_buffer_limit = 10000
# What timestamps are rounded to; "0s" derives it from the interval.
precision = "0s"
# The tag "host"; empty: the system's own name.
hostname = ""
omit_hostname = false
"#;

/// The inputs that run without any configuration.
const USUAL: [&str; 9] = ["cpu", "mem", "swap", "disk", "diskio", "net", "system", "processes", "kernel"];

/// The default as commented TOML: the agent's settings and the nine inputs of a machine.
#[must_use]
pub fn default_toml() -> String {
    let mut text = AGENT.to_owned();
    for kind in INPUTS.iter().filter(|kind| USUAL.contains(&kind.name)) {
        write!(text, "\n# {}\n{}", kind.description, kind.sample).expect("a String takes every text");
    }
    text
}

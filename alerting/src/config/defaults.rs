//! The rules that are armed when nobody wrote any.
//!
//! They must be quiet on a healthy machine: a value that sways around a threshold is told once, and file
//! systems that are full by nature (images mounted read-only, the layers of containers) are left out.

use crate::{Rule, RuleSpec};
use std::time::Duration;

/// CPU, memory and disks: what is bad on every machine.
///
/// # Panics
/// Never: their texts are part of the program and tested.
#[must_use]
pub fn default_rules() -> Vec<Rule> {
    [cpu(), memory(), disk()]
        .into_iter()
        .map(|spec| Rule::compile(spec).expect("the default rules are tested"))
        .collect()
}

fn cpu() -> RuleSpec {
    RuleSpec {
        filter: Some("cpu = 'cpu-total'".to_owned()),
        group_by: vec!["host".to_owned()],
        levels: levels("> 90", "> 97"),
        hold: Duration::from_secs(120),
        recover: Duration::from_secs(120),
        message: message("CPU of {{ .Tags.host }} at {{ .Value | printf \"%.1f\" }} %"),
        ..RuleSpec::new("cpu", "cpu", "100 - usage_idle")
    }
}

fn memory() -> RuleSpec {
    RuleSpec {
        group_by: vec!["host".to_owned()],
        levels: levels("> 90", "> 97"),
        resets: levels("< 85", "< 95"),
        message: message("memory of {{ .Tags.host }} {{ .Value | printf \"%.1f\" }} % used"),
        ..RuleSpec::new("memory", "mem", "used_percent")
    }
}

fn disk() -> RuleSpec {
    RuleSpec {
        filter: Some("fstype !~ /^(squashfs|erofs|iso9660|overlay|aufs)$/ AND mode != 'ro'".to_owned()),
        group_by: vec!["host".to_owned(), "path".to_owned()],
        levels: levels("> 85", "> 95"),
        resets: levels("< 82", "< 93"),
        message: message("disk {{ .Tags.path }} of {{ .Tags.host }} {{ .Value | printf \"%.1f\" }} % full"),
        ..RuleSpec::new("disk", "disk", "used_percent")
    }
}

fn levels(warn: &str, crit: &str) -> [Option<String>; 3] {
    [None, Some(warn.to_owned()), Some(crit.to_owned())]
}

fn message(text: &str) -> Option<String> {
    Some(text.to_owned())
}

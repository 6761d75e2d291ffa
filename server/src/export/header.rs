//! The comments and statements around the lines, as `influx_inspect export` writes them.

use super::selection::Selected;
use model::TimeRange;
use query::ast::{CreateDatabase, CreateRetentionPolicy, DatabasePolicy};
use query::text::push_rfc3339;
use std::fmt::Write as _;
use tsdb::PolicyInfo;

/// Appends the header up to the mark behind which lines begin.
pub(super) fn push(out: &mut String, time: TimeRange, selected: &[Selected]) {
    out.push_str("# INFLUXDB EXPORT: ");
    push_rfc3339(out, time.start);
    out.push_str(" - ");
    push_rfc3339(out, time.end);
    out.push_str("\n# DDL\n");
    for database in selected {
        let policies = || database.policies.iter().map(|(policy, _)| policy);
        let default = policies().find(|policy| policy.is_default);
        let create =
            CreateDatabase { name: database.name.to_string(), retention_policy: default.map(first_policy) };
        push_line(out, format_args!("{create}"));
        for policy in policies().filter(|policy| !policy.is_default) {
            push_line(out, format_args!("{}", further_policy(&database.name, policy)));
        }
    }
    out.push_str("# DML\n");
}

/// Appends what says where the lines behind it belong.
pub(super) fn push_context(out: &mut String, db: &str, rp: &str) {
    push_line(out, format_args!("# CONTEXT-DATABASE:{db}"));
    push_line(out, format_args!("# CONTEXT-RETENTION-POLICY:{rp}"));
    out.push_str("# writing data\n");
}

fn first_policy(policy: &PolicyInfo) -> DatabasePolicy {
    DatabasePolicy {
        duration_ns: Some(policy.duration_ns),
        replication: Some(policy.replication),
        shard_duration_ns: Some(policy.shard_duration_ns),
        name: Some(policy.name.to_string()),
    }
}

fn further_policy(db: &str, policy: &PolicyInfo) -> CreateRetentionPolicy {
    CreateRetentionPolicy {
        name: policy.name.to_string(),
        database: db.to_owned(),
        duration_ns: policy.duration_ns,
        replication: policy.replication,
        shard_duration_ns: Some(policy.shard_duration_ns),
        default: false,
    }
}

fn push_line(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = writeln!(out, "{text}");
}

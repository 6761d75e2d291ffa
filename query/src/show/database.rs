//! SHOW DATABASES and SHOW RETENTION POLICIES.

use super::header;
use crate::analyze;
use crate::ast::ShowRetentionPolicies;
use crate::{Context, Result, RowSink};
use model::{Column, Values};

/// The databases.
pub(crate) fn databases(context: &Context<'_>, sink: &mut dyn RowSink) -> Result<()> {
    let names = context.catalog.databases()?;
    sink.series(&header(Some("databases"), &["name"]))?;
    if names.is_empty() {
        return Ok(());
    }
    let names = names.iter().map(String::as_str).collect();
    Ok(sink.rows(&[Column::dense(Values::String(names))])?)
}

/// The retention policies of a database.
pub(crate) fn retention_policies(
    show: &ShowRetentionPolicies,
    context: &Context<'_>,
    sink: &mut dyn RowSink,
) -> Result<()> {
    let policies =
        context.catalog.retention_policies(analyze::database(context, show.database.as_deref())?)?;
    sink.series(&header(None, &["name", "duration", "shardGroupDuration", "replicaN", "default"]))?;
    if policies.is_empty() {
        return Ok(());
    }
    let text = |ns: i64| model::duration::to_go(ns);
    let durations: Vec<String> = policies.iter().map(|policy| text(policy.duration_ns)).collect();
    let shards: Vec<String> = policies.iter().map(|policy| text(policy.shard_duration_ns)).collect();
    Ok(sink.rows(&[
        Column::dense(Values::String(policies.iter().map(|policy| policy.name.as_str()).collect())),
        Column::dense(Values::String(durations.iter().map(String::as_str).collect())),
        Column::dense(Values::String(shards.iter().map(String::as_str).collect())),
        Column::dense(Values::Integer(policies.iter().map(|policy| i64::from(policy.replication)).collect())),
        Column::dense(Values::Boolean(policies.iter().map(|policy| policy.is_default).collect())),
    ])?)
}

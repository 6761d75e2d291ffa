//! Everything in an engine, and its text form, so that it can lie beside a fixture and be reviewed.

use std::collections::BTreeMap;

use model::FieldValue;
use tsdb::{DatabaseInfo, Engine};

use crate::harness::{Fields, Rows, Value, dump_policy};

/// Rows by database and policy.
pub(crate) type World = BTreeMap<(String, String), Rows>;

/// What an engine answers for every policy of every database.
pub(crate) fn look(engine: &Engine) -> World {
    let mut world = World::new();
    for database in engine.databases() {
        for policy in database.policies {
            let rows = dump_policy(engine, &database.name, Some(&policy.name));
            world.insert((database.name.to_string(), policy.name.to_string()), rows);
        }
    }
    world
}

/// A line per policy, then its rows. Texts are quoted; a float that is not a number is its bits.
pub(crate) fn describe(databases: &[DatabaseInfo], world: &World) -> String {
    let mut text = String::new();
    for database in databases {
        for policy in &database.policies {
            let is_default = if policy.is_default { " default" } else { "" };
            let (duration, shard) = (policy.duration_ns, policy.shard_duration_ns);
            let (db, rp, copies) = (&database.name, &policy.name, policy.replication);
            text += &format!("{db:?} {rp:?} {duration}ns {shard}ns {copies}{is_default}\n");
            let rows = world.get(&(db.to_string(), rp.to_string()));
            rows.into_iter().flatten().for_each(|row| text += &describe_row(row));
        }
    }
    text
}

fn describe_row(((series, ts), fields): (&(String, i64), &Fields)) -> String {
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name:?} {}", describe_value(value))).collect();
    format!("  {series:?} {ts}  {}\n", fields.join("  "))
}

fn describe_value(value: &Value) -> String {
    match &value.0 {
        FieldValue::Float(value) if value.is_nan() => format!("float:{:016x}", value.to_bits()),
        FieldValue::Float(value) => format!("{value:?}"),
        FieldValue::Integer(value) => format!("{value}i"),
        FieldValue::Unsigned(value) => format!("{value}u"),
        FieldValue::Boolean(value) => format!("{value}"),
        FieldValue::String(value) => format!("{value:?}"),
    }
}

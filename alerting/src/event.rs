//! What is told: one change of one alert.

use crate::Level;
use crate::expression::Operand;
use model::ValueRef;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One change of one alert, as it is stored, sent and logged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Names this very event and no other, also after a restart: a receiver that has seen it can drop it.
    pub key: String,
    /// Counts the events of this alert, from 1.
    pub number: u64,
    /// Names the alert; the rule's id template makes it.
    pub id: String,
    /// The sentence; the rule's message template makes it.
    pub message: String,
    /// The level now.
    pub level: Level,
    /// The level before.
    #[serde(rename = "previousLevel")]
    pub previous: Level,
    /// The point's time, in ns since 1970.
    pub time: i64,
    /// How long it has not been OK, in ns of event time.
    pub duration: i64,
    /// The rule.
    pub rule: String,
    /// The measurement.
    pub measurement: String,
    /// The group: `host=a,path=/`, or `nil` where the rule groups by nothing.
    pub group: String,
    /// What the rule computed; null where that is no JSON.
    pub value: serde_json::Value,
    /// The tags of the point's series.
    pub tags: BTreeMap<String, String>,
    /// Fields of the point, at most [`crate::limits::EVENT_FIELDS_MAX`].
    pub fields: BTreeMap<String, serde_json::Value>,
}

/// The key of an event: a hash of all that makes it this one and no other.
pub(crate) fn key(rule: &str, group: &str, time_ns: i64, level: Level, number: u64) -> String {
    let text = format!("{rule}\0{group}\0{time_ns}\0{level}\0{number}");
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(text.as_bytes()))
}

/// The beginning of a text, at most `bytes_max` long.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// A field's value as JSON: whole numbers whole, long texts cut, NaN and the infinities null.
pub(crate) fn field_json(value: ValueRef<'_>) -> serde_json::Value {
    match value {
        ValueRef::Float(number) => number.into(),
        ValueRef::Integer(number) => number.into(),
        ValueRef::Unsigned(number) => number.into(),
        ValueRef::Boolean(value) => value.into(),
        ValueRef::String(text) => cut(text, crate::limits::EVENT_VALUE_BYTES_MAX).into(),
    }
}

/// What a rule computed, as JSON.
pub(crate) fn operand_json(operand: Operand<'_>) -> serde_json::Value {
    match operand {
        Operand::Missing => serde_json::Value::Null,
        Operand::Number(number) => number.into(),
        Operand::Boolean(value) => value.into(),
        Operand::Text(text) => cut(text, crate::limits::EVENT_VALUE_BYTES_MAX).into(),
    }
}

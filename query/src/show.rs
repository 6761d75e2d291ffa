//! SHOW: what exists, answered from names alone.
//!
//! Measurements, tags and series are those of all retention policies of a database, as InfluxDB's index
//! has them; field keys and counts are those of one.

mod cardinality;
mod database;
mod field_keys;
mod listing;
mod measurements;
mod series;
mod tables;
mod tag_keys;
mod tag_values;

pub(crate) use cardinality::cardinality;
pub(crate) use database::{databases, retention_policies};
pub(crate) use field_keys::field_keys;
pub(crate) use measurements::measurements;
pub(crate) use series::series;
pub(crate) use tag_keys::tag_keys;
pub(crate) use tag_values::tag_values;

use crate::SeriesHeader;

fn header(name: Option<&str>, columns: &[&str]) -> SeriesHeader {
    SeriesHeader {
        name: name.map(Into::into),
        tags: Vec::new(),
        columns: columns.iter().map(ToString::to_string).collect(),
        has_time: false,
        zone: None,
    }
}

//! From the syntax tree to the validated statement.
//!
//! The order of checks is InfluxDB's, so that a statement with several faults is refused for the same
//! one: names of databases first, then the time range, GROUP BY, the calls, and types last.

mod call;
mod condition;
mod constant;
mod dimensions;
mod fields;
mod scalar;
mod schema;
mod scope;
mod select;
mod time;
mod types;

pub(crate) use condition::{exact_series_predicate, series_predicate};
pub(crate) use constant::{Moment, compared};
pub(crate) use schema::measurement_names;
pub(crate) use scope::{database, resolve};
pub(crate) use select::analyze;
pub(crate) use time::{Bounds, cut};

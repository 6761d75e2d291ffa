//! Compaction: fewer, larger segments of a shard, so that a read has few places to look.
//!
//! [`plan`] is a pure choice over what the MANIFEST knows; [`Merge`] carries it out, series by series.
//! Only neighbours in the order of writes are merged, so that the result has one place in that order.

mod job;
mod plan;

pub(crate) use job::{Input, Merge};
pub(crate) use plan::plan;

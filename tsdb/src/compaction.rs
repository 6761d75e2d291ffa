//! Compaction: fewer, larger segments of a shard, so that a read has few places to look.
//!
//! [`plan`] is a pure choice over what the MANIFEST knows; a [`Job`] carries it out, series by series, and is
//! bounded in memory, held to a [`Pace`] and can be ended at any time. Inside a shard that lasts longer than a
//! day its results are cut into [`Partitions`]. Only neighbours in the order of writes are merged, so that of two
//! segments that share an instant one is the later as a whole.

mod job;
mod pace;
mod partitions;
mod plan;
mod slices;
mod streams;
mod thrift;
mod veils;

pub(crate) use job::{Input, Job, Target, describe};
pub(crate) use pace::{Cancel, Pace};
pub(crate) use partitions::Partitions;
pub(crate) use plan::{Choice, Member, crowd, plan};
pub(crate) use thrift::Thrift;
pub(crate) use veils::Deletes;

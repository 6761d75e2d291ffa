//! Points that were not taken, and why, in InfluxDB's words.

use model::FieldType;

/// A point that was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its index in the batch.
    pub point: usize,
    /// Why.
    pub reason: RejectReason,
}

/// Why a point was rejected. InfluxDB answers `partial write: {reason} dropped={count}`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejectReason {
    /// A field has another type in this shard already.
    #[error(
        "field type conflict: input field \"{field}\" on measurement \"{measurement}\" is type {given}, already exists as type {existing}"
    )]
    FieldType {
        /// The field.
        field: Box<str>,
        /// Its measurement.
        measurement: Box<str>,
        /// The type of the point's value.
        given: FieldType,
        /// The type that the field has.
        existing: FieldType,
    },
    /// The point is older than what its retention policy keeps.
    #[error("points beyond retention policy")]
    BeyondRetention,
    /// The point would make a series, and its shard has as many as there may be.
    #[error("max-series-per-database limit exceeded: ({max})")]
    SeriesLimit {
        /// The limit.
        max: u64,
    },
}

//! The vocabulary that every part of Vigie speaks: time, values, tags, points, columns.
//!
//! A client's bytes become a [`PointBatch`] ([`line_protocol::parse`]); the engine files its rows
//! under a [`SeriesKey`] and answers a [`ScanRequest`] with [`ScanBatch`]es of typed [`Column`]s.
//! Time comes from a [`Clock`], memory from a [`Budget`], and a reader that gave up says so through
//! its [`CancelToken`].
//!
//! This crate does no I/O, knows no engine ids and no wire form but line protocol.

#![forbid(unsafe_code)]

mod batch;
mod bitmap;
mod budget;
mod cancel;
mod clock;
mod column;
mod deletion;
pub mod duration;
pub mod limits;
pub mod line_protocol;
mod names;
mod points;
mod predicate;
mod scan;
mod series;
mod stream;
mod summary;
mod tags;
mod time;
mod value;

pub use batch::ColumnBatch;
pub use bitmap::Bitmap;
pub use budget::{Budget, BudgetExceeded, Lease, Leased, Share};
pub use cancel::CancelToken;
pub use clock::{Clock, ManualClock, SystemClock};
pub use column::{Column, StringColumn, Values};
pub use deletion::{Deletion, DeletionSource, MeasurementMatch};
pub use names::{InvalidName, check_name};
pub use points::{FieldRef, PointBatch, PointRef};
pub use predicate::{TagMatch, TagPredicate};
pub use scan::{Direction, FieldRequest, ScanBatch, ScanOrder, ScanRequest, SeriesColumn, SeriesRequest};
pub use series::{KeyRef, SeriesKey};
pub use stream::{Lsn, StreamBatch};
pub use summary::{FieldSummary, Picked, SummaryBatch, SummaryKinds, SummaryPart, SummaryRequest};
pub use tags::Tags;
pub use time::{MAX_TIME, MIN_TIME, Precision, TimeRange};
pub use value::{FieldType, FieldValue, ValueRef};

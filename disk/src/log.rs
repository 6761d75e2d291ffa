//! The record log: checksummed frames, one after another, each with a sequence number that rises.
//!
//! The life of a frame: a caller encodes it into [`Frames`]; a [`Writer`] seals it with its file's salt and
//! writes it, alone and in step for small state files, or through [`GroupCommit`], where one thread writes and
//! syncs for all that wait; after a crash [`recover`] reads the files in order and says of every byte whether it
//! is a frame, room that was never used, the torn end of the last write, or damage.
//!
//! Two facts on disk make that judgement possible. The header of a file carries the first sequence number that
//! may be in it, with the promise that every lower one was durable before: so an older file that lacks frames is
//! damaged, and one that has more was retired by a failed sync and is overruled by its successor. And the first
//! frame after each sync carries a flag: so a bad frame before it is damage, while a bad frame with no flagged
//! one behind it is a write that the power cut interrupted.
//!
//! The layout is in `docs/format/log.md`.

mod commit;
mod format;
mod frame;
mod image;
mod recover;
mod report;
mod scan;
mod writer;

pub use crate::limits::{LSN_STEP_MAX, PAYLOAD_BYTES_MAX};
pub use commit::{
    Event, FileState, GroupCommit, LogFile, NextFile, Options, Place, Policy, Start, Status, Ticket,
};
pub use frame::Frames;
pub use image::image;
pub use recover::{Frame, Recovery, recover, salt, settle};
pub use report::{FileReport, Finding, Report, Tail};
pub use scan::{Part, Reader, Stop};
pub use writer::Writer;

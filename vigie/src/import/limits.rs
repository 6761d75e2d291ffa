//! Every bound of an import, and whom it protects.

use std::time::Duration;

/// Bytes of lines in one write; a longer line is a write of its own. Keeps every body below what servers take.
pub(super) const BATCH_BYTES_MAX: usize = 4 << 20;

/// Batches that are read ahead of the one being written. Bounds memory.
pub(super) const BATCHES_AHEAD: usize = 2;

/// Bytes that are read from a file at a time.
pub(super) const READ_BYTES: usize = 256 << 10;

/// The part of a file from which it is known again, in bytes.
pub(super) const IDENTITY_BYTES: usize = 64 << 10;

/// The part of a text by which it is seen to be one, in bytes. Protects the reader of the output from a tar's lines.
pub(super) const TEXT_BYTES: usize = 512;

/// Rejected lines that are told with number and reason; the rest is counted. Protects the reader of the output.
pub(super) const REJECTS_TOLD_MAX: usize = 20;

/// Characters of a reason that are told; servers repeat the line in it.
pub(super) const REASON_CHARS_MAX: usize = 300;

/// First pause before a write is tried again; it doubles up to [`RETRY_PAUSE_MAX`].
pub(super) const RETRY_PAUSE_FIRST: Duration = Duration::from_millis(500);

/// Longest pause before a write is tried again, whatever the server asks for.
pub(super) const RETRY_PAUSE_MAX: Duration = Duration::from_secs(30);

/// How long a server may take to answer the first time. Protects the user from a wrong address.
pub(super) const FIRST_ANSWER_MAX: Duration = Duration::from_secs(5);

/// How long a server may be silent in the middle of an import. A statement over a large shard takes its time.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(300);

/// How often a server that is waited for is told of.
pub(super) const TELL_EVERY: Duration = Duration::from_secs(30);

/// How often the state is written. Protects the disk from a sync per batch; so much is repeated after a kill.
pub(super) const STATE_EVERY: Duration = Duration::from_secs(1);

/// Rows that an InfluxDB puts into one JSON document.
pub(super) const CHUNK_ROWS: u32 = 5_000;

/// Windows of one retention policy. Protects memory from a source that tells of absurd times.
pub(super) const WINDOWS_MAX: usize = 1_000_000;

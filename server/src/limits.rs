//! Every bound of the server, and whom it protects.

use std::time::Duration;

/// Longest request body as it comes over the wire, in bytes; InfluxDB's own default. Beyond: 413.
pub const BODY_BYTES_MAX: usize = 25_000_000;

/// Longest request body after inflating, in bytes. Protects memory from a small gzip bomb.
pub const INFLATED_BYTES_MAX: usize = 250_000_000;

/// Damaged places that a start writes to the log one by one. Protects the log from a disk that is gone.
pub(crate) const DAMAGE_LOGGED_MAX: usize = 20;

/// Longest form or query text, in bytes.
pub const QUERY_BYTES_MAX: usize = 1 << 20;

/// Most open connections; further ones wait in the kernel's queue. Five thousand agents keep theirs open.
pub const CONNECTIONS_MAX: usize = 8_192;

/// Most bytes of a request's head. Protects each connection's buffer.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

/// From the first byte of a request to the end of its head. Protects connections from a peer that drips.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection may stay open between requests. Agents come every ten seconds.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(180);

/// Longest pause between two pieces of a body.
pub const BODY_PAUSE_MAX: Duration = Duration::from_secs(20);

/// From the first to the last byte of a body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(120);

/// How long a peer may refuse to take a piece of an answer. Protects the query behind it.
pub const WRITE_PAUSE_MAX: Duration = Duration::from_secs(60);

/// Most queries at work at once; further ones wait for a place, at most [`QUERY_WAIT_MAX`].
pub const QUERIES_MAX: usize = 64;

/// How long a query waits for a place before it is refused with 503.
pub const QUERY_WAIT_MAX: Duration = Duration::from_secs(10);

/// Most exports at work at once; a further one is refused with 503. Each keeps what it sees alive until it is over:
/// this bounds the memory and the files that a slow client holds.
pub const EXPORTS_MAX: usize = 4;

/// How long `/write` and `/query` wait for the store's recovery before they answer 503.
pub const RECOVERY_WAIT_MAX: Duration = Duration::from_secs(30);

/// What a client that was refused with 503 is told to wait, in seconds.
pub const RETRY_AFTER_SECONDS: u32 = 5;

/// An answer is handed on in pieces of about so many bytes; one that is shorter goes out whole.
pub const ANSWER_CHUNK_BYTES: usize = 64 * 1024;

/// Pieces of an answer that may wait for the client.
pub const ANSWER_CHUNKS_QUEUED: usize = 4;

/// Backups that are made at once; a further one is refused with 409. Protects the disk, and the segments that each
/// holds from being removed.
pub const BACKUPS_MAX: usize = 1;

/// Bytes of a backup that are handed to its connection at a time.
pub const BACKUP_CHUNK_BYTES: usize = 256 * 1024;

/// Pieces of a backup that may wait for the client.
pub const BACKUP_CHUNKS_QUEUED: usize = 4;

/// Rows in one chunk of a chunked answer unless the client says otherwise; as in InfluxDB.
pub const CHUNK_ROWS: usize = 10_000;

/// How long open requests may go on once the server was asked to stop.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// An error of accepting connections is logged at most once in this time.
pub const ACCEPT_LOG_PAUSE: Duration = Duration::from_secs(10);

/// A query that takes longer is logged with its text.
pub const SLOW_QUERY: Duration = Duration::from_secs(1);

/// How long the start waits for the store before it says where it listens.
pub const ANNOUNCE_AFTER: Duration = Duration::from_millis(500);

/// How long closing the store may take before the process ends without it.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(60);

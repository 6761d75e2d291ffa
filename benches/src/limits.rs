//! How long and how much the bench waits, reads and repeats, so that a server that hangs ends a run.

use std::time::Duration;

/// Bytes of an answer's body; `high-cpu-all` over 1,000 hosts stays below.
pub(crate) const REPLY_BYTES_MAX: usize = 1 << 30;
/// Bytes of a line in the head of an answer.
pub(crate) const HEAD_LINE_BYTES_MAX: u64 = 64 << 10;
/// Lines in the head of an answer.
pub(crate) const HEAD_LINES_MAX: usize = 100;
/// Bytes of a server's log that are shown when it failed.
pub(crate) const LOG_TAIL_BYTES_MAX: usize = 2000;

/// One request, to its last byte.
pub(crate) const REQUEST_MAX: Duration = Duration::from_secs(300);
/// From the start of a process to its first good answer.
pub(crate) const START_MAX: Duration = Duration::from_secs(120);
/// From the last write until nothing moves any more.
pub(crate) const SETTLE_MAX: Duration = Duration::from_secs(900);
/// From SIGTERM to the end.
pub(crate) const STOP_MAX: Duration = Duration::from_secs(300);
/// Writes refused as "come back later" in a row before a load is given up, one second apart.
pub(crate) const RETRIES_MAX: usize = 300;

/// A server is settled after so long without work. Longer than each system's own timers.
pub(crate) const QUIET: Duration = Duration::from_secs(15);
/// Processor time per second that a server may spend while it counts as quiet.
pub(crate) const QUIET_CPU: Duration = Duration::from_millis(50);

/// Time that the repetitions of one kind of query may take; at least [`QUERY_REPEATS_MIN`] are done.
pub(crate) const QUERY_TIME_MAX: Duration = Duration::from_secs(10);
/// The fewest repetitions that a median is taken of.
pub(crate) const QUERY_REPEATS_MIN: usize = 5;
/// Queries of each kind that warm caches before the clock starts.
pub(crate) const QUERY_WARM_UPS: usize = 2;
/// Answers of each kind that are kept and compared between systems.
pub(crate) const ANSWERS_KEPT: usize = 3;

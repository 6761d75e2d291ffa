//! Every bound of this crate, and whom it protects.

use std::time::Duration;

/// Longest file of the kernel that is read, in bytes. Protects the agent from a file that never ends.
pub const KERNEL_FILE_BYTES_MAX: u64 = 8 << 20;

/// Most metrics that one gather may report. Protects the buffer from an input that runs wild.
pub const GATHER_METRICS_MAX: usize = 100_000;

/// Most bytes of lines that one gather may report. Protects memory.
pub const GATHER_BYTES_MAX: usize = 32 << 20;

/// How many errors of one gather are kept; the rest is counted.
pub const GATHER_ERRORS_MAX: usize = 16;

/// How many characters of what was found an error repeats.
pub const FOUND_CHARS_MAX: usize = 80;

/// Most bytes in one batch, whatever `metric_batch_size` says. Servers refuse larger bodies.
pub const BATCH_BYTES_MAX: usize = 8 << 20;

/// Largest `metric_batch_size`.
pub const BATCH_METRICS_MAX: usize = 100_000;

/// Largest `metric_buffer_limit`.
pub const BUFFER_METRICS_MAX: usize = 100_000_000;

/// The first pause after a failed write; each further one doubles it.
pub const BACKOFF_MIN: Duration = Duration::from_secs(1);

/// The longest pause between two attempts, unless the server asks for more.
pub const BACKOFF_MAX: Duration = Duration::from_secs(60);

/// The longest `Retry-After` that is honoured. Protects from a server that says "next year".
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(600);

/// How long a stop waits for gathers that are under way.
pub const GATHER_STOP_MAX: Duration = Duration::from_secs(2);

/// How long a stop waits for the last flush of all outputs together.
pub const LAST_FLUSH_MAX: Duration = Duration::from_secs(8);

/// The same kind of message is logged at most once in this time.
pub const LOG_PAUSE: Duration = Duration::from_secs(60);

/// Shortest interval between two gathers. Protects the machine from its own watcher.
pub const INTERVAL_MIN: Duration = Duration::from_millis(10);

/// How long one mount point may take to tell its size before it is passed over.
pub const MOUNT_TIMEOUT: Duration = Duration::from_secs(2);

/// Most mount points that may hang at a time; each holds a thread. Further ones are left out.
pub const HUNG_MOUNTS_MAX: usize = 32;

/// How much of an answer's body is read, in bytes. Protects from a server that talks without end.
pub const ANSWER_BYTES_MAX: usize = 16 << 10;

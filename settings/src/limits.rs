//! Every bound of this crate, and whom it protects.

use std::time::Duration;

/// Longest length of time that a setting may ask for: a thousand years.
pub const INTERVAL_MAX: Duration = Duration::from_secs(1_000 * 366 * 24 * 3_600);

/// Most elements of one list. Protects whoever matches against it.
pub const LIST_MAX: usize = 10_000;

/// Most configuration files that are read together.
pub const FILES_MAX: usize = 1_000;

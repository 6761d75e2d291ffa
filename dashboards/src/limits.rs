//! Every bound of the pages in one place, so that no fleet and no storm of alerts makes a page endless.

/// Host cards on one page; of a larger fleet the worst are shown and the rest is counted.
pub const HOST_CARDS_MAX: usize = 60;

/// Alerts that are seen without unfolding the list.
pub const ALERTS_OPEN: usize = 7;

/// Alerts in the list, the folded ones included; further ones are counted only.
pub const ALERTS_MAX: usize = 50;

/// Lines in one plot; further ones are drawn as one grey line of their mean.
pub const SERIES_MAX: usize = 6;

/// A name longer than this many characters ends in an ellipsis and stands in full in `title`.
pub(crate) const NAME_CHARS_MAX: usize = 32;

/// Age of the newest value, in nanoseconds, from which the page says that it shows the past: six intervals
/// of the default agent.
pub const STALE_AFTER_NS: i64 = 60 * 1_000_000_000;

/// Age, in nanoseconds, from which a host without alerts is unknown instead of OK: twelve intervals of the
/// default agent, so that a restart goes unnoticed and a dead machine does not.
pub const SILENT_AFTER_NS: i64 = 2 * 60 * 1_000_000_000;

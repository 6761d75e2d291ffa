//! Every bound of this crate, and whom it protects.

use std::time::Duration;

/// Most rules of one configuration. Protects the time that one point takes.
pub const RULES_MAX: usize = 10_000;

/// Most groups that one rule keeps a state for. Protects the memory from a tag with a value per request.
pub const GROUPS_MAX: usize = 100_000;

/// Most series whose way to the rules is remembered; beyond it the memory is emptied and fills again.
pub const SERIES_MAX: usize = 500_000;

/// Longest id or message of an event, in bytes; what is longer is cut. Protects the receivers.
pub const EVENT_TEXT_BYTES_MAX: usize = 4 << 10;

/// Most fields that an event carries; the rule's own come first. Protects the queues.
pub const EVENT_FIELDS_MAX: usize = 32;

/// Longest text of one field in an event, in bytes; what is longer is cut.
pub const EVENT_VALUE_BYTES_MAX: usize = 1 << 10;

/// Most events that wait for one handler, if the configuration does not say otherwise; as Kapacitor's.
pub const QUEUE_DEFAULT: usize = 5_000;

/// Most events that a configuration may let wait for one handler. Protects the memory.
pub const QUEUE_MAX: usize = 100_000;

/// Longest expression or condition of a rule, in bytes.
pub const EXPRESSION_BYTES_MAX: usize = 4 << 10;

/// Longest template, in bytes.
pub const TEMPLATE_BYTES_MAX: usize = 4 << 10;

/// Most decimals that a template may ask for.
pub const TEMPLATE_DECIMALS_MAX: usize = 20;

/// Most alerts that [`crate::AlertService::active`] answers, the worst first. Protects the page.
pub const ACTIVE_MAX: usize = 10_000;

/// Most bytes of a receiver's answer that are read, and repeated in the log.
pub const ANSWER_BYTES_MAX: usize = 512;

/// Most events that go to the log handler in one piece.
pub const LOG_EVENTS_MAX: usize = 256;

/// How far a point may be ahead of the clock. One from a machine that lives in 2200 would make all others of
/// its group late for ever; a wrong time zone still counts.
pub const AHEAD_MAX: Duration = Duration::from_secs(24 * 3_600);

/// How long the evaluation waits for points before it looks whether it shall stop.
pub(crate) const STREAM_WAIT: Duration = Duration::from_millis(250);

/// Longest pause before a stream that ended is opened anew. Protects the log from a store that stays closed.
pub(crate) const REOPEN_PAUSE_MAX: Duration = Duration::from_secs(30);

/// How often such a pause looks whether it shall stop.
pub(crate) const REOPEN_LOOK: Duration = Duration::from_millis(25);

/// How often the state is saved while it changes. Bounds what a restart has to read again.
pub(crate) const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(10);

/// A save waits for this many times as long as the last one took, so that a large state costs at most
/// two hundredths of a core.
pub(crate) const CHECKPOINT_REST_FACTOR: u32 = 50;

/// Longest pause between two attempts, also when a receiver asks for a longer one.
pub(crate) const RETRY_MAX: Duration = Duration::from_secs(300);

/// How long a receiver may be down before an event is given up.
pub(crate) const GIVE_UP: Duration = Duration::from_secs(24 * 3_600);

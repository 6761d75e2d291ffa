//! At most one message of a kind per minute, and how many were left out in between.

use crate::limits::LOG_PAUSE;
use std::time::Duration;

/// Decides whether a message is due, by monotonic time.
#[derive(Debug, Default)]
pub(crate) struct LogLimit {
    last: Option<Duration>,
    silent: u64,
}

impl LogLimit {
    /// Counts `amount` occurrences. When a message is due: how many there were since the last one.
    pub(crate) fn take(&mut self, now: Duration, amount: u64) -> Option<u64> {
        self.silent += amount;
        if self.silent == 0 || self.last.is_some_and(|last| now.saturating_sub(last) < LOG_PAUSE) {
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.silent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_message_a_minute_tells_the_sum() {
        let mut limit = LogLimit::default();
        let at = Duration::from_secs;
        assert_eq!(limit.take(at(0), 0), None);
        assert_eq!(limit.take(at(0), 2), Some(2));
        assert_eq!(limit.take(at(30), 3), None);
        assert_eq!(limit.take(at(59), 4), None);
        assert_eq!(limit.take(at(60), 1), Some(8));
    }
}

//! How long to leave an output alone after a failure.

use crate::limits::{BACKOFF_MAX, BACKOFF_MIN, RETRY_AFTER_MAX};
use crate::random::Random;
use std::time::Duration;

/// Doubles with each failure up to a bound; half of each pause is random, so that a thousand agents do
/// not come back together.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
    random: Random,
}

impl Backoff {
    pub(super) const fn new(random: Random) -> Self {
        Self { next: BACKOFF_MIN, random }
    }

    /// The pause after a failure. What the other side asked for is kept, with up to a tenth added.
    pub(super) fn pause(&mut self, asked: Option<Duration>) -> Duration {
        let most = self.next;
        self.next = (most * 2).min(BACKOFF_MAX);
        match asked {
            Some(asked) => {
                let asked = asked.min(RETRY_AFTER_MAX);
                asked + self.random.up_to(asked / 10)
            }
            None => most / 2 + self.random.up_to(most / 2),
        }
    }

    /// It works again.
    pub(super) const fn reset(&mut self) {
        self.next = BACKOFF_MIN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::new(Random::new(1));
        let mut most = BACKOFF_MIN;
        for _ in 0..20 {
            let pause = backoff.pause(None);
            assert!(most / 2 <= pause && pause <= most, "{pause:?} of {most:?}");
            most = (most * 2).min(BACKOFF_MAX);
        }
        backoff.reset();
        assert!(backoff.pause(None) <= BACKOFF_MIN);
    }

    #[test]
    fn what_the_server_asks_for_is_kept_within_reason() {
        let mut backoff = Backoff::new(Random::new(1));
        let pause = backoff.pause(Some(Duration::from_secs(20)));
        assert!(Duration::from_secs(20) <= pause && pause <= Duration::from_secs(22), "{pause:?}");
        assert!(backoff.pause(Some(Duration::MAX)) <= RETRY_AFTER_MAX + RETRY_AFTER_MAX / 10);
    }
}

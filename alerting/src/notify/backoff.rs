//! How long to wait before the next attempt.

use crate::config::Delivery;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Pauses that double, each shortened by up to a half by chance, so that many clients do not come back
/// at one instant.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
    max: Duration,
    chance: RandomState,
    count: u64,
}

impl Backoff {
    pub(super) fn new(delivery: &Delivery) -> Self {
        Self { next: delivery.retry_min, max: delivery.retry_max, chance: RandomState::new(), count: 0 }
    }

    /// The next pause: the one that the receiver asks for, if it is longer; never more than the longest.
    pub(super) fn pause(&mut self, asked: Option<Duration>) -> Duration {
        self.count += 1;
        let full = self.next;
        self.next = full.saturating_mul(2).min(self.max);
        let share = (self.chance.hash_one(self.count) % 512) as u32;
        let pause = full - full * share / 1_024;
        pause.max(asked.unwrap_or_default()).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_vary_by_a_half() {
        let (retry_min, retry_max) = (Duration::from_secs(1), Duration::from_secs(5));
        let mut backoff = Backoff::new(&Delivery { retry_min, retry_max, ..Delivery::default() });
        for full in [1, 2, 4, 5, 5] {
            let full = Duration::from_secs(full);
            let pause = backoff.pause(None);
            assert!(full / 2 <= pause && pause <= full, "{pause:?} of {full:?}");
        }
    }

    #[test]
    fn the_receivers_wish_counts_within_the_longest() {
        let retry_max = Duration::from_secs(300);
        let mut backoff = Backoff::new(&Delivery { retry_max, ..Delivery::default() });
        assert_eq!(backoff.pause(Some(Duration::from_secs(30))), Duration::from_secs(30));
        assert_eq!(backoff.pause(Some(Duration::from_secs(86_400))), retry_max);
    }
}

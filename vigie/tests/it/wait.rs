//! Waiting for a condition.

use std::time::{Duration, Instant};

/// How long a condition may take to hold; far longer than it should.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Asks `condition` until it gives something.
///
/// # Panics
/// When it gives nothing for [`PATIENCE`].
pub(crate) fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

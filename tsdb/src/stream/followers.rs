//! Who follows the stream, so that the WAL that somebody is still reading waits a while for its end.
//!
//! After a crash alerting reads the WAL from its checkpoint on, while the replayed generations are due to go
//! into segments at once. A follower that is slow holds a generation, but never for long, and never when
//! writers need the room.

use std::sync::{Arc, Weak};
use std::time::Duration;

use model::Lsn;
use threads::Mutex;
use threads::atomic::{AtomicU64, Ordering};

use crate::generation::GenerationId;
use crate::limits::{FOLLOWER_HOLD, FOLLOWER_START};

/// The places of all cursors.
#[derive(Debug, Default)]
pub(crate) struct Followers(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    positions: Vec<Weak<AtomicU64>>,
    /// The generation that is held, and since when.
    held: Option<(GenerationId, Duration)>,
    /// Whether somebody has ever followed.
    met: bool,
}

/// A generation that could go into segments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) id: GenerationId,
    pub(crate) last_lsn: Lsn,
}

impl Followers {
    /// A new follower; it keeps its place in what this gives.
    pub(crate) fn join(&self, position: Lsn) -> Arc<AtomicU64> {
        let shared = Arc::new(AtomicU64::new(position.0));
        let mut state = self.0.lock();
        state.positions.retain(|other| other.strong_count() > 0);
        state.positions.push(Arc::downgrade(&shared));
        state.met = true;
        shared
    }

    /// Whether a follower still reads the generation's WAL, because it is behind the ring, which begins at
    /// `ring_floor`; or may be about to, shortly after the start. `uptime` is the time since the start.
    pub(crate) fn hold(&self, candidate: Candidate, ring_floor: Lsn, uptime: Duration) -> bool {
        let mut state = self.0.lock();
        state.positions.retain(|other| other.strong_count() > 0);
        let positions = state.positions.iter().filter_map(Weak::upgrade);
        let slowest = positions.map(|position| Lsn(position.load(Ordering::Relaxed))).min();
        let is_needed = match slowest {
            Some(position) => position <= candidate.last_lsn && position < ring_floor,
            None => !state.met && uptime < FOLLOWER_START,
        };
        if !is_needed {
            state.held = None;
            return false;
        }
        let since = state.held.filter(|(id, _)| *id == candidate.id).map_or(uptime, |(_, since)| since);
        state.held = Some((candidate.id, since));
        uptime.saturating_sub(since) < FOLLOWER_HOLD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_generation_waits_for_its_readers_but_not_for_long() {
        let followers = Followers::default();
        let old = Candidate { id: 1, last_lsn: Lsn(9) };
        assert!(followers.hold(old, Lsn(20), SECOND), "somebody may come");
        assert!(!followers.hold(old, Lsn(20), FOLLOWER_START), "nobody came");
        let position = followers.join(Lsn(5));
        assert!(followers.hold(old, Lsn(20), FOLLOWER_START));
        position.store(10, Ordering::Relaxed);
        assert!(!followers.hold(old, Lsn(20), FOLLOWER_START), "it was read");
        position.store(7, Ordering::Relaxed);
        assert!(!followers.hold(old, Lsn(6), FOLLOWER_START), "the ring has it");
        assert!(followers.hold(old, Lsn(20), FOLLOWER_START));
        assert!(!followers.hold(old, Lsn(20), FOLLOWER_START + FOLLOWER_HOLD), "it takes too long");
        drop(position);
        assert!(!followers.hold(old, Lsn(20), SECOND), "it went away");
    }
}

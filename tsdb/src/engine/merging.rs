//! Which merge runs, how it is ended, and which shards wait for merges so badly that their writers are held back.

use std::collections::HashSet;
use std::sync::Arc;

use threads::{ArcSwap, Mutex};

use crate::compaction::Cancel;
use crate::shard::ShardId;

/// The one merge that may run at a time. Its lock is held for a few lines only and is the last in the order.
#[derive(Debug, Default)]
pub(super) struct Merging {
    state: Mutex<State>,
    held: ArcSwap<HashSet<ShardId>>,
}

#[derive(Debug, Default)]
struct State {
    is_closed: bool,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    /// Known once something was chosen.
    shard: Option<ShardId>,
    cancel: Arc<Cancel>,
}

/// The right to merge, until it is dropped.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    merging: &'a Merging,
    pub(super) cancel: Arc<Cancel>,
}

impl Merging {
    /// The right to merge; none while somebody has it, and after [`close`](Self::close).
    pub(super) fn begin(&self) -> Option<Permit<'_>> {
        let mut state = self.state.lock();
        if state.is_closed || state.running.is_some() {
            return None;
        }
        let cancel = Arc::new(Cancel::default());
        state.running = Some(Running { shard: None, cancel: cancel.clone() });
        Some(Permit { merging: self, cancel })
    }

    /// Ends the merge of a shard that is in `gone`, if that is running.
    pub(super) fn cancel_shards(&self, gone: &HashSet<ShardId>) {
        let state = self.state.lock();
        let running =
            state.running.as_ref().filter(|running| running.shard.is_some_and(|id| gone.contains(&id)));
        if let Some(running) = running {
            running.cancel.cancel();
        }
    }

    /// Ends the merge that is running, and allows no more.
    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        state.is_closed = true;
        if let Some(running) = &state.running {
            running.cancel.cancel();
        }
    }

    /// Whether one is running.
    pub(super) fn is_running(&self) -> bool {
        self.state.lock().running.as_ref().is_some_and(|running| running.shard.is_some())
    }

    /// The shards that take no writes until merges have caught up.
    pub(super) fn held(&self) -> Arc<HashSet<ShardId>> {
        self.held.load_full()
    }

    /// Holds back the writers of these shards and of no other.
    pub(super) fn hold(&self, shards: HashSet<ShardId>) {
        if **self.held.load() != shards {
            self.held.store(Arc::new(shards));
        }
    }
}

impl Permit<'_> {
    /// Says whose segments are merged.
    pub(super) fn choose(&self, shard: ShardId) {
        if let Some(running) = &mut self.merging.state.lock().running {
            running.shard = Some(shard);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.merging.state.lock().running = None;
    }
}

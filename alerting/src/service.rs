//! The service: one thread that evaluates and saves, one task per handler, and what others may ask.

#[cfg(test)]
mod tests;
mod worker;

use crate::config::Config;
use crate::evaluator::Evaluator;
use crate::limits::ACTIVE_MAX;
use crate::notify::{Notifier, Post};
use crate::outbox::{Outbox, OutboxState};
use crate::port::StreamStore;
use crate::status::{ActiveAlert, AlertStats, RuleStatus};
use crate::{Error, Result, checkpoint};
use disk::Fs;
use model::{Budget, Clock};
use parking_lot::Mutex;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use worker::Worker;

/// Alerts at work: rules over the stream of a store, and handlers that tell of them.
pub struct AlertService {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the thread and the askers share.
pub(crate) struct Shared {
    pub(crate) evaluator: Mutex<Evaluator>,
    pub(crate) notifier: Notifier,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) store: Arc<dyn StreamStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) fs: Arc<dyn Fs>,
    pub(crate) directory: PathBuf,
    /// Held from an event's birth until it is stored, so that no copy has the one without the other.
    pub(crate) step: Mutex<()>,
    pub(crate) stop: AtomicBool,
    pub(crate) saves_failed: AtomicU64,
    /// The store's newest record when there was last nothing left to read. Not every record has points, so
    /// it may be ahead of what was evaluated; it serves to tell the lag only.
    pub(crate) idle_lsn: AtomicU64,
}

impl AlertService {
    /// Starts where the last life ended: states, unsent events and the place in the stream come from
    /// `directory`; where there is nothing, from OK at the newest record. With `enabled = false` nothing runs.
    ///
    /// # Errors
    /// When the directory cannot be used, a handler cannot be set up, or there is no thread to be had. A
    /// damaged state is no error: it is set aside and told.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "handles are handed over; what keeps a copy is ours to say"
    )]
    pub fn start(
        config: Config,
        store: Arc<dyn StreamStore>,
        fs: Arc<dyn Fs>,
        directory: PathBuf,
        clock: Arc<dyn Clock>,
        budget: Budget,
        runtime: Handle,
    ) -> Result<Self> {
        let unusable = |source| Error::Directory { path: directory.clone(), source };
        fs.create_dir_all(&directory).map_err(unusable)?;
        let (rules, handlers) =
            if config.enabled { (config.rules, config.handlers) } else { Default::default() };
        let mut evaluator = Evaluator::new(rules.clone(), &budget);
        let outbox = Arc::new(restore(&mut evaluator, &*store, &fs, &directory));
        let post = Post {
            outbox: Arc::clone(&outbox),
            fs: Arc::clone(&fs),
            clock: Arc::clone(&clock),
            delivery: config.delivery,
        };
        let notifier = Notifier::start(&handlers, &rules, post, &runtime)?;
        let after = evaluator.lsn;
        let shared = Arc::new(Shared {
            evaluator: Mutex::new(evaluator),
            notifier,
            outbox,
            store,
            clock,
            fs,
            directory,
            step: Mutex::new(()),
            stop: AtomicBool::new(false),
            saves_failed: AtomicU64::new(0),
            idle_lsn: AtomicU64::new(0),
        });
        let thread = config.enabled.then(|| Worker::spawn(Arc::clone(&shared), after)).transpose()?;
        Ok(Self { shared, thread: Mutex::new(thread) })
    }

    /// The alerts that are not OK: the worst first, then the newest; at most [`ACTIVE_MAX`].
    #[must_use]
    pub fn active(&self) -> Vec<ActiveAlert> {
        self.shared.evaluator.lock().active(ACTIVE_MAX)
    }

    /// The rules and how they do, in the order of the configuration.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleStatus> {
        self.shared.evaluator.lock().rules()
    }

    /// What is counted, for `/metrics`.
    #[must_use]
    pub fn stats(&self) -> AlertStats {
        let shared = &self.shared;
        let (stats, lsn) = {
            let evaluator = shared.evaluator.lock();
            (evaluator.stats(), evaluator.lsn)
        };
        let read = lsn.0.max(shared.idle_lsn.load(Ordering::Relaxed));
        AlertStats {
            lag_records: shared.store.latest().0.saturating_sub(read),
            saves_failed: shared.saves_failed.load(Ordering::Relaxed),
            events_unstored: shared.outbox.unstored(),
            handlers: shared.notifier.status(),
            ..stats
        }
    }

    /// The files of a backup, by name, as the directory would hold them: a start over them goes on from here.
    /// The evaluation waits meanwhile. What they know of the store was accepted by it before.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn copy_state(&self) -> disk::Result<Vec<(String, Vec<u8>)>> {
        let shared = &self.shared;
        let _step = shared.step.lock();
        checkpoint::copy(&*shared.fs, &shared.directory, &shared.evaluator, &shared.outbox)
    }

    /// Ends the evaluation, saves the state, and lets attempts to deliver that are under way end; what is
    /// unsent goes out after the next start. It blocks, for `within` at the most apart from the last save; a
    /// second call does nothing.
    pub fn stop(&self, within: Duration) {
        let started = Instant::now();
        self.shared.stop.store(true, Ordering::SeqCst);
        let Some(thread) = self.thread.lock().take() else { return };
        if thread.join().is_err() {
            tracing::error!("the evaluation of alerts panicked");
        }
        self.shared.notifier.stop(within.saturating_sub(started.elapsed()));
        // The marks of the last attempts belong into the state, so that a clean stop leaves nothing open.
        worker::save(&self.shared);
    }
}

impl Drop for AlertService {
    /// Without [`stop`](AlertService::stop) it is as if the program died: nothing goes out any more.
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.shared.notifier.abort();
    }
}

impl fmt::Debug for AlertService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlertService").field("directory", &self.shared.directory).finish_non_exhaustive()
    }
}

/// Takes over what the last life left: states into the evaluator, letters into the outbox.
pub(crate) fn restore(
    evaluator: &mut Evaluator,
    store: &dyn StreamStore,
    fs: &Arc<dyn Fs>,
    directory: &std::path::Path,
) -> Outbox {
    let latest = store.latest();
    let saved = checkpoint::load(&**fs, directory);
    let (lsn, state) = saved.map_or((None, OutboxState::default()), |saved| {
        let (lsn, state) = saved.restore(&mut evaluator.graphs);
        (Some(lsn), state)
    });
    let (outbox, told) = Outbox::open(Arc::clone(fs), directory.to_owned(), state);
    let Some(lsn) = lsn else {
        evaluator.resume(latest, Vec::new());
        return outbox;
    };
    if lsn > latest {
        // The power went before the store had what was already evaluated, or a backup was restored.
        tracing::warn!(%lsn, %latest, "the store ends before the state of the alerts; they go on from its end");
    }
    // Records behind the store's end will not come again: their numbers will be those of others.
    let (lost, told): (Vec<_>, Vec<_>) = told.into_iter().partition(|(told_at, _)| *told_at > latest);
    evaluator.adopt(lost.iter().map(|(_, event)| event));
    evaluator.resume(lsn.min(latest), told);
    outbox
}

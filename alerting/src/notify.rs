//! From events to people: topics, handlers, and the queues between them.
//!
//! Each rule publishes to a topic, which is the set of handlers that shall hear of it. Each handler has a
//! bounded queue and a task of its own, so that none waits for another, and the evaluation for none.

mod attempt;
mod backoff;
mod courier;
mod handler;
mod log;
mod queue;
mod slack;
#[cfg(test)]
mod tests;

use crate::config::{Delivery, HandlerSettings};
use crate::outbox::{Letter, Outbox};
use crate::rule::Rule;
use crate::status::HandlerStatus;
use crate::{Error, Result};
use courier::Courier;
use disk::Fs;
use handler::Handler;
use model::Clock;
use queue::Queue;
use std::collections::HashMap;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the couriers share.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) fs: Arc<dyn Fs>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) delivery: Delivery,
}

/// Every handler at work.
#[derive(Debug)]
pub(crate) struct Notifier {
    queues: Vec<Arc<Queue>>,
    /// The names of the handlers of each rule's topic.
    topics: HashMap<String, Vec<String>>,
    post: Post,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    /// Is closed when the last courier has come home.
    home: parking_lot::Mutex<mpsc::Receiver<()>>,
}

impl Notifier {
    /// Starts a courier for each handler and hands out what waits from an earlier life.
    pub(crate) fn start(
        handlers: &[HandlerSettings],
        rules: &[Rule],
        post: Post,
        runtime: &Handle,
    ) -> Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let (leaving, home) = mpsc::channel();
        let (mut queues, mut tasks) = (Vec::new(), Vec::new());
        for settings in handlers {
            let handler = Handler::new(&settings.kind, &post)
                .map_err(|reason| Error::Handler { name: settings.name.clone(), reason })?;
            let queue = Arc::new(Queue::new(&settings.name, settings.kind.name(), post.delivery.queue));
            let courier = Courier::new(Arc::clone(&queue), handler, post.clone(), stopped.clone());
            let leaving = leaving.clone();
            tasks.push(runtime.spawn(async move {
                courier.run().await;
                drop(leaving);
            }));
            queues.push(queue);
        }
        let notifier = Self { queues, topics: topics(handlers, rules), post, stop, tasks, home: home.into() };
        notifier.hand_out(&notifier.post.outbox.waiting());
        Ok(notifier)
    }

    /// Who shall hear of a rule's events.
    pub(crate) fn topic(&self, rule: &str) -> Vec<String> {
        self.topics.get(rule).cloned().unwrap_or_default()
    }

    /// Puts letters into the queues of their handlers. Those that find no room, and those to a handler that
    /// is not there any more, are counted and marked.
    pub(crate) fn hand_out(&self, letters: &[Arc<Letter>]) {
        for queue in &self.queues {
            let mine = letters.iter().filter(|letter| letter.to.iter().any(|name| *name == queue.name));
            let dropped = queue.push(mine);
            if !dropped.is_empty() {
                tracing::error!(
                    handler = queue.name,
                    events = dropped.len(),
                    "too many events wait; the oldest are dropped"
                );
                self.post.outbox.done(&queue.name, &dropped);
            }
        }
        let mut lost: HashMap<&str, Vec<u64>> = HashMap::new();
        for letter in letters {
            for name in letter.to.iter().filter(|name| !self.queues.iter().any(|queue| queue.name == **name))
            {
                lost.entry(name).or_default().push(letter.entry);
            }
        }
        for (handler, entries) in lost {
            tracing::warn!(handler, events = entries.len(), "events for a handler that is gone are dropped");
            self.post.outbox.done(handler, &entries);
        }
    }

    pub(crate) fn status(&self) -> Vec<HandlerStatus> {
        self.queues.iter().map(|queue| queue.status()).collect()
    }

    /// Lets attempts that are under way end, within a bound; what waits is on disk.
    pub(crate) fn stop(&self, within: Duration) {
        self.stop.send_replace(true);
        let home = self.home.lock();
        let started = Instant::now();
        while let Ok(()) = home.recv_timeout(within.saturating_sub(started.elapsed())) {}
        self.abort();
    }

    /// Ends attempts where they are.
    pub(crate) fn abort(&self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        self.abort();
    }
}

fn topics(handlers: &[HandlerSettings], rules: &[Rule]) -> HashMap<String, Vec<String>> {
    let all: Vec<String> = handlers.iter().map(|handler| handler.name.clone()).collect();
    let names = |rule: &Rule| rule.spec.handlers.clone().unwrap_or_else(|| all.clone());
    rules.iter().map(|rule| (rule.name().to_owned(), names(rule))).collect()
}

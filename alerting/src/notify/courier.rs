//! The task of one handler: takes letters in order and tries until they are delivered or given up.

use super::Post;
use super::attempt::Attempt;
use super::backoff::Backoff;
use super::handler::Handler;
use super::queue::Queue;
use crate::outbox::Letter;
use crate::rule::nanoseconds;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::watch;

/// The task of one handler.
pub(super) struct Courier {
    queue: Arc<Queue>,
    handler: Handler,
    post: Post,
    stop: watch::Receiver<bool>,
}

impl Courier {
    pub(super) const fn new(
        queue: Arc<Queue>,
        handler: Handler,
        post: Post,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self { queue, handler, post, stop }
    }

    /// Works until it is told to stop; an attempt that is under way then comes to its end.
    pub(super) async fn run(mut self) {
        while !*self.stop.borrow() {
            let letters = tokio::select! {
                letters = self.queue.take(self.handler.letters_max()) => letters,
                _ = self.stop.changed() => return,
            };
            if !self.deliver(&letters).await {
                return;
            }
            self.mark(&letters).await;
            self.queue.finish();
        }
    }

    /// Whether the letters are done with, one way or the other; not, if it was told to stop before.
    async fn deliver(&mut self, letters: &[Arc<Letter>]) -> bool {
        let mut backoff = Backoff::new(&self.post.delivery);
        loop {
            let (reason, after) = match self.attempt(letters).await {
                Attempt::Delivered => {
                    self.queue.sent.fetch_add(letters.len() as u64, Ordering::Relaxed);
                    return true;
                }
                Attempt::Refused { reason } => {
                    self.give_up(letters, &reason, "an event was refused by its receiver");
                    return true;
                }
                Attempt::Failed { reason, after } => (reason, after),
            };
            if self.is_too_old(letters) {
                self.give_up(letters, &reason, "an event was given up");
                return true;
            }
            self.queue.retries.fetch_add(1, Ordering::Relaxed);
            let pause = backoff.pause(after);
            tracing::warn!(handler = self.queue.name, %reason, ?pause, "an event could not be delivered yet");
            if self.stops_within(pause).await {
                return false;
            }
        }
    }

    async fn attempt(&self, letters: &[Arc<Letter>]) -> Attempt {
        let timeout = self.post.delivery.timeout;
        let attempt = tokio::time::timeout(timeout, self.handler.deliver(letters)).await;
        attempt.unwrap_or_else(|_| Attempt::failed(format!("no answer within {timeout:?}")))
    }

    async fn stops_within(&mut self, pause: std::time::Duration) -> bool {
        let stopped = self.stop.wait_for(|stop| *stop);
        tokio::time::timeout(pause, stopped).await.is_ok()
    }

    fn is_too_old(&self, letters: &[Arc<Letter>]) -> bool {
        let oldest_ns = letters.iter().map(|letter| letter.at).min().unwrap_or(i64::MAX);
        self.post.clock.now_ns().saturating_sub(oldest_ns) >= nanoseconds(self.post.delivery.give_up)
    }

    fn give_up(&self, letters: &[Arc<Letter>], reason: &str, what: &str) {
        self.queue.failed.fetch_add(letters.len() as u64, Ordering::Relaxed);
        let id = letters.first().map_or("", |letter| letter.event.id.as_str());
        tracing::error!(handler = self.queue.name, id, reason, events = letters.len(), "{what}");
    }

    /// Puts the mark on disk, off the threads that serve others.
    async fn mark(&self, letters: &[Arc<Letter>]) {
        let entries: Vec<u64> = letters.iter().map(|letter| letter.entry).collect();
        let (outbox, name) = (Arc::clone(&self.post.outbox), self.queue.name.clone());
        let marking = tokio::task::spawn_blocking(move || outbox.done(&name, &entries)).await;
        if let Err(error) = marking {
            tracing::error!(%error, "a sent event could not be marked");
        }
    }
}

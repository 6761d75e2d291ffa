//! One output's task: write what waits, regularly and when there is enough; come back after a failure.

use super::backoff::Backoff;
use super::stats::OutputCounters;
use crate::buffer::Buffer;
use crate::log_limit::LogLimit;
use crate::output::{Batch, Output, OutputSettings, WriteError};
use crate::random::Random;
use model::Clock;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(super) struct Sender {
    output: Arc<dyn Output>,
    settings: OutputSettings,
    buffer: Arc<Buffer>,
    counters: Arc<OutputCounters>,
    clock: Arc<dyn Clock>,
    random: Random,
    backoff: Backoff,
    /// Smaller than the setting while the other side finds batches too large.
    batch_size: usize,
    is_failing: bool,
    dropped_told: u64,
    drops: LogLimit,
    failures: LogLimit,
    refusals: LogLimit,
}

impl Sender {
    pub(super) fn new(
        output: Arc<dyn Output>,
        settings: OutputSettings,
        buffer: Arc<Buffer>,
        counters: Arc<OutputCounters>,
        mut random: Random,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            backoff: Backoff::new(Random::new(random.next())),
            batch_size: settings.metric_batch_size,
            output,
            settings,
            buffer,
            counters,
            clock,
            random,
            is_failing: false,
            dropped_told: 0,
            drops: LogLimit::default(),
            failures: LogLimit::default(),
            refusals: LogLimit::default(),
        }
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut flush_at = Instant::now() + self.flush_pause();
        loop {
            let full = async {
                if self.is_failing {
                    std::future::pending::<()>().await;
                } else {
                    self.buffer.wait_until_full().await;
                }
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = tokio::time::sleep_until(flush_at) => {}
                () = self.buffer.wait_until_asked() => {}
                () = full => {}
            }
            flush_at = Instant::now() + self.flush().await;
        }
        self.flush().await;
        let unsent = self.buffer.len();
        if unsent > 0 {
            tracing::warn!("[{}] {unsent} metrics could not be sent before the end", self.output.name());
        }
    }

    fn flush_pause(&mut self) -> Duration {
        self.settings.flush_interval + self.random.up_to(self.settings.flush_jitter)
    }

    /// Writes what waits now, and says how long to pause.
    async fn flush(&mut self) -> Duration {
        self.tell_drops();
        let mut left = self.buffer.len();
        while left > 0 {
            let Some(batch) = self.buffer.batch(self.batch_size.min(left)) else { break };
            match self.write(&batch).await {
                Step::Done => left = left.saturating_sub(batch.metrics()),
                Step::Split => {}
                Step::Pause(asked) => {
                    self.is_failing = true;
                    return self.backoff.pause(asked);
                }
            }
        }
        self.recover();
        self.flush_pause()
    }

    /// Everything was written: back to the usual, batches step by step.
    fn recover(&mut self) {
        if self.is_failing {
            tracing::info!("[{}] writes work again, and nothing waits any more", self.output.name());
        }
        self.is_failing = false;
        self.backoff.reset();
        let usual = self.settings.metric_batch_size;
        self.batch_size = (self.batch_size + usual.div_ceil(8)).min(usual);
    }

    async fn write(&mut self, batch: &Batch) -> Step {
        let started = self.clock.monotonic();
        let outcome = self.output.write(batch).await;
        self.counters.write_ns.add_time(self.clock.monotonic().saturating_sub(started));
        match outcome {
            Ok(()) => self.acknowledge(batch, 0),
            Err(WriteError::Refused { reason, metrics }) => {
                let refused = metrics.unwrap_or(batch.metrics()).min(batch.metrics());
                self.tell_refusal(&reason, refused);
                self.acknowledge(batch, refused)
            }
            Err(WriteError::TooLarge { reason }) if batch.metrics() == 1 => {
                self.tell_refusal(&reason, 1);
                self.acknowledge(batch, 1)
            }
            Err(WriteError::TooLarge { .. }) => {
                self.counters.failures.add(1);
                self.batch_size = batch.metrics() / 2;
                Step::Split
            }
            Err(WriteError::Retry { reason, after }) => {
                self.tell_failure(&reason);
                Step::Pause(after)
            }
        }
    }

    fn acknowledge(&self, batch: &Batch, refused: usize) -> Step {
        self.buffer.acknowledge(batch);
        self.counters.refused.add(refused as u64);
        self.counters.written.add((batch.metrics() - refused) as u64);
        Step::Done
    }

    fn tell_drops(&mut self) {
        let dropped = self.buffer.dropped();
        let new = dropped - self.dropped_told;
        self.dropped_told = dropped;
        if let Some(count) = self.drops.take(self.clock.monotonic(), new) {
            tracing::warn!(
                "[{}] the buffer is full; {count} oldest metrics were dropped",
                self.output.name()
            );
        }
    }

    fn tell_refusal(&mut self, reason: &str, metrics: usize) {
        if let Some(count) = self.refusals.take(self.clock.monotonic(), metrics as u64) {
            tracing::error!(
                "[{}] {count} metrics were refused and are dropped: {reason}",
                self.output.name()
            );
        }
    }

    fn tell_failure(&mut self, reason: &str) {
        self.counters.failures.add(1);
        if let Some(count) = self.failures.take(self.clock.monotonic(), 1) {
            let waiting = self.buffer.len();
            let name = self.output.name();
            tracing::warn!(
                "[{name}] a write failed ({count} since the last message), {waiting} metrics wait: {reason}"
            );
        }
    }
}

/// What follows a write.
enum Step {
    Done,
    Split,
    Pause(Option<Duration>),
}

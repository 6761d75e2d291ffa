//! One input's task: wait, gather, hand on; skip a turn while the last gather still runs.
//!
//! A gather runs in a task (or on a blocking thread) of its own that takes the input with it and brings
//! it back. A panic takes the input down with it; a new one is made from the settings.

use super::schedule::Schedule;
use super::stats::InputCounters;
use crate::accumulator::{Accumulator, Pipeline};
use crate::buffer::Buffer;
use crate::config::{AgentSettings, InputConfig};
use crate::input::Input;
use crate::limits::GATHER_STOP_MAX;
use crate::log_limit::LogLimit;
use crate::random::Random;
use crate::{Host, Result};
use model::Clock;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A buffer and the route whose lines it gets.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) route: usize,
    pub(super) buffer: Arc<Buffer>,
}

pub(super) struct InputTask {
    config: InputConfig,
    host: Host,
    clock: Arc<dyn Clock>,
    pipeline: Arc<Pipeline>,
    targets: Arc<[Target]>,
    counters: Arc<InputCounters>,
    schedule: Schedule,
    /// What a gather needs; away while one runs.
    tools: Option<Tools>,
    errors: LogLimit,
    skips: LogLimit,
}

/// An input and what it writes to.
struct Tools {
    input: Input,
    accumulator: Accumulator,
}

/// A gather that ended.
struct Gathered {
    tools: Tools,
    outcome: Result<()>,
    took: Duration,
}

impl InputTask {
    #[expect(clippy::too_many_arguments, reason = "each part of the agent is handed over once")]
    pub(super) fn new(
        config: InputConfig,
        agent: &AgentSettings,
        host: Host,
        clock: Arc<dyn Clock>,
        pipeline: Arc<Pipeline>,
        targets: Arc<[Target]>,
        counters: Arc<InputCounters>,
        random: Random,
    ) -> Self {
        let schedule = Schedule::new(agent, &config.common, random);
        let (errors, skips) = (LogLimit::default(), LogLimit::default());
        Self { config, host, clock, pipeline, targets, counters, schedule, tools: None, errors, skips }
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        self.tools = Some(self.make_tools());
        let mut running: Option<JoinHandle<Gathered>> = None;
        let mut turn = self.schedule.next(self.clock.now_ns(), Instant::now());
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                gathered = join(&mut running) => self.receive(gathered),
                () = tokio::time::sleep_until(turn) => {
                    turn = self.schedule.next(self.clock.now_ns(), Instant::now());
                    match self.tools.take() {
                        Some(tools) => running = Some(self.start(tools)),
                        None => self.skip(),
                    }
                }
            }
        }
        if running.is_some() {
            self.finish(&mut running).await;
        }
    }

    /// At the end: what is under way may still come in, for a moment.
    async fn finish(&mut self, running: &mut Option<JoinHandle<Gathered>>) {
        match tokio::time::timeout(GATHER_STOP_MAX, join(running)).await {
            Ok(gathered) => self.receive(gathered),
            Err(_) => {
                tracing::warn!(
                    "[{}] is still gathering at the end and is left behind",
                    self.counters.label()
                );
                if let Some(handle) = running.take() {
                    handle.abort();
                }
            }
        }
    }

    fn make_tools(&self) -> Tools {
        let accumulator = Accumulator::new(Arc::clone(&self.pipeline));
        Tools { input: self.config.settings.build(&self.host), accumulator }
    }

    fn start(&self, mut tools: Tools) -> JoinHandle<Gathered> {
        let clock = Arc::clone(&self.clock);
        let started = clock.monotonic();
        tools.accumulator.begin(clock.now_ns(), started);
        let took = move || clock.monotonic().saturating_sub(started);
        match tools.input {
            Input::Blocking(mut input) => tokio::task::spawn_blocking(move || {
                let outcome = input.gather(&mut tools.accumulator);
                let tools = Tools { input: Input::Blocking(input), accumulator: tools.accumulator };
                Gathered { tools, outcome, took: took() }
            }),
            Input::Async(mut input) => tokio::spawn(async move {
                let outcome = input.gather(&mut tools.accumulator).await;
                let tools = Tools { input: Input::Async(input), accumulator: tools.accumulator };
                Gathered { tools, outcome, took: took() }
            }),
        }
    }

    fn receive(&mut self, gathered: std::result::Result<Gathered, JoinError>) {
        match gathered {
            Ok(Gathered { mut tools, outcome, took }) => {
                tools.accumulator.note(outcome);
                self.counters.gathers.add(1);
                self.counters.gather_ns.add_time(took);
                self.counters.metrics.add(tools.accumulator.metric_count() as u64);
                self.report_errors(&tools.accumulator);
                for target in &*self.targets {
                    target.buffer.push(&tools.accumulator.routes()[target.route]);
                }
                self.tools = Some(tools);
            }
            Err(error) => {
                self.counters.panics.add(1);
                self.counters.errors.add(1);
                tracing::error!("[{}] panicked and starts anew: {error}", self.counters.label());
                self.tools = Some(self.make_tools());
            }
        }
    }

    fn report_errors(&mut self, accumulator: &Accumulator) {
        let count = accumulator.error_count();
        self.counters.errors.add(count);
        let Some(since_last) = self.errors.take(self.clock.monotonic(), count) else { return };
        let label = self.counters.label();
        for error in accumulator.errors() {
            tracing::error!("[{label}] {}", error.with_causes());
        }
        let told = accumulator.errors().len() as u64;
        if since_last > told {
            tracing::error!("[{label}] and {} more errors", since_last - told);
        }
    }

    fn skip(&mut self) {
        self.counters.skipped.add(1);
        if let Some(turns) = self.skips.take(self.clock.monotonic(), 1) {
            let (label, interval) = (self.counters.label(), self.schedule.interval);
            tracing::warn!(
                "[{label}] still gathers after its interval of {interval:?}; turns skipped: {turns}"
            );
        }
    }
}

/// Waits for the gather under way, for ever when there is none.
async fn join(running: &mut Option<JoinHandle<Gathered>>) -> std::result::Result<Gathered, JoinError> {
    match running {
        Some(handle) => {
            let outcome = handle.await;
            *running = None;
            outcome
        }
        None => std::future::pending().await,
    }
}

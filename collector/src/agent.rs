//! The agent: a task per input, a task per output, buffers between them.
//!
//! Nothing here waits for anything else. An input that still gathers when its next turn comes is passed
//! over, and only it; an output that does not answer fills its own buffer, and only that.

mod backoff;
mod gather;
mod once;
mod schedule;
mod send;
mod stats;

pub use once::{GatheredOnce, gather_once};
pub use stats::{AgentStats, InputStats, OutputStats};

use crate::Host;
use crate::accumulator::Pipeline;
use crate::buffer::Buffer;
use crate::config::Config;
use crate::limits::LAST_FLUSH_MAX;
use crate::output::{Output, OutputSettings};
use crate::random::Random;
use gather::{InputTask, Target};
use model::Clock;
use send::Sender;
use stats::{InputCounters, OutputCounters};
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Inputs, outputs and what waits between them.
#[derive(Debug)]
pub struct Agent {
    config: Config,
    host: Host,
    clock: Arc<dyn Clock>,
    outputs: Vec<AgentOutput>,
    inputs: Vec<Arc<InputCounters>>,
}

/// An output with its buffer.
#[derive(Debug)]
struct AgentOutput {
    output: Arc<dyn Output>,
    settings: OutputSettings,
    buffer: Arc<Buffer>,
    counters: Arc<OutputCounters>,
}

/// Metrics that an agent could not send before it stopped, by output; its successor takes them over.
#[derive(Debug, Default)]
pub struct Unsent(Vec<(String, Vec<Box<str>>)>);

impl Unsent {
    /// How many metrics there are.
    #[must_use]
    pub fn metrics(&self) -> usize {
        self.0.iter().map(|(_, lines)| lines.len()).sum()
    }
}

impl Agent {
    /// An agent that has not begun. `clock` gives the timestamps; intervals follow the runtime's time.
    #[must_use]
    pub fn new(config: Config, outputs: Vec<Arc<dyn Output>>, clock: Arc<dyn Clock>) -> Self {
        let outputs = outputs.into_iter().map(AgentOutput::new).collect();
        let inputs = config.inputs.iter().map(|input| Arc::new(InputCounters::new(input))).collect();
        Self { config, host: Host::from_env(), clock, outputs, inputs }
    }

    /// Reads another machine's files.
    #[must_use]
    pub fn with_host(mut self, host: Host) -> Self {
        self.host = host;
        self
    }

    /// Takes over what an earlier agent could not send. Outputs are recognised by their names; what
    /// belonged to one that is gone is given to nobody.
    #[must_use]
    pub fn with_unsent(self, unsent: Unsent) -> Self {
        for (name, lines) in unsent.0 {
            if let Some(output) = self.outputs.iter().find(|output| output.output.name() == name) {
                output.buffer.push_all(lines.into_iter());
            }
        }
        self
    }

    /// Takes out what has not been sent. Of use after [`run`](Self::run) has ended.
    #[must_use]
    pub fn take_unsent(&self) -> Unsent {
        let drain = |output: &AgentOutput| (output.output.name(), output.buffer.drain());
        Unsent(self.outputs.iter().map(drain).filter(|(_, lines)| !lines.is_empty()).collect())
    }

    /// What has happened so far.
    #[must_use]
    pub fn stats(&self) -> AgentStats {
        AgentStats {
            inputs: self.inputs.iter().map(|input| input.snapshot()).collect(),
            outputs: self.outputs.iter().map(|output| output.counters.snapshot(&output.buffer)).collect(),
        }
    }

    /// Has all outputs write what waits now, even those that a failure keeps pausing.
    pub fn flush(&self) {
        self.outputs.iter().for_each(|output| output.buffer.ask_for_flush());
    }

    /// Gathers and writes until told to stop; then ends the gathers, writes once more and returns. The
    /// end takes no longer than [`crate::limits::GATHER_STOP_MAX`] plus [`LAST_FLUSH_MAX`].
    pub async fn run(&self, stop: CancellationToken) {
        for warning in &self.config.warnings {
            tracing::warn!("{warning}");
        }
        let flush = CancellationToken::new();
        let mut senders = self.spawn_senders(&flush);
        let mut inputs = self.spawn_inputs(&stop);
        stop.cancelled().await;
        while inputs.join_next().await.is_some() {}
        flush.cancel();
        let all_sent = async { while senders.join_next().await.is_some() {} };
        if tokio::time::timeout(LAST_FLUSH_MAX, all_sent).await.is_err() {
            tracing::warn!("outputs did not answer within {LAST_FLUSH_MAX:?} at the end");
            senders.shutdown().await;
        }
    }

    fn spawn_senders(&self, flush: &CancellationToken) -> JoinSet<()> {
        let mut random = self.random();
        let mut senders = JoinSet::new();
        for output in &self.outputs {
            senders.spawn(output.sender(Random::new(random.next()), &self.clock).run(flush.clone()));
        }
        senders
    }

    fn spawn_inputs(&self, stop: &CancellationToken) -> JoinSet<()> {
        let mut random = self.random();
        let (routes, targets) = self.routes();
        let mut inputs = JoinSet::new();
        for (input, counters) in self.config.inputs.iter().zip(&self.inputs) {
            let task = InputTask::new(
                input.clone(),
                &self.config.agent,
                self.host.clone(),
                Arc::clone(&self.clock),
                Arc::new(Pipeline::new(&self.config, input, Arc::clone(&routes))),
                Arc::clone(&targets),
                Arc::clone(counters),
                Random::new(random.next()),
            );
            inputs.spawn(task.run(stop.clone()));
        }
        inputs
    }

    /// Outputs that change nothing share the first route; each other one has its own.
    fn routes(&self) -> (Arc<[Option<OutputSettings>]>, Arc<[Target]>) {
        let mut routes: Vec<Option<OutputSettings>> = Vec::new();
        let mut targets = Vec::new();
        for output in &self.outputs {
            let wanted = (!output.settings.changes_nothing()).then(|| output.settings.clone());
            let shared = if wanted.is_none() { routes.iter().position(Option::is_none) } else { None };
            let route = shared.unwrap_or_else(|| {
                routes.push(wanted);
                routes.len() - 1
            });
            targets.push(Target { route, buffer: Arc::clone(&output.buffer) });
        }
        (routes.into(), targets.into())
    }

    /// Different machines that start together must not act together.
    fn random(&self) -> Random {
        let uname = rustix::system::uname();
        let mix = |seed: u64, byte: &u8| seed.rotate_left(5) ^ u64::from(*byte);
        Random::new(uname.nodename().to_bytes().iter().fold(self.clock.now_ns().cast_unsigned(), mix))
    }
}

impl AgentOutput {
    fn new(output: Arc<dyn Output>) -> Self {
        let settings = output.settings();
        let buffer = Arc::new(Buffer::new(settings.metric_buffer_limit, settings.metric_batch_size));
        let counters = Arc::new(OutputCounters::new(output.name()));
        Self { output, settings, buffer, counters }
    }

    fn sender(&self, random: Random, clock: &Arc<dyn Clock>) -> Sender {
        Sender::new(
            Arc::clone(&self.output),
            self.settings.clone(),
            Arc::clone(&self.buffer),
            Arc::clone(&self.counters),
            random,
            Arc::clone(clock),
        )
    }
}

#[cfg(test)]
mod tests;

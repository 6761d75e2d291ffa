//! Inputs that count, sleep or panic; outputs that remember, refuse or hang; a clock on paused time.

use crate::accumulator::Accumulator;
use crate::config::{AgentSettings, Config, InputCommon, InputConfig};
use crate::field::integer;
use crate::input::{AsyncInput, BlockingInput, GatherFuture, Input, InputKind, InputSettings};
use crate::output::{Batch, Output, OutputSettings, WriteError, WriteFuture};
use crate::{Host, Result};
use model::Clock;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub(super) const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A wall clock that begins on a multiple of ten seconds and follows the runtime's time.
#[derive(Debug)]
pub(super) struct TokioClock(Instant);

impl TokioClock {
    pub(super) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for TokioClock {
    fn now_ns(&self) -> i64 {
        1_700_000_000_000_000_000 + i64::try_from(self.0.elapsed().as_nanos()).unwrap()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// An input that reports the number of its gather.
#[derive(Debug, Clone)]
pub(super) struct FakeInput {
    pub(super) name: &'static str,
    pub(super) takes: Duration,
    pub(super) blocks: bool,
    /// The gather of each instance that panics.
    pub(super) panics_at: Option<i64>,
    /// How many gathers run now.
    pub(super) running: Arc<AtomicI64>,
    /// How many gathers ran at a time at most.
    pub(super) highest: Arc<AtomicI64>,
}

impl FakeInput {
    pub(super) fn named(name: &'static str) -> Self {
        let (running, highest) = (Arc::default(), Arc::default());
        Self { name, takes: Duration::ZERO, blocks: false, panics_at: None, running, highest }
    }
}

impl InputSettings for FakeInput {
    fn build(&self, _: &Host) -> Input {
        let counting = Counting { input: self.clone(), number: 0 };
        if self.blocks { Input::Blocking(Box::new(counting)) } else { Input::Async(Box::new(counting)) }
    }
}

struct Counting {
    input: FakeInput,
    number: i64,
}

impl Counting {
    fn report(&mut self, accumulator: &mut Accumulator) {
        self.number += 1;
        assert!(self.input.panics_at != Some(self.number), "as the test wants it");
        accumulator.add(self.input.name, &[], &[integer("n", self.number)]);
    }
}

impl BlockingInput for Counting {
    fn gather(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        self.report(accumulator);
        Ok(())
    }
}

impl AsyncInput for Counting {
    fn gather<'a>(&'a mut self, accumulator: &'a mut Accumulator) -> GatherFuture<'a> {
        Box::pin(async move {
            let running = self.input.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.input.highest.fetch_max(running, Ordering::SeqCst);
            sleep(self.input.takes).await;
            self.input.running.fetch_sub(1, Ordering::SeqCst);
            self.report(accumulator);
            Ok(())
        })
    }
}

static KIND: InputKind = InputKind {
    name: "fake",
    description: "An input of the tests",
    sample: "",
    needs_two_gathers: false,
    read: |_| Ok(Arc::new(FakeInput::named("fake"))),
};

/// A configuration with these inputs and nothing else.
pub(super) fn config(inputs: Vec<FakeInput>) -> Config {
    let input = |input: FakeInput| InputConfig {
        kind: &KIND,
        common: InputCommon::default(),
        settings: Arc::new(input),
        written: toml::Table::new(),
    };
    Config {
        agent: AgentSettings { omit_hostname: true, ..AgentSettings::default() },
        global_tags: Vec::new(),
        inputs: inputs.into_iter().map(input).collect(),
        outputs: Vec::new(),
        warnings: Vec::new(),
    }
}

/// An output that remembers each attempt and answers as it is told.
#[derive(Debug)]
pub(super) struct FakeOutput {
    pub(super) settings: OutputSettings,
    /// The answer to everything.
    pub(super) always: Option<std::result::Result<(), WriteError>>,
    pub(super) takes: Duration,
    pub(super) bytes_max: Option<usize>,
    answers: Mutex<VecDeque<std::result::Result<(), WriteError>>>,
    attempts: Mutex<Vec<(Instant, String)>>,
}

impl FakeOutput {
    pub(super) fn new() -> Arc<Self> {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut Self)) -> Arc<Self> {
        let (answers, attempts) = (Mutex::default(), Mutex::default());
        let settings = OutputSettings::default();
        let mut output =
            Self { settings, always: None, takes: Duration::ZERO, bytes_max: None, answers, attempts };
        change(&mut output);
        Arc::new(output)
    }

    /// Answers so at first, and takes everything after that.
    pub(super) fn answering(answers: Vec<std::result::Result<(), WriteError>>) -> Arc<Self> {
        Self::with(|output| output.answers = Mutex::new(answers.into()))
    }

    pub(super) fn attempts(&self) -> Vec<(Instant, String)> {
        self.attempts.lock().clone()
    }

    pub(super) fn texts(&self) -> Vec<String> {
        self.attempts().into_iter().map(|(_, text)| text).collect()
    }

    fn answer(&self, batch: &Batch) -> std::result::Result<(), WriteError> {
        if self.bytes_max.is_some_and(|most| batch.as_str().len() > most) {
            return Err(WriteError::TooLarge { reason: "too large".to_owned() });
        }
        let next = self.answers.lock().pop_front();
        next.or_else(|| self.always.clone()).unwrap_or(Ok(()))
    }
}

impl Output for FakeOutput {
    fn name(&self) -> String {
        "fake".to_owned()
    }

    fn settings(&self) -> OutputSettings {
        self.settings.clone()
    }

    fn write<'a>(&'a self, batch: &'a Batch) -> WriteFuture<'a> {
        Box::pin(async move {
            self.attempts.lock().push((Instant::now(), batch.as_str().to_owned()));
            sleep(self.takes).await;
            self.answer(batch)
        })
    }
}

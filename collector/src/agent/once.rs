//! One gather of everything, without buffers and outputs: what `telegraf --test` does.

use crate::Host;
use crate::accumulator::{Accumulator, Pipeline};
use crate::config::{Config, InputConfig};
use crate::input::Input;
use model::Clock;
use std::sync::Arc;
use std::time::Duration;

/// The time between the two gathers of inputs that report differences.
const SECOND_GATHER_AFTER: Duration = Duration::from_millis(500);

/// What the inputs said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GatheredOnce {
    /// Line protocol, input by input.
    pub lines: String,
    /// What went wrong, a sentence each with the input's name.
    pub errors: Vec<String>,
}

/// Gathers each input once; one that reports differences is gathered twice, half a second apart, and
/// the second result counts.
pub async fn gather_once(config: &Config, host: &Host, clock: &Arc<dyn Clock>) -> GatheredOnce {
    let mut waiting = Vec::new();
    for input in &config.inputs {
        let pipeline = Arc::new(Pipeline::new(config, input, Arc::new([None])));
        let tools = (input.settings.build(host), Accumulator::new(pipeline));
        let tools = if input.kind.needs_two_gathers { gather(tools, clock).await } else { Some(tools) };
        waiting.push((input, tools));
    }
    if config.inputs.iter().any(|input| input.kind.needs_two_gathers) {
        tokio::time::sleep(SECOND_GATHER_AFTER).await;
    }
    let mut result = GatheredOnce::default();
    for (input, tools) in waiting {
        let gathered = match tools {
            Some(tools) => gather(tools, clock).await,
            None => None,
        };
        result.add(input, gathered.map(|(_, accumulator)| accumulator));
    }
    result
}

/// Gathers; `None` when the input panicked.
async fn gather(tools: (Input, Accumulator), clock: &Arc<dyn Clock>) -> Option<(Input, Accumulator)> {
    let (input, mut accumulator) = tools;
    accumulator.begin(clock.now_ns(), clock.monotonic());
    let task = match input {
        Input::Blocking(mut input) => tokio::task::spawn_blocking(move || {
            let outcome = input.gather(&mut accumulator);
            accumulator.note(outcome);
            (Input::Blocking(input), accumulator)
        }),
        Input::Async(mut input) => tokio::spawn(async move {
            let outcome = input.gather(&mut accumulator).await;
            accumulator.note(outcome);
            (Input::Async(input), accumulator)
        }),
    };
    task.await.ok()
}

impl GatheredOnce {
    fn add(&mut self, input: &InputConfig, accumulator: Option<Accumulator>) {
        let name = input.kind.name;
        match accumulator {
            None => self.errors.push(format!("[inputs.{name}] panicked")),
            Some(accumulator) => {
                self.lines.push_str(accumulator.routes()[0].as_str());
                let errors = accumulator.errors().iter();
                self.errors.extend(errors.map(|error| format!("[inputs.{name}] {}", error.with_causes())));
            }
        }
    }
}

//! The whole agent on the runtime's paused time, with made-up inputs and outputs.

mod fakes;

use super::*;
use crate::config::AgentSettings;
use crate::output::WriteError;
use fakes::{FakeInput, FakeOutput, TokioClock, config, seconds};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// An agent that runs, and the means to stop it.
struct Running {
    agent: Arc<Agent>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    fn start(inputs: Vec<FakeInput>, outputs: &[&Arc<FakeOutput>]) -> Self {
        let outputs = outputs.iter().map(|output| Arc::clone(output) as Arc<dyn Output>).collect();
        Self::run(Agent::new(config(inputs), outputs, Arc::new(TokioClock::new())))
    }

    fn run(agent: Agent) -> Self {
        let (agent, stop) = (Arc::new(agent), CancellationToken::new());
        let (inner, token) = (Arc::clone(&agent), stop.clone());
        let task = tokio::spawn(async move { inner.run(token).await });
        Self { agent, stop, task }
    }

    /// Stops it; says how long that took.
    async fn stop(self) -> (Arc<Agent>, Duration) {
        let before = Instant::now();
        self.stop.cancel();
        self.task.await.unwrap();
        (self.agent, before.elapsed())
    }
}

fn retry(after: Option<u64>) -> Result<(), WriteError> {
    Err(WriteError::Retry { reason: "away".to_owned(), after: after.map(seconds) })
}

#[tokio::test(start_paused = true)]
async fn what_inputs_report_reaches_the_output_at_the_next_flush() {
    let output = FakeOutput::new();
    let running = Running::start(vec![FakeInput::named("a")], &[&output]);
    sleep(seconds(25)).await;
    let texts = output.texts();
    assert_eq!(texts[0], "a n=1i 1700000010000000000\n");
    let (agent, _) = running.stop().await;
    let stats = agent.stats();
    assert_eq!((stats.inputs[0].gathers, stats.inputs[0].metrics), (2, 2));
    assert_eq!((stats.outputs[0].written, stats.outputs[0].buffered), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_slow_input_is_passed_over_and_delays_no_other() {
    let output = FakeOutput::new();
    let slow = FakeInput { takes: seconds(25), ..FakeInput::named("slow") };
    let highest = Arc::clone(&slow.highest);
    let running = Running::start(vec![slow, FakeInput::named("quick")], &[&output]);
    sleep(seconds(101)).await;
    let stats = running.agent.stats();
    assert_eq!((stats.inputs[0].gathers, stats.inputs[0].skipped), (3, 6), "turns at 10, 40, 70 and 100");
    assert_eq!((stats.inputs[1].gathers, stats.inputs[1].skipped), (10, 0));
    assert_eq!(highest.load(std::sync::atomic::Ordering::SeqCst), 1, "never twice at a time");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_costs_one_gather_of_one_input() {
    let output = FakeOutput::new();
    let panicking = FakeInput { panics_at: Some(2), ..FakeInput::named("bad") };
    let running = Running::start(vec![panicking, FakeInput::named("good")], &[&output]);
    sleep(seconds(51)).await;
    let stats = running.agent.stats();
    assert_eq!(
        (stats.inputs[0].panics, stats.inputs[0].errors),
        (2, 2),
        "each new one panics at its second gather"
    );
    assert_eq!(stats.inputs[0].gathers, 3);
    assert_eq!((stats.inputs[1].gathers, stats.inputs[1].errors), (5, 0));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_blocking_input_runs_beside_the_others() {
    let output = FakeOutput::new();
    let blocking = FakeInput { blocks: true, ..FakeInput::named("blocking") };
    let running = Running::start(vec![blocking], &[&output]);
    sleep(seconds(31)).await;
    assert_eq!(running.agent.stats().inputs[0].gathers, 3);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_buffer_drops_the_oldest_and_counts_them() {
    let output = FakeOutput::with(|output| {
        output.settings.metric_buffer_limit = 3;
        output.always = Some(retry(None));
    });
    let running = Running::start(vec![FakeInput::named("a")], &[&output]);
    sleep(seconds(101)).await;
    let stats = running.agent.stats().outputs[0].clone();
    assert_eq!((stats.buffered, stats.dropped, stats.buffer_limit, stats.written), (3, 7, 3, 0));
    let (agent, _) = running.stop().await;
    assert_eq!(agent.take_unsent().metrics(), 3);
    let last = output.texts().pop().unwrap();
    assert_eq!(last, "a n=8i 1700000080000000000\na n=9i 1700000090000000000\na n=10i 1700000100000000000\n");
}

#[tokio::test(start_paused = true)]
async fn a_failed_write_is_repeated_after_growing_pauses_and_loses_nothing() {
    let output = FakeOutput::answering(vec![retry(None); 6]);
    let running = Running::start(vec![FakeInput::named("a")], &[&output]);
    sleep(seconds(200)).await;
    let attempts = output.attempts();
    let pauses: Vec<f64> = attempts.windows(2).map(|pair| (pair[1].0 - pair[0].0).as_secs_f64()).collect();
    for (pause, most) in pauses.iter().zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0]) {
        assert!(most / 2.0 <= *pause && *pause <= most + 0.01, "{pauses:?}");
    }
    let written: String = attempts[6..].iter().map(|(_, text)| text.as_str()).collect();
    let numbers: Vec<usize> =
        written.lines().map(|line| line[4..line.find("i ").unwrap()].parse().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "each metric once and in order");
    assert_eq!(running.agent.stats().outputs[0].failures, 6);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_server_says_when_to_come_back() {
    let output = FakeOutput::answering(vec![retry(Some(40))]);
    let running = Running::start(vec![FakeInput::named("a")], &[&output]);
    sleep(seconds(70)).await;
    let attempts = output.attempts();
    let pause = attempts[1].0 - attempts[0].0;
    assert!(seconds(40) <= pause && pause <= seconds(45), "{pause:?}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_batch_is_dropped_and_the_rest_goes_on() {
    let refused = Err(WriteError::Refused { reason: "bad".to_owned(), metrics: Some(1) });
    let output = FakeOutput::answering(vec![refused]);
    let inputs = vec![FakeInput::named("a"), FakeInput::named("b")];
    let running = Running::start(inputs, &[&output]);
    sleep(seconds(35)).await;
    let (agent, _) = running.stop().await;
    let stats = agent.stats().outputs[0].clone();
    assert_eq!((stats.refused, stats.written, stats.buffered), (1, 5, 0));
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_too_large_is_halved_until_only_the_culprit_is_dropped() {
    let output = FakeOutput::with(|output| output.bytes_max = Some(60));
    let mut inputs: Vec<FakeInput> =
        (0..7).map(|number| FakeInput::named(["a", "b", "c", "d", "e", "f", "g"][number])).collect();
    inputs.push(FakeInput::named("a_metric_whose_name_is_so_long_that_no_server_of_this_test_takes_it"));
    let running = Running::start(inputs, &[&output]);
    sleep(seconds(15)).await;
    let (agent, _) = running.stop().await;
    let stats = agent.stats().outputs[0].clone();
    assert_eq!((stats.refused, stats.written, stats.buffered), (1, 7, 0));
}

#[tokio::test(start_paused = true)]
async fn a_full_batch_is_written_before_its_time() {
    let output = FakeOutput::with(|output| {
        output.settings.flush_interval = seconds(3600);
        output.settings.metric_batch_size = 2;
    });
    let running = Running::start(vec![FakeInput::named("a"), FakeInput::named("b")], &[&output]);
    sleep(seconds(11)).await;
    assert_eq!(output.texts().len(), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_flush_on_request_writes_at_once_even_during_a_pause() {
    let output = FakeOutput::answering(vec![retry(Some(500))]);
    let running = Running::start(vec![FakeInput::named("a")], &[&output]);
    sleep(seconds(25)).await;
    assert_eq!(output.texts().len(), 1);
    running.agent.flush();
    sleep(seconds(1)).await;
    assert_eq!(output.texts()[1].lines().count(), 2);
    assert_eq!(running.agent.stats().outputs[0].buffered, 0);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_writes_once_more() {
    let output = FakeOutput::with(|output| output.settings.flush_interval = seconds(3600));
    let running = Running::start(vec![FakeInput::named("a")], &[&output]);
    sleep(seconds(35)).await;
    assert!(output.texts().is_empty());
    let (_, took) = running.stop().await;
    assert_eq!(output.texts()[0].lines().count(), 3);
    assert!(took < seconds(1));
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_a_gather_and_takes_what_it_brings() {
    let output = FakeOutput::new();
    let slow = FakeInput { takes: seconds(1), ..FakeInput::named("slow") };
    let running = Running::start(vec![slow], &[&output]);
    sleep(Duration::from_millis(10_500)).await;
    running.stop().await;
    assert_eq!(output.texts(), ["slow n=1i 1700000010000000000\n"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_has_a_bound_whatever_hangs() {
    let output = FakeOutput::with(|output| output.takes = seconds(1_000_000));
    let slow = FakeInput { takes: seconds(1_000_000), ..FakeInput::named("slow") };
    let running = Running::start(vec![slow, FakeInput::named("a")], &[&output]);
    sleep(seconds(35)).await;
    let (agent, took) = running.stop().await;
    assert!(took <= crate::limits::GATHER_STOP_MAX + LAST_FLUSH_MAX + seconds(1), "{took:?}");
    assert_eq!(agent.take_unsent().metrics(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_goes_to_the_next_agent() {
    let output = FakeOutput::answering(vec![retry(Some(500)), retry(None)]);
    let running = Running::start(vec![FakeInput::named("a")], &[&output]);
    sleep(seconds(25)).await;
    let (agent, _) = running.stop().await;
    let unsent = agent.take_unsent();
    assert_eq!(unsent.metrics(), 2);
    let outputs = vec![Arc::clone(&output) as Arc<dyn Output>];
    let next = Agent::new(config(vec![]), outputs, Arc::new(TokioClock::new())).with_unsent(unsent);
    let running = Running::run(next);
    sleep(seconds(11)).await;
    assert_eq!(output.texts().pop().unwrap().lines().count(), 2);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn one_output_that_fails_costs_no_other() {
    let away = FakeOutput::with(|output| output.always = Some(retry(None)));
    let there = FakeOutput::with(|output| output.settings.name.prefix = "p_".to_owned());
    let running = Running::start(vec![FakeInput::named("a")], &[&away, &there]);
    sleep(seconds(25)).await;
    running.stop().await;
    assert!(there.texts()[0].starts_with("p_a n=1i "));
    assert!(away.texts()[0].starts_with("a n=1i "));
}

#[tokio::test]
async fn one_gather_of_this_very_machine_has_its_usual_metrics() {
    let clock: Arc<dyn Clock> = Arc::new(model::SystemClock::new());
    let gathered = gather_once(&Config::default(), &Host::from_env(), &clock).await;
    for measurement in ["cpu", "mem", "swap", "net", "system", "processes", "kernel"] {
        let found = gathered.lines.lines().any(|line| line.starts_with(&format!("{measurement},")));
        assert!(found, "{measurement} in {gathered:?}");
    }
    let parsed = model::line_protocol::parse(
        gathered.lines.into_bytes(),
        &model::line_protocol::ParseOptions::default(),
    );
    assert_eq!(parsed.refused_count, 0);
    assert!(parsed.points.len() > 10);
}

#[test]
fn the_usual_settings_flush_every_10_s() {
    let settings = OutputSettings::from_agent(&AgentSettings::default());
    assert_eq!((settings.flush_interval, settings.metric_batch_size), (seconds(10), 1000));
}

//! Running a scenario under many schedules.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use shuttle::scheduler::{PctScheduler, RandomScheduler, ReplayScheduler, Schedule, Scheduler, Task, TaskId};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

/// Schedules of each kind that a scenario gets, unless `VIGIE_SCHEDULES` says otherwise.
const SCHEDULES: u64 = 1_000;

/// How often a schedule of the second kind changes its mind.
const DEPTH: usize = 4;

/// Steps after which a schedule counts as one that never ends.
const STEPS_MAX: usize = 2_000_000;

/// Runs `scenario` under many schedules, and says how many.
pub(crate) fn explore(name: &str, scenario: fn()) {
    if let Some(file) = std::env::var_os("VIGIE_REPLAY") {
        let schedule = ReplayScheduler::new_from_file(PathBuf::from(file)).expect("a schedule");
        Runner::new(schedule, config()).run(scenario);
        return;
    }
    let (count, seed) = (number("VIGIE_SCHEDULES", SCHEDULES), number("VIGIE_SEED", 1));
    let (count, started) = (usize::try_from(count).unwrap(), Instant::now());
    let random = run(RandomScheduler::new_from_seed(seed, count), scenario);
    let directed = run(PctScheduler::new_from_seed(seed, DEPTH, count), scenario);
    let steps = random + directed;
    println!("{name}: {} schedules of {steps} steps from seed {seed}, {:?}", 2 * count, started.elapsed());
}

/// Runs something once in the first order that comes.
pub(crate) fn once(work: impl Fn() + Send + Sync + 'static) {
    Runner::new(RandomScheduler::new_from_seed(1, 1), config()).run(work);
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// How many steps all schedules had together.
fn run(scheduler: impl Scheduler + 'static, scenario: fn()) -> u64 {
    let steps = Arc::new(AtomicU64::new(0));
    Runner::new(Counting { scheduler, schedules: 0, steps: steps.clone() }, config()).run(scenario);
    steps.load(Ordering::Relaxed)
}

fn config() -> Config {
    let mut config = Config::new();
    // Writing a segment goes deep.
    config.stack_size = 1 << 20;
    config.max_steps = MaxSteps::FailAfter(STEPS_MAX);
    config.failure_persistence = FailurePersistence::File(Some(env!("CARGO_TARGET_TMPDIR").into()));
    config.silence_warnings = true;
    config.ungraceful_shutdown_config.immediately_return_on_panic = true;
    config
}

/// A scheduler whose decisions are counted.
struct Counting<S> {
    scheduler: S,
    schedules: u64,
    steps: Arc<AtomicU64>,
}

impl<S: Scheduler> Scheduler for Counting<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        self.schedules += 1;
        self.scheduler.new_execution()
    }

    fn next_task(&mut self, tasks: &[&Task], current: Option<TaskId>, is_yielding: bool) -> Option<TaskId> {
        self.steps.fetch_add(1, Ordering::Relaxed);
        self.scheduler.next_task(tasks, current, is_yielding)
    }

    fn next_u64(&mut self) -> u64 {
        self.scheduler.next_u64()
    }
}

impl<S> Drop for Counting<S> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("it was schedule {} of its kind", self.schedules);
        }
    }
}

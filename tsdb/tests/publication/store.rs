//! A store to begin with, and the threads that live on it.

use std::sync::{Arc, OnceLock};

use disk::{Fs, SimFs};
use model::{Deletion, DeletionSource, MeasurementMatch, TagMatch, TagPredicate, TimeRange};
use shuttle::rand::{Rng, thread_rng};
use shuttle::thread::{self, JoinHandle};
use tsdb::{Engine, Error, Options, Result, Snapshot};

use crate::explore::once;
use crate::harness::{HOUR_NS, Machine, NOW_NS, Rows, dump, points, put, rows_of, write};
use crate::history::{History, State};

/// Instants that points have, in two shards.
const INSTANTS: [i64; 4] = [NOW_NS - 200 * HOUR_NS, NOW_NS - 200 * HOUR_NS + 1, NOW_NS - 1, NOW_NS];

/// The disk of a store that was stopped with three segments in each of two shards: one more makes a merge due.
static IMAGE: OnceLock<SimFs> = OnceLock::new();

/// What the store of the image has of a measurement.
fn first_rows(measurement: &str) -> String {
    let line = |(number, ts): (usize, &i64)| format!("{measurement},host=a v=0,f{number}=1 {ts}\n");
    INSTANTS.iter().enumerate().map(line).collect()
}

/// The machine of one schedule, and what is on it.
pub(crate) struct World {
    pub(crate) machine: Machine,
    pub(crate) engine: Arc<Engine>,
    pub(crate) histories: Arc<[History]>,
}

/// Makes the store of the image, if that was not done yet. Not within a schedule.
pub(crate) fn prepare() {
    IMAGE.get_or_init(|| {
        let made = Arc::new(OnceLock::new());
        let result = made.clone();
        once(move || {
            let machine = Machine::new(1);
            let engine = machine.open();
            engine.create_database("db").unwrap();
            for _ in 0..3 {
                write(&engine, "db", None, &(first_rows("w0") + &first_rows("w1")));
                engine.freeze().unwrap();
            }
            engine.stop().unwrap();
            result.get_or_init(|| machine.sim);
        });
        made.get().expect("it ran").clone()
    });
}

impl World {
    /// The store of the image, open and with all its threads. Some writers fill a generation with every write.
    pub(crate) fn new() -> Self {
        let sim = IMAGE.get().expect("the image was prepared").reboot_with(1);
        let machine = Machine { sim, background: true, ..Machine::new(1) };
        let mut options = machine.options();
        if thread_rng().gen_bool(0.3) {
            options.generation_wal_bytes = 1;
        }
        let engine = open_at(&machine, "data", options);
        let history = |measurement: &str| History::new(measurement, rows_of(&first_rows(measurement)));
        Self { machine, engine, histories: Arc::new([history("w0"), history("w1")]) }
    }

    /// What both measurements begin with.
    pub(crate) fn first_rows() -> Rows {
        rows_of(&(first_rows("w0") + &first_rows("w1")))
    }

    /// Lets go of the engine without a stop, and opens the store again.
    pub(crate) fn crash(self) -> Self {
        let Self { machine, engine, histories } = self;
        drop(engine);
        let engine = reopen(&machine);
        Self { machine, engine, histories }
    }

    /// A thread with the engine and the histories.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl FnOnce(Arc<Engine>, Arc<[History]>) -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let (engine, histories) = (self.engine.clone(), self.histories.clone());
        thread::spawn(move || work(engine, histories))
    }

    /// Ends well: what everybody wrote is there, nothing failed, a stop leaves it, and a start finds it.
    pub(crate) fn settle(self, held: Vec<Look>) {
        let Self { machine, engine, histories } = self;
        Look::take(&engine, &histories);
        engine.maintain_once().unwrap();
        held.iter().for_each(Look::again);
        drop(held);
        engine.maintain_once().unwrap();
        let stats = engine.stats();
        assert_eq!((stats.freeze_failures, stats.merge_failures, stats.damage_met), (0, 0, 0));
        let last = Look::take(&engine, &histories);
        engine.stop().unwrap();
        last.again();
        drop((last, engine));
        let engine = Machine { background: false, ..machine.clone() }.open();
        let recovery = engine.recovery();
        assert!(recovery.clean && recovery.kept_aside.is_empty(), "{recovery:?}");
        engine.maintain_once().unwrap();
        let files = machine.sim.list("data/segments".as_ref()).unwrap();
        assert_eq!(files.len() as u64, engine.stats().segments, "{files:?}");
        Look::take(&engine, &histories);
    }
}

pub(crate) fn open_at(machine: &Machine, dir: &str, options: Options) -> Arc<Engine> {
    Engine::open(Arc::new(machine.sim.clone()), dir.as_ref(), options).unwrap()
}

/// Opens a store whose engine was let go. A step under way holds the folder until its end.
pub(crate) fn reopen(machine: &Machine) -> Arc<Engine> {
    loop {
        match machine.try_open() {
            Ok(engine) => return engine,
            Err(Error::Disk(error)) if matches!(*error, disk::Error::Locked { .. }) => thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

/// A snapshot with what it showed.
pub(crate) struct Look {
    snapshot: Snapshot,
    rows: Rows,
    /// The state of each measurement.
    pub(crate) states: Vec<State>,
}

impl Look {
    /// Takes a snapshot and finds its place in the histories.
    pub(crate) fn take(engine: &Engine, histories: &[History]) -> Self {
        let oldest: Vec<State> = histories.iter().map(History::oldest).collect();
        let snapshot = engine.snapshot("db", None).unwrap();
        let youngest: Vec<State> = histories.iter().map(History::youngest).collect();
        let rows = dump(&snapshot);
        let place =
            |(number, history): (usize, &History)| history.place(&rows, oldest[number], youngest[number]);
        let states = histories.iter().enumerate().map(place).collect();
        Self { snapshot, rows, states }
    }

    /// Looks into the same snapshot again: it has not changed.
    pub(crate) fn again(&self) {
        assert_eq!(dump(&self.snapshot), self.rows, "a snapshot has changed");
    }
}

/// Looks a few times; keeps each snapshot and looks into it again later.
pub(crate) fn read(engine: &Engine, histories: &[History], count: usize) -> Vec<Look> {
    let mut held: Vec<Look> = Vec::new();
    for _ in 0..count {
        let look = Look::take(engine, histories);
        if let Some(last) = held.last() {
            last.again();
            let went_on = last.states.iter().zip(&look.states).all(|(before, after)| before <= after);
            assert!(went_on, "from {:?} back to {:?}", last.states, look.states);
        }
        held.push(look);
    }
    held
}

/// Puts what is in memory into segments, a few times.
pub(crate) fn freeze(engine: &Engine, count: usize) {
    for _ in 0..count {
        engine.freeze().unwrap();
    }
}

/// What a writer does in one step.
#[derive(Debug)]
pub(crate) enum Change {
    /// Points of one write: all or none of them are there.
    Write(String),
    Delete(Deletion),
}

impl Change {
    /// One to three points of the measurement, with values of their own.
    pub(crate) fn write(measurement: &str, number: usize) -> Self {
        let line = |place: usize| {
            let host = ["a", "b"][thread_rng().gen_range(0..2)];
            let ts = INSTANTS[thread_rng().gen_range(0..INSTANTS.len())];
            format!("{measurement},host={host} v={} {ts}\n", number * 10 + place)
        };
        Self::Write((1..=thread_rng().gen_range(1..=3)).map(line).collect())
    }

    /// All of the measurement, one of its series, or one of its shards.
    pub(crate) fn delete(measurement: &str) -> Self {
        let source = DeletionSource { policy: None, measurement: MeasurementMatch::Name(measurement.into()) };
        let mut deletion = Deletion { sources: vec![source], tags: TagPredicate::All, time: TimeRange::ALL };
        match thread_rng().gen_range(0..3) {
            0 => deletion.time = TimeRange::new(i64::MIN, NOW_NS - 1),
            1 => {
                let matcher = TagMatch::Equal("a".into());
                deletion.tags = TagPredicate::Tag { key: "host".into(), matcher };
            }
            _ => {}
        }
        Self::Delete(deletion)
    }

    fn apply(&self, rows: &mut Rows, measurement: &str) {
        match self {
            Self::Write(lines) => put(rows, &points(lines)),
            Self::Delete(deletion) => rows.retain(|(series, ts), _| {
                let is_one = series.starts_with(&format!("{measurement},"))
                    && (matches!(deletion.tags, TagPredicate::All) || series.contains("host=a"));
                !(is_one && deletion.time.contains(*ts))
            }),
        }
    }

    /// Carries it out, and notes in the history what it comes to. What has no room now is tried again.
    ///
    /// # Errors
    /// When the engine was stopped, or its disk has failed.
    pub(crate) fn carry_out(&self, engine: &Engine, history: &History) -> Result<()> {
        let state = history.begin(|rows| self.apply(rows, &history.measurement));
        loop {
            match self.attempt(engine, history, state) {
                Err(Error::Busy { .. }) => {
                    // Nothing ever gets room on a disk that is gone.
                    engine.sync()?;
                    thread::yield_now();
                }
                outcome => return outcome,
            }
        }
    }

    fn attempt(&self, engine: &Engine, history: &History, state: State) -> Result<()> {
        match self {
            Self::Write(lines) => {
                let written = engine.append("db", None, points(lines))?;
                assert_eq!(written.rejected, []);
                history.seen(state);
                written.ticket.wait()?;
            }
            Self::Delete(deletion) => {
                engine.delete("db", deletion)?;
                history.seen(state);
            }
        }
        history.durable(state);
        Ok(())
    }
}

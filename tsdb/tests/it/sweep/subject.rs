//! A small data directory, what it must answer, and every value that was ever written to it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tsdb::{Engine, Error, PolicySpec};

use crate::harness::{Dice, HOUR_NS, Machine, NOW_NS, Rows, points, put};
use crate::image::Image;
use crate::world::World;

/// What became of an attempt that is not wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Every answer is that of the directory before it was harmed.
    Right,
    /// The report or the queries concerned name the damage; whatever is answered was once written.
    Told,
    /// The directory was not opened, with the file named.
    Refused,
}

/// A directory and what is true of it.
pub(super) struct Subject {
    pub(super) name: &'static str,
    pub(super) image: Image,
    machine: Machine,
    engine: Arc<Engine>,
    /// What it held after each step, the last one first. A log that ends between two frames shows an earlier one.
    worlds: Vec<World>,
    /// Every value that was ever accepted: database, policy, series, time, field, value.
    written: HashSet<String>,
    steps: u64,
    seed: u64,
    /// Whether the files were copied at one moment.
    is_still: bool,
}

impl Subject {
    /// Segments, some of them merged and over each other, and two generations in the log.
    pub(super) fn running(seed: u64) -> Self {
        let mut subject = Self::new("running", seed);
        subject.live();
        subject.image = Image::of(&subject.machine.sim, Path::new("data"));
        subject
    }

    /// The same after a clean stop.
    pub(super) fn stopped(seed: u64) -> Self {
        let mut subject = Self::running(seed);
        subject.name = "stopped";
        subject.engine.stop().unwrap();
        subject.image = Image::of(&subject.machine.sim, Path::new("data"));
        subject
    }

    fn new(name: &'static str, seed: u64) -> Self {
        let machine = Machine::new(seed);
        let engine = open(&machine).unwrap();
        Self {
            name,
            image: Image::default(),
            machine,
            engine,
            worlds: vec![World::new()],
            written: HashSet::new(),
            steps: 0,
            seed,
            is_still: true,
        }
    }

    fn live(&mut self) {
        self.engine.create_database("db").unwrap();
        let spec = PolicySpec {
            name: Some("short".into()),
            duration_ns: Some(48 * HOUR_NS),
            shard_duration_ns: Some(24 * HOUR_NS),
            ..PolicySpec::default()
        };
        self.engine.create_retention_policy("db", &spec, false).unwrap();
        for rp in ["autogen", "short"] {
            self.worlds[0].insert(("db".to_owned(), rp.to_owned()), Rows::new());
        }
        for _ in 0..5 {
            self.write("autogen");
            self.engine.freeze().unwrap();
        }
        self.write("short");
        self.engine.freeze().unwrap();
        self.engine.maintain_once().unwrap();
        (0..2).for_each(|_| self.write("autogen"));
        self.engine = Machine::new(2).open();
        self.engine = open(&self.machine).unwrap();
        self.write("short");
        (0..2).for_each(|_| self.write("autogen"));
    }

    fn write(&mut self, rp: &str) {
        let step = self.steps;
        self.steps += 1;
        let mark = step + 1000 * self.seed;
        let (one, two) = (NOW_NS + 1000, NOW_NS + i64::try_from(step).unwrap());
        let lines = format!(
            "cpu,host=a usage={mark}.25,n={mark}i {one}\n\
             cpu,host=b usage={mark}.5,on={},text=\"step {mark}\" {one}\n\
             cpu,host=a usage={mark}.75 {two}\n\
             mem free={mark}u {two}\n",
            step.is_multiple_of(2),
        );
        let batch = points(&lines);
        let mut world = self.worlds[0].clone();
        put(world.get_mut(&("db".to_owned(), rp.to_owned())).unwrap(), &batch);
        self.engine.append("db", Some(rp), batch).unwrap().ticket.wait().unwrap();
        self.written.extend(values(&world));
        self.worlds.insert(0, world);
    }

    /// Copies file by file in a random order, with writes and upkeep between them.
    pub(super) fn copy_slowly(&mut self, seed: u64) -> Image {
        let mut dice = Dice::new(seed);
        self.is_still = false;
        let (mut image, mut seen) = (Image::default(), HashSet::new());
        loop {
            let now = Image::of(&self.machine.sim, Path::new("data"));
            let left: Vec<&PathBuf> = now.0.keys().filter(|path| !seen.contains(*path)).collect();
            if left.is_empty() {
                return image;
            }
            let path = left[usize::try_from(dice.below(left.len() as u64)).unwrap()].clone();
            image.0.insert(path.clone(), now.0[&path].clone());
            seen.insert(path);
            // The directory does not grow for ever.
            match dice.below(if self.steps < 30 { 6 } else { 60 }) {
                0 => self.write("autogen"),
                1 => self.engine.freeze().unwrap(),
                2 => self.engine.maintain_once().unwrap(),
                _ => {}
            }
        }
    }

    /// Opens the files on a disk of their own and reads everything.
    pub(super) fn judge(&self, image: &Image, context: &dyn Fn() -> String) -> Result<Outcome, String> {
        let _context = OnPanic(context);
        let machine = Machine::new(7);
        image.put(&machine.sim, Path::new("data"));
        let engine = match open(&machine) {
            Ok(engine) => engine,
            Err(error) => {
                names_a_file(&error)?;
                let untouched = Image::of(&machine.sim, Path::new("data"));
                if untouched.0.get(Path::new("MANIFEST")) != image.0.get(Path::new("MANIFEST")) {
                    return Err("the MANIFEST was changed, although nothing was opened".to_owned());
                }
                self.kept(image, &untouched)?;
                return Ok(Outcome::Refused);
            }
        };
        let (world, failures) = read(&engine)?;
        let report = engine.recovery();
        let is_torn = report.wal_torn_bytes + report.manifest_torn_bytes > 0;
        let is_told = failures > 0 || is_torn || !report.damage.is_empty();
        let outcome = if failures == 0 && world == self.worlds[0] {
            Outcome::Right
        } else if is_told || self.worlds.contains(&world) {
            Outcome::Told
        } else {
            return Err(format!("nobody was told: {report:?}"));
        };
        if let Some(value) = values(&world).find(|value| !self.written.contains(value)) {
            return Err(format!("{value} was never written"));
        }
        self.kept(image, &Image::of(&machine.sim, Path::new("data")))?;
        Ok(outcome)
    }

    /// The bytes of every segment and of the log are there under some name, but for the torn end of a log. Log files
    /// without a whole frame may go, and of a directory that changed under the copy those that are in segments.
    fn kept(&self, before: &Image, after: &Image) -> Result<(), String> {
        for (path, bytes) in before.0.iter().filter(|(path, _)| !path.ends_with("MANIFEST")) {
            let is_log = path.starts_with("wal");
            let may_go = is_log && (bytes.len() < first_frame_end(bytes) || !self.is_still);
            let mut found = after.0.values();
            let is_there = found.any(|found| match is_log && found.len() >= LOG_HEADER_BYTES {
                // The last one was cut where its sound part ends.
                true => bytes.starts_with(found),
                false => found == bytes,
            });
            if !is_there && !may_go {
                return Err(format!("{} is gone", path.display()));
            }
        }
        Ok(())
    }
}

/// The least that a log file has.
const LOG_HEADER_BYTES: usize = 40;

/// Where the first frame of a log file would end (`docs/format/log.md`).
fn first_frame_end(bytes: &[u8]) -> usize {
    let len = bytes.get(LOG_HEADER_BYTES..).and_then(|frame| frame.first_chunk::<4>());
    let len = len.map_or(0, |len| usize::try_from(u32::from_le_bytes(*len)).unwrap());
    (LOG_HEADER_BYTES + 17 + len).next_multiple_of(8)
}

fn open(machine: &Machine) -> tsdb::Result<Arc<Engine>> {
    let options = tsdb::Options { wal_preallocate_bytes: 0, ..machine.options() };
    Engine::open(Arc::new(machine.sim.clone()), Path::new("data"), options)
}

/// What can be read, and how many policies cannot.
fn read(engine: &Engine) -> Result<(World, u64), String> {
    let (mut world, mut failures) = (World::new(), 0);
    for database in engine.databases() {
        for policy in &database.policies {
            let snapshot = engine.snapshot(&database.name, Some(&policy.name)).map_err(|e| e.to_string())?;
            match crate::harness::try_dump(&snapshot) {
                Ok(rows) => drop(world.insert((database.name.to_string(), policy.name.to_string()), rows)),
                Err(error) => {
                    names_a_file(&error)?;
                    failures += 1;
                }
            }
        }
    }
    Ok((world, failures))
}

fn names_a_file(error: &Error) -> Result<(), String> {
    let text = error.to_string();
    let is_fact = !matches!(error, Error::Corrupt { .. }) || text.contains("offset");
    if is_fact && text.contains("data") { Ok(()) } else { Err(format!("an error without its place: {text}")) }
}

fn values(world: &World) -> impl Iterator<Item = String> {
    world.iter().flat_map(|((db, rp), rows)| {
        rows.iter().flat_map(move |((series, ts), fields)| {
            fields.iter().map(move |(name, value)| format!("{db}.{rp} {series} {ts} {name}={:?}", value.0))
        })
    })
}

/// Says what was tried when the engine panics at it.
struct OnPanic<'a>(&'a dyn Fn() -> String);

impl Drop for OnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("it panicked at: {}", (self.0)());
        }
    }
}

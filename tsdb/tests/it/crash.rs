//! The power is cut after every operation of a workload: every acknowledged point is there, nothing else
//! is but the one write that was under way, and a second start finds the same.

use std::sync::Arc;
use std::time::Duration;

use model::{Deletion, TimeRange};
use tsdb::{Engine, PolicySpec, Result};

use crate::deletes::{of, tag};
use crate::harness::{Dice, HOUR_NS, Machine, NOW_NS, points, put};
use crate::world::{World, look};

/// One step of the workload.
#[derive(Debug, Clone)]
enum Step {
    Write { db: &'static str, rp: &'static str, lines: String },
    Delete { host: &'static str, time: TimeRange },
    Freeze,
    Maintain,
    CreateDatabase(&'static str),
    DropDatabase(&'static str),
    CreateShort,
    DropShort,
    Advance(Duration),
    Restart,
    CleanRestart,
}

fn workload(seed: u64) -> Vec<Step> {
    let mut dice = Dice::new(seed);
    let mut steps = vec![Step::CreateDatabase("db"), Step::CreateShort];
    for number in 0..26 {
        steps.push(match dice.below(23) {
            0..=2 => Step::Freeze,
            3 | 4 => Step::Maintain,
            5 => Step::CreateDatabase("temp"),
            6 => Step::DropDatabase("temp"),
            7 => Step::CreateShort,
            8 => Step::DropShort,
            9 => Step::Advance(Duration::from_secs(1800)),
            10 => Step::Restart,
            11 => Step::CleanRestart,
            12 | 13 => Step::Write { db: "db", rp: "short", lines: lines(&mut dice, number) },
            14 => Step::Write { db: "temp", rp: "autogen", lines: lines(&mut dice, number) },
            15..=17 => delete(&mut dice),
            _ => Step::Write { db: "db", rp: "autogen", lines: lines(&mut dice, number) },
        });
    }
    // Whatever the dice say, there is a merge, with writes behind it.
    for number in 26..30 {
        steps.push(Step::Write { db: "db", rp: "autogen", lines: lines(&mut dice, number) });
        steps.push(Step::Freeze);
    }
    steps.push(Step::Delete { host: "h1", time: TimeRange::ALL });
    steps.push(Step::Freeze);
    steps.push(Step::Maintain);
    steps.push(Step::Write { db: "db", rp: "autogen", lines: lines(&mut dice, 30) });
    steps.push(Step::Restart);
    steps.push(Step::Maintain);
    steps
}

fn delete(dice: &mut Dice) -> Step {
    let host = ["h0", "h1", "h2"][usize::try_from(dice.below(3)).unwrap()];
    let start = NOW_NS + i64::try_from(dice.below(6)).unwrap() * HOUR_NS / 3;
    Step::Delete { host, time: TimeRange::new(start, start + HOUR_NS) }
}

fn lines(dice: &mut Dice, number: u64) -> String {
    let mut lines = String::new();
    for _ in 0..=dice.below(4) {
        let ts = NOW_NS + i64::try_from(dice.below(6)).unwrap() * HOUR_NS / 3;
        let field = ["a", "b", "c"][usize::try_from(dice.below(3)).unwrap()];
        lines.push_str(&format!("m,host=h{} {field}={number} {ts}\n", dice.below(3)));
    }
    lines
}

/// What a step makes of the world, if it is carried out.
fn after(world: &World, step: &Step) -> World {
    let mut world = world.clone();
    let at = |db: &str, rp: &str| (db.to_owned(), rp.to_owned());
    match step {
        Step::Write { db, rp, lines } => {
            if let Some(rows) = world.get_mut(&at(db, rp)) {
                put(rows, &points(lines));
            }
        }
        Step::Delete { host, time } => {
            let series = format!("m,host={host}");
            for rows in world.iter_mut().filter(|((db, _), _)| db == "db").map(|(_, rows)| rows) {
                rows.retain(|(key, ts), _| *key != series || !time.contains(*ts));
            }
        }
        Step::CreateDatabase(db) => {
            world.entry(at(db, "autogen")).or_default();
        }
        Step::DropDatabase(name) => world.retain(|(db, _), _| db != name),
        Step::CreateShort => {
            world.entry(at("db", "short")).or_default();
        }
        Step::DropShort => world.retain(|(_, rp), _| rp != "short"),
        _ => {}
    }
    world
}

/// Carries a step out; steps that have no place are left out.
fn take(machine: &Machine, engine: &mut Option<Arc<Engine>>, world: &World, step: &Step) -> Result<()> {
    if engine.is_none() {
        *engine = Some(machine.try_open()?);
    }
    let Some(running) = engine.clone() else { return Ok(()) };
    let short =
        PolicySpec { name: Some("short".into()), duration_ns: Some(2 * HOUR_NS), ..PolicySpec::default() };
    match step {
        Step::Write { db, rp, lines } if world.contains_key(&((*db).to_owned(), (*rp).to_owned())) => {
            running.append(db, Some(rp), points(lines))?.ticket.wait()
        }
        Step::Write { .. } => Ok(()),
        Step::Delete { host, time } => {
            running.delete("db", &Deletion { tags: tag("host", host), time: *time, ..of("m") })
        }
        Step::Freeze => running.freeze(),
        Step::Maintain => running.maintain_once(),
        Step::CreateDatabase(name) => running.create_database(name),
        Step::DropDatabase(name) => running.drop_database(name),
        Step::CreateShort => running.create_retention_policy("db", &short, false),
        Step::DropShort => running.drop_retention_policy("db", "short"),
        Step::Advance(by) => {
            machine.clock.advance(*by);
            Ok(())
        }
        Step::Restart => {
            drop(running);
            *engine = None;
            *engine = Some(machine.try_open()?);
            Ok(())
        }
        Step::CleanRestart => {
            let stopped = running.stop();
            drop(running);
            *engine = None;
            stopped?;
            *engine = Some(machine.try_open()?);
            Ok(())
        }
    }
}

/// Takes out what the short policy may have dropped by now.
fn without_past(mut world: World, now_ns: i64) -> World {
    for ((_, rp), rows) in &mut world {
        if rp == "short" {
            rows.retain(|(_, ts), _| *ts > now_ns - HOUR_NS);
        }
    }
    world
}

/// Runs the workload until the power is cut; answers the world that was acknowledged and, where a step was
/// under way, the one that it would have made.
fn run(machine: &Machine, steps: &[Step]) -> (World, Option<World>) {
    let mut engine = None;
    let mut world = World::new();
    for step in steps {
        let next = after(&world, step);
        match take(machine, &mut engine, &world, step) {
            Ok(()) => world = next,
            Err(_) => return (world, Some(next)),
        }
    }
    (world, None)
}

fn check(machine: &Machine, acknowledged: &World, possible: Option<&World>, context: &str) -> World {
    let engine = machine.try_open().unwrap_or_else(|error| panic!("{context}: {error}"));
    let now_ns = model::Clock::now_ns(&*machine.clock);
    let found = look(&engine);
    assert!(engine.recovery().damage.is_empty(), "{context}: {:?}", engine.recovery());
    let kept = without_past(found.clone(), now_ns);
    let is_acknowledged = kept == without_past(acknowledged.clone(), now_ns);
    let is_possible = possible.is_some_and(|world| kept == without_past(world.clone(), now_ns));
    assert!(
        is_acknowledged || is_possible,
        "{context}: found {kept:#?}\nacknowledged {acknowledged:#?}\nor {possible:#?}"
    );
    drop(engine);
    found
}

fn cut_everywhere(seed: u64) {
    let steps = workload(seed);
    let whole = Machine::new(seed);
    let (acknowledged, under_way) = run(&whole, &steps);
    assert!(under_way.is_none(), "seed {seed}: the workload runs through");
    check(&whole, &acknowledged, None, &format!("seed {seed}, no cut"));
    let operations = whole.sim.operations();
    assert!(operations > 200, "seed {seed}: {operations} operations");
    let mut dice = Dice::new(seed + 1000);
    for cut in 0..operations {
        let context = format!("seed {seed}, power cut after operation {cut}");
        let machine = Machine::new(seed);
        machine.sim.cut_power_after(cut);
        let (acknowledged, under_way) = run(&machine, &steps);
        let mut machine = machine.reboot();
        // Now and then the power is cut again while the engine starts.
        if dice.below(4) == 0 {
            machine.sim.cut_power_after(machine.sim.operations() + dice.below(8));
            let _ = machine.try_open().map(|engine| engine.maintain_once());
            machine = machine.reboot();
        }
        let first = check(&machine, &acknowledged, under_way.as_ref(), &context);
        let second = check(&machine, &acknowledged, under_way.as_ref(), &context);
        assert_eq!(first, second, "{context}: a second start");
        let engine = machine.open();
        engine.freeze().unwrap();
        engine.maintain_once().unwrap();
        engine.stop().unwrap();
        drop(engine);
        check(&machine, &acknowledged, under_way.as_ref(), &format!("{context}, after upkeep"));
    }
}

#[test]
fn a_power_cut_after_any_operation_loses_nothing_acknowledged() {
    (1..=3).for_each(cut_everywhere);
}

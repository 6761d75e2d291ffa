//! The power is cut after every single operation of the disk, and nothing is lost or told anew.
//!
//! One life is run in step here, without threads, so that each cut falls at a known place: records are
//! evaluated, letters are "sent" and marked, and the state is saved every few records.

use super::load_rule;
use crate::checkpoint;
use crate::evaluator::Evaluator;
use crate::fakes::FakeStore;
use crate::outbox::{Letter, Outbox};
use crate::port::{StreamRead, StreamStore};
use crate::service::restore;
use crate::status::Gap;
use disk::{Fs, SimFs};
use model::{Budget, Lsn};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const DIRECTORY: &str = "alerting";

/// What the receivers of all lives saw together, and what was surely marked.
#[derive(Default)]
struct World {
    sent: Vec<(String, String)>,
    marked: HashSet<String>,
}

/// A life is over when the power is.
struct PowerLost;

fn check(sim: &SimFs) -> Result<(), PowerLost> {
    sim.exists(Path::new(DIRECTORY)).map(|_| ()).map_err(|_| PowerLost)
}

impl World {
    fn deliver(&mut self, sim: &SimFs, outbox: &Outbox, letter: &Letter) -> Result<(), PowerLost> {
        let key = letter.event.key.clone();
        assert!(!self.marked.contains(&key), "an event that was marked is sent again: {:?}", letter.event);
        self.sent.push((key.clone(), format!("{} {}", letter.event.id, letter.event.level)));
        outbox.done("slack", &[letter.entry]);
        check(sim)?;
        self.marked.insert(key);
        Ok(())
    }

    /// Runs until the records are through or the power is cut.
    fn live(&mut self, sim: &SimFs, store: &FakeStore) -> Result<(), PowerLost> {
        let fs: Arc<dyn Fs> = Arc::new(sim.clone());
        sim.create_dir_all(Path::new(DIRECTORY)).map_err(|_| PowerLost)?;
        let evaluator = Mutex::new(Evaluator::new(vec![load_rule()], &Budget::new(1 << 26)));
        let outbox = restore(&mut evaluator.lock(), store, &fs, Path::new(DIRECTORY));
        check(sim)?;
        for letter in outbox.waiting() {
            self.deliver(sim, &outbox, &letter)?;
        }
        let mut source = store.open(evaluator.lock().lsn);
        let save = || {
            // Only the power can fail here, and that is looked at next.
            let _ = checkpoint::save(sim, Path::new(DIRECTORY), &evaluator, &outbox);
            check(sim)
        };
        save()?;
        loop {
            let batch = match source.next(Duration::ZERO) {
                StreamRead::Batch(batch) => batch,
                StreamRead::Gap { from, to } => {
                    evaluator.lock().skip(Gap { from, to });
                    continue;
                }
                StreamRead::Idle | StreamRead::Closed => break,
            };
            let events = evaluator.lock().apply(&batch);
            let addressed = events.into_iter().map(|event| (event, vec!["slack".to_owned()])).collect();
            let letters = outbox.post(batch.lsn, 0, addressed);
            check(sim)?;
            for letter in letters {
                self.deliver(sim, &outbox, &letter)?;
            }
            if batch.lsn.0 % 4 == 0 {
                save()?;
            }
        }
        save()
    }
}

/// Twelve records of two hosts that go up and down.
fn write_records(store: &FakeStore) {
    for step in 0..12_i64 {
        let a = if step % 3 == 1 { 9 } else { 1 };
        let b = if step % 4 == 2 { 9 } else { 1 };
        store.write(&format!("system,host=a load1={a} {step}\nsystem,host=b load1={b} {step}\n"));
    }
}

/// A store whose records come after the first, empty state was saved.
fn begun(sim: &SimFs) -> FakeStore {
    let store = FakeStore::default();
    assert!(World::default().live(sim, &store).is_ok());
    write_records(&store);
    store
}

/// The events of a life without a cut, and how many operations it took.
fn undisturbed() -> (Vec<(String, String)>, u64) {
    let sim = SimFs::new(1);
    let store = begun(&sim);
    let before = sim.operations();
    let mut world = World::default();
    assert!(world.live(&sim, &store).is_ok());
    assert_eq!(world.sent.len(), 14, "{:?}", world.sent);
    (world.sent, sim.operations() - before)
}

#[test]
fn no_event_is_lost_and_none_that_was_marked_is_sent_again() {
    let (expected, operations) = undisturbed();
    for cut in 0..operations {
        for second_cut in [None, Some(3), Some(cut / 2)] {
            let sim = SimFs::new(cut);
            let store = begun(&sim);
            let mut world = World::default();
            sim.cut_power_after(sim.operations() + cut);
            assert!(world.live(&sim, &store).is_err());
            let mut sim = sim.reboot();
            if let Some(second_cut) = second_cut {
                sim.cut_power_after(sim.operations() + second_cut);
                let _ = world.live(&sim, &store);
                sim = sim.reboot();
            }
            assert!(world.live(&sim, &store).is_ok());
            assert_told_once_each(&world, &expected, &format!("cut {cut}, then {second_cut:?}"));
        }
    }
}

/// Everything was sent; and again only what was under way when the power went.
fn assert_told_once_each(world: &World, expected: &[(String, String)], place: &str) {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    world.sent.iter().for_each(|(key, _)| *counts.entry(key).or_default() += 1);
    let mut seen = HashSet::new();
    let first: Vec<_> = world.sent.iter().filter(|(key, _)| seen.insert(key)).cloned().collect();
    assert_eq!(first, expected, "{place}");
    let repeated = counts.values().filter(|count| **count > 1).count();
    assert!(repeated <= 2, "{place}: {repeated} events were sent again");
}

#[test]
fn where_records_are_gone_no_level_is_told_twice_in_a_row() {
    let (_, operations) = undisturbed();
    for cut in 0..operations {
        let sim = SimFs::new(cut);
        let store = begun(&sim);
        let mut world = World::default();
        sim.cut_power_after(sim.operations() + cut);
        assert!(world.live(&sim, &store).is_err());
        store.forget(Lsn(6));
        assert!(world.live(&sim.reboot(), &store).is_ok());
        let mut seen = HashSet::new();
        let mut last: HashMap<String, String> = HashMap::new();
        for (_, told) in world.sent.iter().filter(|(key, _)| seen.insert(key.clone())) {
            let (id, level) = told.rsplit_once(' ').unwrap();
            let before = last.insert(id.to_owned(), level.to_owned());
            assert_ne!(before.as_deref(), Some(level), "cut {cut}: {:?}", world.sent);
        }
    }
}

/// What a life without an end raises of all that there is to read; nothing is saved.
fn raised(sim: &SimFs, store: &FakeStore, save_at: Option<Lsn>) -> Vec<String> {
    let fs: Arc<dyn Fs> = Arc::new(sim.clone());
    let evaluator = Mutex::new(Evaluator::new(vec![load_rule()], &Budget::new(1 << 26)));
    let outbox = restore(&mut evaluator.lock(), store, &fs, Path::new(DIRECTORY));
    let mut source = store.open(evaluator.lock().lsn);
    let mut raised = Vec::new();
    while let StreamRead::Batch(batch) = source.next(Duration::ZERO) {
        let events = evaluator.lock().apply(&batch);
        raised.extend(events.iter().map(|event| event.key.clone()));
        outbox.post(batch.lsn, 0, events.into_iter().map(|event| (event, Vec::new())).collect());
        if save_at == Some(batch.lsn) {
            checkpoint::save(sim, Path::new(DIRECTORY), &evaluator, &outbox).unwrap();
        }
    }
    raised
}

#[test]
fn an_event_of_a_record_that_the_store_lost_is_not_raised_again_when_the_points_come_again() {
    let (quiet, loud) = ("system,host=b load1=1 5\n", "system,host=a load1=9 5\n");
    for save_at in [None, Some(Lsn(1))] {
        let (sim, store) = (SimFs::new(1), FakeStore::default());
        assert!(World::default().live(&sim, &store).is_ok());
        store.write(quiet);
        store.write(loud);
        assert_eq!(raised(&sim, &store, save_at).len(), 1);
        store.lose_behind(Lsn(0));
        // The senders come again in another order, so the numbers name other records.
        let evaluator = Mutex::new(Evaluator::new(vec![load_rule()], &Budget::new(1 << 26)));
        let fs: Arc<dyn Fs> = Arc::new(sim.clone());
        restore(&mut evaluator.lock(), &store, &fs, Path::new(DIRECTORY));
        store.write(loud);
        store.write(quiet);
        let mut source = store.open(evaluator.lock().lsn);
        while let StreamRead::Batch(batch) = source.next(Duration::ZERO) {
            assert!(evaluator.lock().apply(&batch).is_empty(), "saved at {save_at:?}: raised again");
        }
        assert_eq!(evaluator.lock().active(9).len(), 1, "saved at {save_at:?}: the alert is still on");
    }
}

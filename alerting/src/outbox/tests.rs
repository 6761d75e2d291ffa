//! Letters across restarts and failing disks.

use super::{Outbox, OutboxState};
use crate::Level;
use crate::event::Event;
use disk::{Fault, Fs, SimFs};
use model::Lsn;
use std::path::Path;
use std::sync::Arc;

fn event(number: u64) -> Event {
    Event {
        key: format!("key{number}"),
        number,
        id: "cpu:host=a".to_owned(),
        message: "CPU".to_owned(),
        level: Level::Critical,
        previous: Level::Ok,
        time: 10,
        duration: 0,
        rule: "cpu".to_owned(),
        measurement: "cpu".to_owned(),
        group: "host=a".to_owned(),
        value: 99.5.into(),
        tags: [("host".to_owned(), "a".to_owned())].into(),
        fields: [("v".to_owned(), i64::MAX.into())].into(),
    }
}

fn disk() -> SimFs {
    let sim = SimFs::new(7);
    sim.create_dir_all(Path::new("alerting")).unwrap();
    sim
}

fn open(sim: &SimFs, state: OutboxState) -> (Outbox, Vec<(Lsn, Event)>) {
    Outbox::open(Arc::new(sim.clone()), "alerting".into(), state)
}

fn to(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn waiting(outbox: &Outbox) -> Vec<(u64, Vec<String>)> {
    outbox.waiting().iter().map(|letter| (letter.entry, letter.to.clone())).collect()
}

fn files(sim: &SimFs) -> usize {
    sim.list(Path::new("alerting")).unwrap().len()
}

#[test]
fn a_letter_waits_until_every_handler_is_through_with_it_across_restarts() {
    let sim = disk();
    let (outbox, _) = open(&sim, OutboxState::default());
    let letters = outbox.post(Lsn(5), 1, vec![(event(1), to(&["slack", "log"])), (event(2), to(&["log"]))]);
    outbox.done("log", &[letters[0].entry]);
    let sim = sim.reboot();
    let (outbox, told) = open(&sim, OutboxState::default());
    assert_eq!(waiting(&outbox), [(0, to(&["slack"])), (1, to(&["log"]))]);
    assert_eq!(told, [(Lsn(5), event(1)), (Lsn(5), event(2))]);
    outbox.done("slack", &[0]);
    outbox.done("log", &[1]);
    let (outbox, told) = open(&sim.reboot(), OutboxState::default());
    assert_eq!((waiting(&outbox), told.len()), (vec![], 2), "told events are known until a checkpoint");
    assert_eq!(outbox.post(Lsn(6), 1, vec![(event(3), to(&["log"]))])[0].entry, 2);
}

#[test]
fn a_checkpoint_takes_the_letters_over_and_the_files_go() {
    let sim = disk();
    let (outbox, _) = open(&sim, OutboxState::default());
    outbox.post(Lsn(5), 1, vec![(event(1), to(&["slack"]))]);
    let state = outbox.snapshot();
    outbox.post(Lsn(6), 1, vec![(event(2), to(&["slack"]))]);
    assert_eq!(files(&sim), 2);
    outbox.forget_before(state.journal);
    assert_eq!(files(&sim), 1);
    let (again, told) = open(&sim.reboot(), state);
    assert_eq!(waiting(&again), [(0, to(&["slack"])), (1, to(&["slack"]))]);
    assert_eq!(told, [(Lsn(6), event(2))]);
}

#[test]
fn a_quiet_outbox_has_no_files() {
    let sim = disk();
    let (outbox, _) = open(&sim, OutboxState::default());
    let before = outbox.snapshot();
    outbox.forget_before(before.journal);
    assert_eq!((files(&sim), outbox.snapshot()), (0, before));
}

#[test]
fn one_failure_of_the_disk_costs_nothing() {
    for call in 1..=8 {
        let sim = disk();
        let (outbox, _) = open(&sim, OutboxState::default());
        sim.fail_call(sim.operations() + call, Fault::Io);
        outbox.post(Lsn(5), 1, vec![(event(1), to(&["slack", "log"]))]);
        outbox.done("log", &[0]);
        assert_eq!(outbox.unstored(), 0);
        let (again, told) = open(&sim.reboot(), OutboxState::default());
        assert_eq!((waiting(&again), told.len()), (vec![(0, to(&["slack"]))], 1), "call {call}");
    }
}

#[test]
fn an_event_that_cannot_be_stored_is_handed_out_all_the_same() {
    let sim = disk();
    let (outbox, _) = open(&sim, OutboxState::default());
    sim.set_capacity(0);
    let letters = outbox.post(Lsn(5), 1, vec![(event(1), to(&["slack"]))]);
    assert_eq!((letters.len(), outbox.unstored(), waiting(&outbox).len()), (1, 1, 1));
    outbox.done("slack", &[0]);
    assert_eq!(waiting(&outbox), []);
}

#[test]
fn a_damaged_journal_costs_what_it_hit() {
    let sim = disk();
    let (outbox, _) = open(&sim, OutboxState::default());
    outbox.post(Lsn(5), 1, vec![(event(1), to(&["slack"]))]);
    outbox.post(Lsn(6), 1, vec![(event(2), to(&["slack"]))]);
    let path = Path::new("alerting/outbox-0000000000.log");
    let len = sim.len(path).unwrap();
    for position in (0..len).step_by(7) {
        let copy = sim.reboot();
        copy.flip_bit(path, position, 3).unwrap();
        let (again, _) = open(&copy, OutboxState::default());
        assert!(waiting(&again).len() <= 2);
        again.post(Lsn(7), 1, vec![(event(3), to(&["slack"]))]);
        assert_eq!(again.unstored(), 0, "position {position}");
    }
}

//! `replace` leaves the old content or the new, wherever the power is cut.

use std::path::Path;

use disk::{Fault, Fs, SimFs, replace};

const PATH: &str = "conf/state";

/// A disk that holds durable old content.
fn prepared(seed: u64) -> SimFs {
    let sim = SimFs::new(seed);
    sim.create_dir_all(Path::new("conf")).expect("a healthy disk makes folders");
    replace(&sim, Path::new(PATH), &old()).expect("a healthy disk replaces");
    sim
}

fn old() -> Vec<u8> {
    vec![b'o'; 1300]
}

fn new() -> Vec<u8> {
    vec![b'n'; 2100]
}

/// How many changing calls one replacement makes.
fn steps() -> u64 {
    let sim = prepared(0);
    let before = sim.operations();
    replace(&sim, Path::new(PATH), &new()).expect("a healthy disk replaces");
    sim.operations() - before
}

#[test]
fn a_power_cut_at_any_operation_leaves_old_or_new_content() {
    let steps = steps();
    let (mut kept, mut changed) = (0, 0);
    for seed in 0..40 {
        for step in 0..=steps {
            let sim = prepared(seed);
            sim.cut_power_after(sim.operations() + step);
            let done = replace(&sim, Path::new(PATH), &new());
            let found = sim.reboot().read(Path::new(PATH)).unwrap();
            assert!(found == old() || found == new(), "seed {seed}, step {step}: {:#?}", sim.history());
            assert!(done.is_err() || found == new(), "seed {seed}, step {step}: promised and gone");
            if found == old() { kept += 1 } else { changed += 1 }
        }
    }
    assert!(kept > 0 && changed > 0, "both outcomes must occur: {kept} old, {changed} new");
}

#[test]
fn a_failing_call_leaves_old_or_new_content_and_the_next_attempt_succeeds() {
    for fault in [Fault::Io, Fault::Full] {
        for step in 1..=steps() {
            let sim = prepared(step);
            sim.fail_call(sim.operations() + step, fault);
            let done = replace(&sim, Path::new(PATH), &new());
            let found = sim.read(Path::new(PATH)).unwrap();
            assert!(found == old() || found == new(), "call {step}: {:#?}", sim.history());
            assert!(done.is_err() || found == new());
            replace(&sim, Path::new(PATH), b"third").unwrap();
            assert_eq!(sim.reboot().read(Path::new(PATH)).unwrap(), b"third");
        }
    }
}

#[test]
fn a_left_over_of_an_earlier_attempt_is_overwritten() {
    let sim = prepared(7);
    sim.create(&disk::temporary_path(Path::new(PATH))).unwrap().append(b"half").unwrap();
    replace(&sim, Path::new(PATH), b"whole").unwrap();
    assert_eq!(sim.read(Path::new(PATH)).unwrap(), b"whole");
    assert_eq!(sim.list(Path::new("conf")).unwrap().len(), 1);
}

//! The log under power cuts: whatever was acknowledged is there, and an interrupted write is not called damage.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::log::{
    Finding, Frames, GroupCommit, NextFile, Options, Place, Policy, Start, Stop, recover, settle,
};
use disk::{Fs, SimFs};

const GROUPS: u64 = 12;
const FRAMES_PER_GROUP: u64 = 5;

fn payload(lsn: u64) -> Vec<u8> {
    let len = usize::try_from(lsn * 37 % 400).expect("small");
    lsn.to_le_bytes().into_iter().cycle().take(8 + len).collect()
}

fn place(next: &NextFile) -> Place {
    let path = PathBuf::from(format!("wal/{:08}.log", next.file_number));
    Place { path, salt: 0xfeed_0000 + next.file_number }
}

fn options(policy: Policy) -> Options {
    let pause = std::time::Duration::from_secs(3600);
    Options {
        policy,
        file_bytes_max: 4000,
        preallocate_bytes: 1024,
        retry_min: pause,
        retry_max: pause,
        ..Options::default()
    }
}

fn group(first_lsn: u64) -> Frames {
    let mut frames = Frames::new();
    for lsn in first_lsn..first_lsn + FRAMES_PER_GROUP {
        frames.push(lsn, 3, &payload(lsn)).expect("a sound frame");
    }
    frames
}

/// Writes groups until something fails; the answer is the last acknowledged number and whether the stop was clean.
fn run(sim: &SimFs, first_lsn: u64, file_number: u64, groups: u64) -> (u64, bool) {
    run_with(sim, options(Policy::Always), first_lsn, file_number, groups)
}

fn run_with(sim: &SimFs, options: Options, first_lsn: u64, file_number: u64, groups: u64) -> (u64, bool) {
    let acknowledged = first_lsn - 1;
    if sim.create_dir_all(Path::new("wal")).is_err() {
        return (acknowledged, false);
    }
    let start = Start { generation: 1, first_lsn, file_number };
    let Ok(log) = GroupCommit::start(Arc::new(sim.clone()), options, start, place, |_| {}) else {
        return (acknowledged, false);
    };
    let mut acknowledged = acknowledged;
    for index in 0..groups {
        let done = log.submit(group(first_lsn + index * FRAMES_PER_GROUP)).and_then(|ticket| ticket.wait());
        if done.is_err() {
            break;
        }
        acknowledged += FRAMES_PER_GROUP;
    }
    (acknowledged, log.stop().is_ok())
}

fn files(sim: &SimFs) -> Vec<PathBuf> {
    let entries = sim.list(Path::new("wal")).unwrap_or_default();
    let names = entries.into_iter().filter(|entry| entry.name.to_string_lossy().ends_with(".log"));
    names.map(|entry| Path::new("wal").join(entry.name)).collect()
}

/// Reads the log, checks it, settles it; the answer is the last number in it.
fn check(sim: &SimFs, acknowledged: u64, stop: Stop, story: &str) -> u64 {
    let mut recovery = recover(sim, &files(sim), stop).unwrap_or_else(|error| panic!("{story}: {error}"));
    let mut next = 1;
    for frame in recovery.by_ref() {
        let frame = frame.unwrap_or_else(|error| panic!("{story}: {error}"));
        assert_eq!(frame.lsn, next, "{story}");
        assert_eq!(*frame.payload, payload(next), "{story}");
        next += 1;
    }
    let report = recovery.report();
    assert!(next > acknowledged, "{story}: acknowledged {acknowledged}, found {}", next - 1);
    assert!(!report.findings.iter().any(Finding::is_loss), "{story}: {report:#?}");
    settle(sim, report).unwrap_or_else(|error| panic!("{story}: {error}"));
    report.last_lsn
}

#[test]
fn a_power_cut_at_any_operation_loses_nothing_acknowledged_and_damages_nothing() {
    let operations = {
        let sim = SimFs::new(0);
        assert_eq!(run(&sim, 1, 1, GROUPS), (GROUPS * FRAMES_PER_GROUP, true));
        check(&sim, GROUPS * FRAMES_PER_GROUP, Stop::Clean, "undisturbed");
        sim.operations()
    };
    for cut in 0..operations {
        for seed in 0..20 {
            let sim = SimFs::new(seed);
            sim.cut_power_after(cut);
            let (acknowledged, _) = run(&sim, 1, 1, GROUPS);
            let story = format!("cut after {cut}, seed {seed}");
            let after = sim.reboot_with(seed * 1000 + cut);
            let last_lsn = check(&after, acknowledged, Stop::Unknown, &story);
            go_on(&after, last_lsn, &story);
        }
    }
}

/// A second life on the same files, cut short as well, must find all of the first.
fn go_on(sim: &SimFs, last_lsn: u64, story: &str) {
    let file_number = 100 + u64::try_from(files(sim).len()).expect("small");
    sim.cut_power_after(sim.operations() + 9);
    let (acknowledged, _) = run(sim, last_lsn + 1, file_number, 3);
    check(&sim.reboot(), acknowledged, Stop::Unknown, &format!("{story}, second life"));
}

#[test]
fn a_failing_call_at_any_operation_loses_nothing_acknowledged_even_if_the_power_goes_next() {
    let operations = {
        let sim = SimFs::new(0);
        run(&sim, 1, 1, GROUPS);
        sim.operations()
    };
    for number in 1..=operations {
        for fault in [disk::Fault::Io, disk::Fault::Full] {
            let sim = SimFs::new(number);
            sim.fail_call(number, fault);
            let (acknowledged, _) = run(&sim, 1, 1, GROUPS);
            let story = format!("{fault:?} at call {number}: {:#?}", sim.history());
            check(&sim.reboot(), acknowledged, Stop::Unknown, &story);
        }
    }
}

#[test]
fn a_power_cut_without_syncs_leaves_a_whole_front_and_is_not_called_damage() {
    for policy in [Policy::Os, Policy::Interval(std::time::Duration::from_secs(3600))] {
        let operations = {
            let sim = SimFs::new(0);
            assert!(run_with(&sim, options(policy), 1, 1, GROUPS).1);
            sim.operations()
        };
        for cut in 0..operations {
            for seed in 0..20 {
                let sim = SimFs::new(seed);
                sim.cut_power_after(cut);
                run_with(&sim, options(policy), 1, 1, GROUPS);
                let story = format!("{policy:?}, cut after {cut}, seed {seed}");
                check(&sim.reboot_with(seed * 1000 + cut), 0, Stop::Unknown, &story);
            }
        }
    }
}

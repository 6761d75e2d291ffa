//! The guard alone, its clock set by hand.

use std::path::Path;

use disk::SimFs;
use model::ManualClock;

use super::*;

const HOUR_NS: i64 = 3_600_000_000_000;
const NOW_NS: i64 = 1_704_880_800_000_000_000;

struct Machine {
    fs: SimFs,
    clock: Arc<ManualClock>,
    directory: Directory,
}

impl Machine {
    fn new() -> Self {
        let fs = SimFs::new(1);
        fs.create_dir_all(Path::new("data")).unwrap();
        let directory = Directory::new(Path::new("data"));
        Self { fs, clock: Arc::new(ManualClock::new(NOW_NS)), directory }
    }

    fn start(&self, is_new: bool) -> ClockGuard {
        ClockGuard::open(&self.fs, &self.directory, self.clock.clone(), is_new)
    }

    fn minutes_pass(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }
}

#[test]
fn a_clock_that_jumps_is_not_believed_for_an_hour() {
    let machine = Machine::new();
    let guard = machine.start(true);
    machine.minutes_pass(1);
    assert_eq!(guard.look(), Look { now_ns: NOW_NS + HOUR_NS / 60, is_believed: true });
    machine.clock.jump_to(NOW_NS + 100 * HOUR_NS);
    assert!(!guard.look().is_believed);
    machine.minutes_pass(59);
    assert!(guard.is_doubted());
    machine.minutes_pass(1);
    assert!(!guard.is_doubted());
}

#[test]
fn a_clock_that_jumps_back_is_doubted_anew() {
    let machine = Machine::new();
    let guard = machine.start(true);
    machine.clock.jump_to(NOW_NS + 100 * HOUR_NS);
    assert!(guard.is_doubted());
    machine.minutes_pass(30);
    machine.clock.jump_to(NOW_NS + HOUR_NS / 2);
    assert!(guard.is_doubted());
    machine.minutes_pass(45);
    assert!(guard.is_doubted());
    machine.minutes_pass(15);
    assert!(!guard.is_doubted());
}

#[test]
fn an_hour_more_or_less_is_believed() {
    let machine = Machine::new();
    let guard = machine.start(true);
    machine.clock.jump_to(NOW_NS + HOUR_NS);
    assert!(!guard.is_doubted());
    machine.clock.jump_to(NOW_NS);
    assert!(!guard.is_doubted());
    machine.clock.jump_to(NOW_NS - HOUR_NS - 1);
    assert!(guard.is_doubted());
    machine.clock.jump_to(i64::MIN);
    assert!(guard.is_doubted());
    machine.clock.jump_to(i64::MAX);
    assert!(guard.is_doubted());
}

#[test]
fn a_start_believes_a_clock_that_is_near_the_last_one_believed() {
    let machine = Machine::new();
    machine.start(true).save(&machine.fs);
    for (apart_ns, is_doubted) in
        [(0, false), (HOUR_NS, false), (HOUR_NS + 1, true), (-HOUR_NS, false), (-HOUR_NS - 1, true)]
    {
        machine.clock.jump_to(NOW_NS + apart_ns);
        assert_eq!(machine.start(false).is_doubted(), is_doubted, "{apart_ns}");
    }
}

#[test]
fn without_a_file_only_a_new_store_believes_its_clock() {
    let machine = Machine::new();
    assert!(!machine.start(true).is_doubted());
    assert!(machine.start(false).is_doubted());
    disk::replace(&machine.fs, &machine.directory.clock(), b"vigie clock 1\n1704880800000000000\n").unwrap();
    assert!(machine.start(false).is_doubted());
}

#[test]
fn a_time_in_doubt_is_never_written_down() {
    let machine = Machine::new();
    machine.start(true).save(&machine.fs);
    machine.clock.jump_to(NOW_NS + 100 * HOUR_NS);
    let guard = machine.start(false);
    guard.save(&machine.fs);
    guard.save_if_due(&machine.fs);
    assert_eq!(file::read(&machine.fs, &machine.directory).unwrap(), Some(NOW_NS));
    machine.minutes_pass(60);
    guard.save_if_due(&machine.fs);
    assert_eq!(file::read(&machine.fs, &machine.directory).unwrap(), Some(NOW_NS + 101 * HOUR_NS));
}

#[test]
fn a_full_disk_keeps_the_time_that_is_there_and_the_guard_goes_on() {
    let machine = Machine::new();
    let guard = machine.start(true);
    guard.save(&machine.fs);
    machine.minutes_pass(20);
    machine.fs.set_capacity(0);
    guard.save_if_due(&machine.fs);
    assert_eq!(file::read(&machine.fs, &machine.directory).unwrap(), Some(NOW_NS));
    assert!(!guard.is_doubted());
    machine.fs.set_capacity(1 << 20);
    machine.minutes_pass(10);
    guard.save_if_due(&machine.fs);
    assert_eq!(file::read(&machine.fs, &machine.directory).unwrap(), Some(NOW_NS + HOUR_NS / 2));
}

#[test]
fn the_time_is_written_down_every_ten_minutes() {
    let machine = Machine::new();
    let guard = machine.start(true);
    let mut writes = 0;
    for _ in 0..60 {
        let before = machine.fs.operations();
        guard.save_if_due(&machine.fs);
        writes += u32::from(machine.fs.operations() != before);
        machine.minutes_pass(1);
    }
    assert_eq!(writes, 6);
}

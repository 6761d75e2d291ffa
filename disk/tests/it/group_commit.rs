//! Group commit: order, grouping, policies, generations, and life after a failed sync.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use disk::log::{
    Event, FileState, Frames, GroupCommit, NextFile, Options, Place, Policy, Start, Stop, recover,
};
use disk::{Error, Fault, Fs, SimFs};

const HOUR: Duration = Duration::from_secs(3600);

fn options(policy: Policy) -> Options {
    Options { policy, preallocate_bytes: 0, retry_min: HOUR, retry_max: HOUR, ..Options::default() }
}

fn place(next: &NextFile) -> Place {
    Place { path: PathBuf::from(format!("{:04}.log", next.file_number)), salt: next.file_number * 31 }
}

fn open(sim: &SimFs, options: Options) -> GroupCommit {
    let start = Start { generation: 1, first_lsn: 1, file_number: 1 };
    GroupCommit::start(Arc::new(sim.clone()), options, start, place, |_| {}).expect("a healthy disk")
}

fn frame(lsn: u64) -> Frames {
    Frames::one(lsn, 1, &lsn.to_le_bytes()).expect("a sound frame")
}

/// The numbers in these files, as a start after a power cut finds them.
fn survivors(sim: &SimFs, stop: Stop) -> Vec<u64> {
    let entries = sim.list(Path::new("")).expect("the root");
    let logs = entries.into_iter().map(|entry| PathBuf::from(entry.name));
    let paths: Vec<_> = logs.filter(|path| path.extension().is_some_and(|kind| kind == "log")).collect();
    let mut recovery = recover(sim, &paths, stop).expect("headers");
    let numbers = recovery.by_ref().map(|frame| frame.expect("readable").lsn).collect();
    let report = recovery.report();
    assert!(!report.findings.iter().any(disk::log::Finding::is_loss), "{report:#?}");
    numbers
}

#[test]
fn those_who_arrive_during_a_sync_share_the_next_one() {
    let sim = SimFs::new(1);
    let log = open(&sim, options(Policy::Always));
    let before = sim.syncs();
    sim.pause_syncs();
    let first = log.submit(frame(1)).unwrap();
    sim.wait_for_paused_sync();
    let others: Vec<_> = (2..=500).map(|lsn| log.submit(frame(lsn)).unwrap()).collect();
    let early = first.is_resolved() || others[0].is_resolved();
    sim.resume_syncs();
    assert!(!early, "nothing is acknowledged before the sync");
    first.wait().unwrap();
    others.into_iter().for_each(|ticket| ticket.wait().unwrap());
    assert_eq!(sim.syncs() - before, 2);
    let status = log.status();
    assert_eq!((status.groups, status.frames, status.durable_lsn, status.queued_bytes), (2, 500, 500, 0));
    log.stop().unwrap();
    assert_eq!(survivors(&sim.reboot(), Stop::Clean), (1..=500).collect::<Vec<_>>());
}

#[test]
fn many_threads_are_all_acknowledged_and_all_survive() {
    let sim = SimFs::new(1);
    let log = open(&sim, Options { file_bytes_max: 2000, ..options(Policy::Always) });
    let next_lsn = Mutex::new(1);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..100 {
                    let ticket = {
                        let mut lsn = next_lsn.lock().unwrap();
                        let ticket = log.submit(frame(*lsn)).unwrap();
                        *lsn += 1;
                        ticket
                    };
                    ticket.wait().unwrap();
                }
            });
        }
    });
    assert!(log.files().len() > 1, "the size limit was reached");
    let after = sim.reboot();
    assert_eq!(survivors(&after, Stop::Unknown), (1..=800).collect::<Vec<_>>());
}

#[test]
fn numbers_must_rise() {
    let sim = SimFs::new(1);
    let log = open(&sim, options(Policy::Always));
    let ticket = log.submit(frame(7)).unwrap();
    assert_eq!(ticket.lsn(), 7);
    assert!(matches!(log.submit(frame(7)), Err(Error::OutOfOrder { lsn: 7, last: 7 })));
    log.submit(frame(8)).unwrap().wait().unwrap();
}

#[test]
fn a_full_queue_holds_submitters_back_until_there_is_room() {
    let sim = SimFs::new(1);
    let log = open(&sim, Options { queue_bytes_max: 100, ..options(Policy::Always) });
    sim.pause_syncs();
    let first = log.submit(frame(1)).unwrap();
    sim.wait_for_paused_sync();
    let submitted = AtomicU64::new(1);
    thread::scope(|scope| {
        let producer = scope.spawn(|| {
            let mut tickets = Vec::new();
            for lsn in 2..=50 {
                tickets.push(log.submit(frame(lsn)).unwrap());
                submitted.store(lsn, Ordering::SeqCst);
            }
            tickets
        });
        while submitted.load(Ordering::SeqCst) < 3 {
            thread::yield_now();
        }
        let queued_bytes = log.status().queued_bytes;
        sim.resume_syncs();
        assert!(queued_bytes <= 100, "{queued_bytes} bytes are queued");
        first.wait().unwrap();
        producer.join().unwrap().into_iter().for_each(|ticket| ticket.wait().unwrap());
    });
    assert_eq!(log.status().durable_lsn, 50);
}

#[test]
fn the_system_policy_acknowledges_without_a_sync_and_sync_makes_durable() {
    let sim = SimFs::new(1);
    let log = open(&sim, options(Policy::Os));
    let before = sim.syncs();
    for lsn in 1..=10 {
        log.submit(frame(lsn)).unwrap().wait().unwrap();
    }
    assert_eq!((sim.syncs(), log.status().durable_lsn, log.status().written_lsn), (before, 0, 10));
    log.sync().unwrap().wait().unwrap();
    assert_eq!((sim.syncs(), log.status().durable_lsn), (before + 1, 10));
    assert_eq!(survivors(&sim.reboot(), Stop::Unknown), (1..=10).collect::<Vec<_>>());
}

#[test]
fn the_interval_policy_syncs_by_itself() {
    let sim = SimFs::new(1);
    let log = open(&sim, options(Policy::Interval(Duration::from_millis(1))));
    log.submit(frame(1)).unwrap().wait().unwrap();
    while log.status().durable_lsn < 1 {
        thread::yield_now();
    }
    assert_eq!(survivors(&sim.reboot(), Stop::Unknown), [1]);
}

#[test]
fn with_the_interval_policy_a_failed_sync_moves_acknowledged_frames_to_a_fresh_file() {
    for seed in 0..20 {
        let sim = SimFs::new(seed);
        let log = open(&sim, options(Policy::Interval(HOUR)));
        for lsn in 1..=5 {
            log.submit(frame(lsn)).unwrap().wait().unwrap();
        }
        sim.fail_call(sim.operations() + 1, Fault::Io);
        log.sync().unwrap().wait().unwrap();
        assert_eq!(log.files().len(), 2);
        assert_eq!(survivors(&sim.reboot(), Stop::Unknown), [1, 2, 3, 4, 5]);
    }
}

#[test]
fn a_failed_sync_at_a_roll_keeps_the_frames_in_their_generation() {
    for seed in 0..20 {
        let sim = SimFs::new(seed);
        let log = open(&sim, options(Policy::Interval(HOUR)));
        for lsn in 1..=5 {
            log.submit(frame(lsn)).unwrap().wait().unwrap();
        }
        sim.fail_call(sim.operations() + 1, Fault::Io);
        log.roll(2).unwrap().wait().unwrap();
        let files: Vec<_> =
            log.files().iter().map(|file| (file.state, file.generation, file.last_lsn)).collect();
        let expected =
            [(FileState::Retired, 1, Some(5)), (FileState::Closed, 1, Some(5)), (FileState::Active, 2, None)];
        assert_eq!(files, expected);
        assert_eq!(survivors(&sim.reboot(), Stop::Unknown), [1, 2, 3, 4, 5], "seed {seed}");
    }
}

#[test]
fn no_file_vouches_for_frames_that_were_refused() {
    let sim = SimFs::new(1);
    let log = open(&sim, options(Policy::Always));
    log.submit(frame(1)).unwrap().wait().unwrap();
    sim.fail_call(sim.operations() + 2, Fault::Io);
    sim.fail_call(sim.operations() + 3, Fault::Full);
    log.submit(frame(2)).unwrap().wait().unwrap_err();
    log.retry().unwrap().wait().unwrap();
    log.roll(2).unwrap().wait().unwrap();
    log.submit(frame(3)).unwrap().wait().unwrap();
    log.stop().unwrap();
    assert_eq!(survivors(&sim.reboot(), Stop::Clean), [1, 3]);
}

#[test]
fn a_failed_sync_retires_its_file_and_the_frames_go_to_a_fresh_one() {
    for seed in 0..20 {
        let sim = SimFs::new(seed);
        let retired = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&retired);
        let observe = move |event: &Event| {
            if matches!(event, Event::Retired { .. }) {
                seen.fetch_add(1, Ordering::SeqCst);
            }
        };
        let start = Start { generation: 4, first_lsn: 1, file_number: 1 };
        let log = GroupCommit::start(Arc::new(sim.clone()), options(Policy::Always), start, place, observe)
            .unwrap();
        log.submit(frame(1)).unwrap().wait().unwrap();
        sim.fail_call(sim.operations() + 2, Fault::Io);
        log.submit(frame(2)).unwrap().wait().unwrap();
        log.submit(frame(3)).unwrap().wait().unwrap();
        let states: Vec<_> =
            log.files().iter().map(|file| (file.state, file.first_lsn, file.generation)).collect();
        assert_eq!(states, [(FileState::Retired, 1, 4), (FileState::Active, 2, 4)]);
        assert_eq!(retired.load(Ordering::SeqCst), 1);
        assert_eq!(survivors(&sim.reboot(), Stop::Unknown), [1, 2, 3], "seed {seed}");
    }
}

#[test]
fn a_log_that_finds_no_fresh_file_is_read_only_until_a_retry_succeeds() {
    for seed in 0..20 {
        let sim = SimFs::new(seed);
        let log = open(&sim, options(Policy::Always));
        log.submit(frame(1)).unwrap().wait().unwrap();
        let now = sim.operations();
        sim.fail_call(now + 2, Fault::Io);
        sim.fail_call(now + 3, Fault::Full);
        let refused = log.submit(frame(2)).unwrap().wait();
        assert!(refused.unwrap_err().is_full());
        assert!(matches!(log.submit(frame(3)), Err(Error::ReadOnly { .. })));
        assert!(matches!(log.sync(), Err(Error::ReadOnly { .. })));
        assert!(log.status().read_only.is_some());
        sim.fail_call(sim.operations() + 1, Fault::Full);
        assert!(log.retry().unwrap().wait().is_err());
        log.retry().unwrap().wait().unwrap();
        assert!(log.status().read_only.is_none());
        log.submit(frame(9)).unwrap().wait().unwrap();
        log.roll(2).unwrap().wait().unwrap();
        log.submit(frame(10)).unwrap().wait().unwrap();
        log.stop().unwrap();
        assert_eq!(survivors(&sim.reboot(), Stop::Clean), [1, 9, 10], "a refused frame never comes back");
    }
}

#[test]
fn frames_that_build_on_refused_ones_are_refused_after_the_log_has_resumed() {
    let sim = SimFs::new(1);
    let log = open(&sim, options(Policy::Always));
    let losses = log.losses();
    log.submit_after(losses, frame(1)).unwrap().wait().unwrap();
    sim.fail_call(sim.operations() + 2, Fault::Io);
    sim.fail_call(sim.operations() + 3, Fault::Full);
    log.submit_after(losses, frame(2)).unwrap().wait().unwrap_err();
    log.retry().unwrap().wait().unwrap();
    assert!(matches!(log.submit_after(losses, frame(3)), Err(Error::FramesLost)));
    log.submit_after(log.losses(), frame(3)).unwrap().wait().unwrap();
    log.stop().unwrap();
    assert_eq!(survivors(&sim.reboot(), Stop::Clean), [1, 3]);
}

#[test]
fn a_read_only_log_is_stopped_cleanly_when_the_disk_is_well_again() {
    for is_well in [true, false] {
        let sim = SimFs::new(1);
        let log = open(&sim, options(Policy::Always));
        log.submit(frame(1)).unwrap().wait().unwrap();
        sim.set_capacity(0);
        log.submit(Frames::one(2, 1, &[0; 2000]).unwrap()).unwrap().wait().unwrap_err();
        assert!(log.status().read_only.is_some());
        if is_well {
            sim.set_capacity(1 << 20);
        }
        assert_eq!(log.stop().is_ok(), is_well);
        assert_eq!(survivors(&sim.reboot(), if is_well { Stop::Clean } else { Stop::Unknown }), [1]);
    }
}

#[test]
fn a_read_only_log_tries_again_by_itself() {
    let sim = SimFs::new(1);
    let brief = Duration::from_millis(1);
    let log = open(&sim, Options { retry_min: brief, retry_max: brief, ..options(Policy::Always) });
    sim.set_capacity(512);
    let large = Frames::one(1, 1, &[0; 2000]).unwrap();
    assert!(log.submit(large).unwrap().wait().unwrap_err().is_full());
    sim.set_capacity(1 << 20);
    while log.status().read_only.is_some() {
        thread::yield_now();
    }
    log.submit(frame(2)).unwrap().wait().unwrap();
    log.stop().unwrap();
    assert_eq!(survivors(&sim.reboot(), Stop::Clean), [2]);
}

#[test]
fn a_roll_divides_the_files_by_generation() {
    let sim = SimFs::new(1);
    let log = open(&sim, options(Policy::Always));
    let first = log.submit(frame(1)).unwrap();
    let roll = log.roll(2).unwrap();
    let second = log.submit(frame(2)).unwrap();
    [first, roll, second].into_iter().for_each(|ticket| ticket.wait().unwrap());
    let files: Vec<_> =
        log.files().iter().map(|file| (file.generation, file.first_lsn, file.last_lsn)).collect();
    assert_eq!(files, [(1, 1, Some(1)), (2, 2, Some(2))]);
    let forgotten = log.forget_below(2);
    assert_eq!(forgotten.iter().map(|file| file.path.to_str().unwrap()).collect::<Vec<_>>(), ["0001.log"]);
    assert_eq!(log.files().len(), 1);
    assert!(log.forget_below(9).is_empty(), "the file in use is not forgotten");
    sim.remove_file(&forgotten[0].path).unwrap();
    log.stop().unwrap();
    assert_eq!(survivors(&sim.reboot(), Stop::Clean), [2]);
}

#[test]
fn a_file_is_left_at_its_limit_without_room_to_spare() {
    let sim = SimFs::new(1);
    let log = open(&sim, Options { file_bytes_max: 200, preallocate_bytes: 4096, ..options(Policy::Always) });
    for lsn in 1..=20 {
        log.submit(frame(lsn)).unwrap().wait().unwrap();
    }
    let files = log.files();
    assert!(files.len() > 2);
    for file in files.iter().filter(|file| file.state == FileState::Closed) {
        assert_eq!(sim.len(&file.path).unwrap(), file.bytes);
    }
    log.stop().unwrap();
    assert_eq!(survivors(&sim.reboot(), Stop::Clean), (1..=20).collect::<Vec<_>>());
}

#[test]
fn a_stopped_log_takes_nothing_and_what_waited_was_committed() {
    let sim = SimFs::new(1);
    let log = open(&sim, options(Policy::Always));
    let ticket = log.submit(frame(1)).unwrap();
    drop(log);
    ticket.wait().unwrap();
    assert_eq!(survivors(&sim.reboot(), Stop::Clean), [1]);
}

#[test]
fn a_committer_that_panics_fails_its_tickets() {
    let sim = SimFs::new(1);
    let start = Start { generation: 1, first_lsn: 1, file_number: 1 };
    let observe = |event: &Event| assert!(!matches!(event, Event::Committed { .. }), "on purpose");
    let log = GroupCommit::start(Arc::new(sim), options(Policy::Always), start, place, observe).unwrap();
    assert!(matches!(log.submit(frame(1)).unwrap().wait(), Err(Error::Stopped)));
    while log.submit(frame(2)).is_ok() {
        thread::yield_now();
    }
    assert!(log.stop().is_err());
}

struct CountingWaker(AtomicU64, thread::Thread);

impl Wake for CountingWaker {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
        self.1.unpark();
    }
}

#[test]
fn a_ticket_is_a_future_that_wakes_its_task_once() {
    let sim = SimFs::new(1);
    let log = open(&sim, options(Policy::Always));
    sim.pause_syncs();
    let mut ticket = std::pin::pin!(log.submit(frame(1)).unwrap());
    let counter = Arc::new(CountingWaker(AtomicU64::new(0), thread::current()));
    let waker = Waker::from(Arc::clone(&counter));
    let mut context = Context::from_waker(&waker);
    let polls = [(); 2].map(|()| ticket.as_mut().poll(&mut context).is_pending());
    sim.resume_syncs();
    assert_eq!(polls, [true, true]);
    while counter.0.load(Ordering::SeqCst) == 0 {
        thread::park();
    }
    assert!(matches!(ticket.as_mut().poll(&mut context), Poll::Ready(Ok(()))));
    assert_eq!(counter.0.load(Ordering::SeqCst), 1);
}

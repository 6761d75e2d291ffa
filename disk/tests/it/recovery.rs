//! Reading the log back: whole, cut at every length, damaged at every byte, and arbitrary.

use std::path::{Path, PathBuf};

use disk::log::{Finding, Frame, Frames, Part, Reader, Report, Stop, Tail, Writer, recover, settle};
use disk::{Fs, SimFs};
use proptest::prelude::*;

const PATH: &str = "00000001.log";
const PAYLOADS: [&[u8]; 6] = [b"first", b"", b"the third one is longer", &[0; 40], b"x", &[0xff; 17]];

/// A closed log with one frame per payload, each synced on its own, numbered from `first_lsn`.
fn write_log(sim: &SimFs, path: &str, first_lsn: u64, payloads: &[&[u8]]) {
    let mut writer = Writer::create(sim, Path::new(path), 0x5eed ^ first_lsn, first_lsn, 0).expect("created");
    for (payload, lsn) in payloads.iter().zip(first_lsn..) {
        writer.append_sync(&mut Frames::one(lsn, 9, payload).expect("a sound frame")).expect("synced");
    }
    writer.close().expect("closed");
}

fn read_log(fs: &SimFs, paths: &[&str], stop: Stop) -> (Vec<Frame>, Report) {
    let paths: Vec<_> = paths.iter().map(PathBuf::from).collect();
    let mut recovery = recover(fs, &paths, stop).expect("headers are readable");
    let frames = recovery.by_ref().collect::<disk::Result<_>>().expect("files are readable");
    (frames, recovery.finish().expect("nothing is left to read"))
}

/// A disk whose one log file is exactly `bytes`.
fn disk_with(bytes: &[u8]) -> SimFs {
    let sim = SimFs::new(1);
    disk::replace(&sim, Path::new(PATH), bytes).expect("a healthy disk");
    sim
}

fn small_log() -> Vec<u8> {
    let sim = SimFs::new(1);
    write_log(&sim, PATH, 1, &PAYLOADS);
    sim.read(Path::new(PATH)).expect("just written")
}

fn assert_is_prefix(frames: &[Frame]) {
    for (frame, (payload, lsn)) in frames.iter().zip(PAYLOADS.iter().zip(1..)) {
        assert_eq!((frame.lsn, frame.kind, &*frame.payload), (lsn, 9, *payload));
    }
}

#[test]
fn a_closed_log_reads_back_without_findings() {
    let sim = SimFs::new(1);
    write_log(&sim, "1", 1, &PAYLOADS);
    write_log(&sim, "2", 7, &PAYLOADS);
    let (frames, report) = read_log(&sim, &["1", "2"], Stop::Clean);
    assert_eq!(report.findings, []);
    assert_eq!((frames.len(), report.frames, report.last_lsn), (12, 12, 12));
    assert!(frames.iter().zip(1..).all(|(frame, lsn)| frame.lsn == lsn));
    assert_eq!(frames[6].file, 1);
    assert!(report.files.iter().all(|file| file.tail == Tail::Whole && file.end == file.len));
}

#[test]
fn a_log_cut_at_any_length_keeps_every_whole_frame() {
    let whole = small_log();
    let ends = frame_ends(&whole);
    for len in 40..=whole.len() as u64 {
        let kept = &whole[..usize::try_from(len).unwrap()];
        let sim = disk_with(kept);
        let (frames, report) = read_log(&sim, &[PATH], Stop::Unknown);
        assert_is_prefix(&frames);
        assert_eq!(frames.len(), ends.iter().filter(|&&end| end <= len).count(), "cut at {len}");
        let end = ends[..frames.len()].last().copied().unwrap_or(40);
        let rest = &kept[usize::try_from(end).unwrap()..];
        match report.findings.as_slice() {
            [] => assert!(rest.iter().all(|&byte| byte == 0), "cut at {len}: bytes without a finding"),
            [Finding::TornTail { offset, bytes, .. }] => assert_eq!((*offset, offset + bytes), (end, len)),
            other => panic!("cut at {len}: {other:?}"),
        }
        settle(&sim, &report).unwrap();
        let (again, report) = read_log(&sim, &[PATH], Stop::Clean);
        assert_eq!((again, report.findings), (frames, vec![]), "a settled log is clean");
    }
}

/// Where each frame of a sound log ends.
fn frame_ends(log: &[u8]) -> Vec<u64> {
    let (frames, report) = read_log(&disk_with(log), &[PATH], Stop::Clean);
    let starts = frames.iter().skip(1).map(|frame| frame.offset);
    starts.chain([report.files[0].len]).collect()
}

#[test]
fn a_log_cut_inside_its_header_is_corrupt_and_kept() {
    let whole = small_log();
    for len in 0..40 {
        let sim = disk_with(&whole[..len]);
        let (frames, report) = read_log(&sim, &[PATH], Stop::Unknown);
        assert!(frames.is_empty());
        assert!(
            matches!(report.findings.as_slice(), [Finding::Corrupt { range, .. }] if *range == (0..len as u64))
        );
        settle(&sim, &report).unwrap();
        assert_eq!(sim.read(Path::new(PATH)).unwrap(), whole[..len]);
    }
}

#[test]
fn a_log_cut_after_a_clean_stop_is_corrupt_and_kept() {
    let whole = small_log();
    let sim = disk_with(&whole[..whole.len() - 3]);
    let (frames, report) = read_log(&sim, &[PATH], Stop::Clean);
    assert_eq!(frames.len(), PAYLOADS.len() - 1);
    assert!(matches!(report.findings.as_slice(), [Finding::Corrupt { .. }]));
    settle(&sim, &report).unwrap();
    assert_eq!(sim.len(Path::new(PATH)).unwrap(), whole.len() as u64 - 3);
    assert!(Writer::reopen(&sim, &report.files[0], 0).is_err(), "damage is not appended to");
}

#[test]
fn no_flipped_bit_ever_gives_a_wrong_frame() {
    let whole = small_log();
    for position in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[position] ^= 1 << bit;
            let sim = disk_with(&bytes);
            let (frames, report) = read_log(&sim, &[PATH], Stop::Unknown);
            for frame in &frames {
                let expected = PAYLOADS[usize::try_from(frame.lsn - 1).unwrap()];
                assert_eq!((frame.kind, &*frame.payload), (9, expected), "byte {position}, bit {bit}");
            }
            let lost = PAYLOADS.len() - frames.len();
            assert!(lost <= 1 || position < 40, "byte {position}, bit {bit}: {lost} frames lost");
            assert_eq!(lost > 0, !report.findings.is_empty(), "byte {position}, bit {bit}: {report:?}");
            let in_last_frame = frames.iter().zip(1..).all(|(frame, lsn)| frame.lsn == lsn);
            let is_loss = report.findings.iter().any(Finding::is_loss);
            assert!(is_loss || lost == 0 || in_last_frame, "byte {position}, bit {bit}: {report:?}");
        }
    }
}

#[test]
fn damage_before_a_synced_frame_is_corruption_and_reading_goes_on() {
    let sim = disk_with(&small_log());
    let (frames, _) = read_log(&sim, &[PATH], Stop::Unknown);
    sim.flip_bit(Path::new(PATH), frames[2].offset + 20, 3).unwrap();
    let (left, report) = read_log(&sim, &[PATH], Stop::Unknown);
    assert_eq!(left.iter().map(|frame| frame.lsn).collect::<Vec<_>>(), [1, 2, 4, 5, 6]);
    match report.findings.as_slice() {
        [Finding::Corrupt { range, .. }] => assert_eq!(*range, frames[2].offset..frames[3].offset),
        other => panic!("{other:?}"),
    }
    settle(&sim, &report).unwrap();
    assert_eq!(sim.len(Path::new(PATH)).unwrap(), report.files[0].len, "nothing is cut off");
}

#[test]
fn damage_in_an_earlier_file_is_corruption_and_the_gap_is_named() {
    let sim = SimFs::new(1);
    write_log(&sim, "1", 1, &PAYLOADS);
    write_log(&sim, "2", 7, &PAYLOADS);
    sim.truncate_under(Path::new("1"), sim.len(Path::new("1")).unwrap() - 9).unwrap();
    let (frames, report) = read_log(&sim, &["1", "2"], Stop::Unknown);
    assert_eq!(frames.len(), 11);
    assert!(matches!(
        report.findings.as_slice(),
        [Finding::Corrupt { .. }, Finding::Missing { after_lsn: 5, first_lsn: 7, .. }]
    ));
}

#[test]
fn a_missing_file_is_named() {
    let sim = SimFs::new(1);
    for (path, first_lsn) in [("1", 1), ("2", 7), ("3", 13)] {
        write_log(&sim, path, first_lsn, &PAYLOADS);
    }
    let (_, report) = read_log(&sim, &["1", "3"], Stop::Clean);
    assert!(matches!(report.findings.as_slice(), [Finding::Missing { after_lsn: 6, first_lsn: 13, .. }]));
    let (_, report) = read_log(&sim, &["2", "3"], Stop::Clean);
    assert_eq!(report.findings, [], "a log may start anywhere");
}

#[test]
fn a_later_file_overrules_an_earlier_one_from_its_first_number_on() {
    let sim = SimFs::new(1);
    write_log(&sim, "1", 1, &[b"one", b"two", b"three", b"four"]);
    write_log(&sim, "2", 3, &[b"THREE"]);
    let (frames, report) = read_log(&sim, &["1", "2"], Stop::Clean);
    let found: Vec<_> = frames.iter().map(|frame| (frame.lsn, frame.payload.to_vec())).collect();
    assert_eq!(found, [(1, b"one".to_vec()), (2, b"two".to_vec()), (3, b"THREE".to_vec())]);
    assert_eq!(report.findings, []);
    assert_eq!(report.files[0].tail, Tail::Superseded);
}

#[test]
fn unused_room_is_no_finding_unless_the_stop_was_clean() {
    let bytes = [small_log(), vec![0; 4096]].concat();
    let sim = disk_with(&bytes);
    let (frames, report) = read_log(&sim, &[PATH], Stop::Unknown);
    assert_eq!((frames.len(), report.findings.len(), report.files[0].tail), (6, 0, Tail::Unused));
    let (_, report) = read_log(&sim, &[PATH], Stop::Clean);
    assert!(matches!(report.findings.as_slice(), [Finding::Corrupt { .. }]));
}

#[test]
fn frames_of_another_file_on_the_same_blocks_are_not_frames() {
    let sim = SimFs::new(1);
    write_log(&sim, "old", 100, &PAYLOADS);
    let stale = sim.read(Path::new("old")).unwrap();
    let bytes = [small_log(), stale[40..].to_vec()].concat();
    let (frames, report) = read_log(&disk_with(&bytes), &[PATH], Stop::Unknown);
    assert_eq!(frames.len(), PAYLOADS.len());
    assert!(matches!(report.findings.as_slice(), [Finding::TornTail { .. }]));
}

#[test]
fn a_running_log_ends_where_its_sound_part_ends() {
    let whole = small_log();
    let (frames, report) = read_log(&disk_with(&whole[..whole.len() - 5]), &[PATH], Stop::Running);
    assert_eq!((frames.len(), report.findings), (PAYLOADS.len() - 1, vec![]));
}

#[test]
fn a_file_of_a_newer_layout_is_refused_and_not_called_damaged() {
    let mut bytes = small_log();
    bytes[8] = 2;
    let crc = disk::crc32(&bytes[..36]);
    bytes[36..40].copy_from_slice(&crc.to_le_bytes());
    let sim = disk_with(&bytes);
    let error = recover(&sim, &[PathBuf::from(PATH)], Stop::Unknown).err().unwrap();
    assert!(matches!(error, disk::Error::Foreign { found: 2, supported: 1, .. }), "{error}");
}

#[test]
fn a_reopened_log_goes_on_where_it_ended() {
    let whole = small_log();
    let sim = disk_with(&whole[..whole.len() - 3]);
    let (_, report) = read_log(&sim, &[PATH], Stop::Unknown);
    let mut writer = Writer::reopen(&sim, &report.files[0], 512).unwrap();
    assert!(writer.append(&mut Frames::one(5, 1, b"too low").unwrap()).is_err());
    writer.append_sync(&mut Frames::one(6, 1, b"again").unwrap()).unwrap();
    writer.close().unwrap();
    let (frames, report) = read_log(&sim.reboot(), &[PATH], Stop::Clean);
    assert_eq!((frames.len(), &*frames[5].payload, report.findings), (6, b"again".as_slice(), vec![]));
}

#[test]
fn frames_of_a_killed_process_are_durable_once_settled() {
    for seed in 0..50 {
        let sim = SimFs::new(seed);
        let mut writer = Writer::create(&sim, Path::new("1"), 1, 1, 4096).unwrap();
        for (payload, lsn) in PAYLOADS.iter().zip(1..) {
            writer.append(&mut Frames::one(lsn, 9, payload).unwrap()).unwrap();
        }
        drop(writer);
        let (frames, report) = read_log(&sim, &["1"], Stop::Unknown);
        assert_eq!(frames.len(), PAYLOADS.len(), "the page cache outlives the process");
        settle(&sim, &report).unwrap();
        write_log(&sim, "2", report.last_lsn + 1, &[b"next"]);
        let (frames, report) = read_log(&sim.reboot(), &["1", "2"], Stop::Unknown);
        assert_eq!((frames.len(), report.findings), (PAYLOADS.len() + 1, vec![]), "seed {seed}");
    }
}

#[test]
fn a_reopened_log_makes_what_it_found_durable_before_it_says_so() {
    for seed in 0..50 {
        let sim = SimFs::new(seed);
        let mut writer = Writer::create(&sim, Path::new(PATH), 1, 1, 0).unwrap();
        writer.append(&mut Frames::one(1, 9, &[1; 2000]).unwrap()).unwrap();
        drop(writer);
        let (_, report) = read_log(&sim, &[PATH], Stop::Unknown);
        let mut writer = Writer::reopen(&sim, &report.files[0], 0).unwrap();
        writer.append(&mut Frames::one(2, 9, &[2; 2000]).unwrap()).unwrap();
        let (frames, report) = read_log(&sim.reboot(), &[PATH], Stop::Unknown);
        assert!(!frames.is_empty(), "seed {seed}: the first frame was found, so it must stay");
        assert!(!report.findings.iter().any(Finding::is_loss), "seed {seed}: {report:?}");
    }
}

#[test]
fn a_writer_that_failed_is_retired() {
    let sim = SimFs::new(4);
    let mut writer = Writer::create(&sim, Path::new(PATH), 1, 1, 0).unwrap();
    sim.fail_call(sim.operations() + 2, disk::Fault::Io);
    assert!(writer.append_sync(&mut Frames::one(1, 1, b"a").unwrap()).is_err());
    assert!(matches!(writer.sync(), Err(disk::Error::Retired { .. })));
    assert!(matches!(writer.append(&mut Frames::one(2, 1, b"b").unwrap()), Err(disk::Error::Retired { .. })));
    assert!(matches!(writer.close(), Err(disk::Error::Retired { .. })));
}

#[test]
fn a_log_is_never_created_over_a_file() {
    let sim = disk_with(b"precious");
    assert!(Writer::create(&sim, Path::new(PATH), 1, 1, 0).err().unwrap().is_already_exists());
    assert_eq!(sim.read(Path::new(PATH)).unwrap(), b"precious");
}

#[test]
fn frames_refuse_what_a_reader_would() {
    let mut frames = Frames::new();
    assert!(frames.push(0, 1, b"").is_err());
    assert!(frames.push(1, 0, b"").is_err());
    assert!(frames.push(1, 128, b"").is_err());
    frames.push(5, 127, b"").unwrap();
    assert!(frames.push(5, 1, b"").is_err());
    assert!(frames.push(6 + disk::log::LSN_STEP_MAX, 1, b"").is_err());
    assert!(frames.push(6, 1, &vec![0; disk::log::PAYLOAD_BYTES_MAX + 1]).is_err());
    assert_eq!((frames.count(), frames.first_lsn()), (1, Some(5)));
    frames.push(9, 1, b"x").unwrap();
    frames.renumber(20);
    assert_eq!((frames.first_lsn(), frames.last_lsn()), (Some(20), Some(21)));
}

proptest! {
    #[test]
    fn any_payloads_come_back(payloads in prop::collection::vec((1_u8..128, prop::collection::vec(any::<u8>(), 0..300)), 0..20)) {
        let sim = SimFs::new(1);
        let mut writer = Writer::create(&sim, Path::new(PATH), 77, 1, 256).unwrap();
        let mut frames = Frames::new();
        for ((kind, payload), lsn) in payloads.iter().zip(1..) {
            frames.push(lsn, *kind, payload).unwrap();
        }
        writer.append_sync(&mut frames).unwrap();
        writer.close().unwrap();
        let (found, report) = read_log(&sim, &[PATH], Stop::Clean);
        let found: Vec<_> = found.iter().map(|frame| (frame.kind, frame.payload.to_vec())).collect();
        prop_assert_eq!(found, payloads);
        prop_assert_eq!(report.findings, vec![]);
    }

    #[test]
    fn arbitrary_bytes_behind_a_header_never_panic_and_never_pass(bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(1_u8), any::<u8>()], 0..3000)) {
        let file = [&small_log()[..40], &bytes].concat();
        for stop in [Stop::Clean, Stop::Unknown, Stop::Running] {
            let mut reader = Reader::new(Path::new(PATH), &file, stop).unwrap();
            let parts: Vec<_> = reader.by_ref().collect();
            let found_frame = parts.iter().any(|part| matches!(part, Part::Frame { .. }));
            prop_assert!(!found_frame);
            prop_assert!(reader.tail().is_some());
            prop_assert!(reader.position() <= file.len() as u64);
        }
        prop_assert!(Reader::new(Path::new(PATH), &bytes, Stop::Unknown).is_err());
    }
}

#[test]
fn a_file_full_of_false_starts_is_read_in_bounded_time() {
    let mut bytes = small_log()[..40].to_vec();
    let false_start = |left: usize| {
        let mut frame = [0_u8; 24];
        frame[0..4].copy_from_slice(&u32::try_from(left.saturating_sub(24)).unwrap().to_le_bytes());
        frame[8] = 1;
        frame[16] = 1;
        frame
    };
    let len = 4 << 20;
    while bytes.len() < len {
        let frame = false_start(len - bytes.len());
        bytes.extend_from_slice(&frame);
    }
    let mut reader = Reader::new(Path::new(PATH), &bytes, Stop::Unknown).unwrap();
    let parts: Vec<_> = reader.by_ref().collect();
    assert!(matches!(parts.as_slice(), [Part::Hole { .. }]), "undecided counts as damage: {parts:?}");
}

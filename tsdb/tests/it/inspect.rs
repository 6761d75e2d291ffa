//! Looking into a directory from outside.

use std::path::{Path, PathBuf};

use disk::Fs;
use tsdb::inspect::{SegmentChoice, Verification, WalContent, WalDefinitions, WalRequest, WalStep};
use tsdb::{Error, inspect};

use crate::harness::{Machine, write};

const DIR: &str = "data";

fn verify(machine: &Machine, quick: bool) -> Verification {
    inspect::verify(&machine.sim, Path::new(DIR), quick, &mut |_| {}).unwrap()
}

fn files(machine: &Machine, folder: &str) -> Vec<PathBuf> {
    let dir = Path::new(DIR).join(folder);
    machine.sim.list(&dir).unwrap().into_iter().map(|entry| dir.join(entry.name)).collect()
}

/// A store with two segments and a row in the WAL, still open.
fn store(machine: &Machine) -> std::sync::Arc<tsdb::Engine> {
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(
        &engine,
        "db",
        None,
        "cpu,host=a,rack=1 v=1,w=2i 10\ncpu,host=b,rack=1 v=2 20\nmem,host=a used=5u 10",
    );
    engine.freeze().unwrap();
    write(&engine, "db", None, "cpu,host=a,rack=1 v=3 30\ncpu,host=c,rack=2 v=4 40");
    engine.freeze().unwrap();
    write(&engine, "db", None, "cpu,host=d,rack=2 v=5 50\ncpu,host=a,rack=1 v=6 60");
    engine
}

#[test]
fn the_formats_are_those_of_this_program() {
    let machine = Machine::new(1);
    let _engine = store(&machine);
    let found = inspect::formats(&machine.sim, Path::new("data")).unwrap();
    assert_eq!(found.manifest_writer, found.manifest_supported);
    assert!(found.wal.iter().all(|(version, _)| *version == found.wal_supported) && !found.wal.is_empty());
    assert_eq!(found.segments.versions, [(found.segments.supported, 2)]);
    assert!(found.is_readable() && !found.rewrites_manifest());
}

#[test]
fn a_folder_that_is_no_data_directory_is_told_so() {
    let machine = Machine::new(2);
    machine.sim.create_dir_all(Path::new("data")).unwrap();
    let told = inspect::formats(&machine.sim, Path::new("data")).unwrap_err();
    assert!(matches!(told, Error::NotADataDirectory { .. }), "{told}");
}

/// Taken for an empty store, it would have sent every segment to `lost+found`.
#[test]
fn a_manifest_without_its_state_is_damage() {
    let machine = Machine::new(3);
    drop(store(&machine));
    let path = Path::new("data/MANIFEST");
    for len in [40, 60] {
        machine.sim.truncate_under(path, len).unwrap();
        let told = machine.try_open().unwrap_err();
        assert!(matches!(&told, Error::Corrupt { path: found, .. } if found == path), "{told}");
    }
}

#[test]
fn a_summary_says_what_is_there_beside_a_running_engine() {
    let machine = Machine::new(4);
    let _engine = store(&machine);
    let found = inspect::summary(&machine.sim, Path::new(DIR)).unwrap();
    let database = &found.databases[0];
    assert_eq!((&*database.name, &*database.default_policy), ("db", "autogen"));
    let shards = &database.policies[0].shards;
    assert_eq!((shards.len(), shards[0].segments.len()), (1, 2));
    let facts: Vec<_> = found.segments().map(|found| (found.rows, found.values, found.series)).collect();
    assert_eq!(facts, [(3, 4, 3), (2, 2, 2)]);
    assert_eq!((shards[0].segments[0].start_ns, shards[0].segments[0].end_ns), (10, 21));
    let on_disk: u64 = files(&machine, "segments").iter().map(|path| machine.sim.len(path).unwrap()).sum();
    assert_eq!(found.sections.iter().map(|(_, bytes)| bytes).sum::<u64>(), on_disk);
    assert_eq!(found.segments().map(|segment| segment.bytes).sum::<u64>(), on_disk);
    assert_eq!(found.wal.iter().map(|file| file.frames).sum::<u64>(), 1);
    assert!(!found.manifest.clean_stop && found.findings.is_empty() && found.set_aside.is_empty());
}

#[test]
fn a_summary_lists_what_is_no_part_of_the_store() {
    let machine = Machine::new(5);
    let _engine = store(&machine);
    machine.sim.create(Path::new("data/segments/notes.txt")).unwrap();
    machine.sim.create_dir_all(Path::new("data/lost+found")).unwrap();
    machine.sim.create(Path::new("data/lost+found/000000000009.seg")).unwrap();
    let found = inspect::summary(&machine.sim, Path::new(DIR)).unwrap();
    let paths: Vec<_> = found.set_aside.iter().map(|(path, _)| path.to_str().unwrap()).collect();
    assert_eq!(paths, ["segments/notes.txt", "lost+found/000000000009.seg"]);
}

/// The frames of the WAL and the rows in them.
fn read_wal(machine: &Machine, file: Option<PathBuf>) -> (Vec<WalContent>, String, inspect::WalReport) {
    let (mut frames, mut lines) = (Vec::new(), String::new());
    let request = WalRequest { file, rows: true };
    let report = inspect::wal(&machine.sim, Path::new(DIR), &request, &mut |step| {
        match step {
            WalStep::Frame(frame) => frames.push(frame.content.clone()),
            WalStep::Row(row) => {
                assert_eq!((row.database, row.policy), (Some("db"), Some("autogen")));
                lines.push_str(row.line);
            }
        }
        true
    });
    (frames, lines, report.unwrap())
}

#[test]
fn the_wal_gives_its_frames_and_rows() {
    let machine = Machine::new(6);
    let engine = store(&machine);
    write(&engine, "db", None, "cpu,host=d,rack=2 v=7 70");
    let (frames, lines, report) = read_wal(&machine, None);
    assert_eq!(lines, "cpu,host=d,rack=2 v=5 50\ncpu,host=a,rack=1 v=6 60\ncpu,host=d,rack=2 v=7 70\n");
    let definitions = WalDefinitions { shards: 1, series: 2, fields: 1, shapes: 1 };
    let first = WalContent::Rows { rows: Some(2), values: 2, definitions };
    let second = WalContent::Rows { rows: Some(1), values: 1, definitions: WalDefinitions::default() };
    assert_eq!(frames, [first, second]);
    assert_eq!((report.files.len(), report.findings.len()), (1, 0));
    assert_eq!(read_wal(&machine, Some(report.files[0].path.clone())).1, lines);
    engine.create_database("other").unwrap();
    let (frames, ..) = read_wal(&machine, None);
    let WalContent::Changes(changes) = &frames[2] else { panic!("{:?}", frames[2]) };
    assert_eq!(changes[0], "create database other");
}

/// Ids are given in the order of their definitions: behind a lost one, rows would be told of the wrong series. Those of
/// what was defined before it are told, as a start takes them.
#[test]
fn rows_that_build_on_a_lost_frame_are_not_told() {
    let machine = Machine::new(7);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m,host=a v=1 1");
    write(&engine, "db", None, "m,host=b v=2 2");
    write(&engine, "db", None, "m,host=c v=3 3");
    write(&engine, "db", None, "m,host=c v=4 4");
    write(&engine, "db", None, "m,host=a v=5 5");
    let (frames, _, report) = read_wal(&machine, None);
    assert_eq!(frames.len(), 6);
    let content = machine.sim.read(&report.files[0].path).unwrap();
    let at = content.windows(8).position(|bytes| bytes == b"m,host=b").unwrap() as u64;
    machine.sim.flip_bit(&report.files[0].path, at, 3).unwrap();
    let (frames, lines, report) = read_wal(&machine, None);
    assert_eq!(lines, "m,host=a v=1 1\nm,host=a v=5 5\n");
    let told = |content: &WalContent| matches!(content, WalContent::Rows { rows: Some(_), .. });
    assert_eq!(frames.iter().map(told).collect::<Vec<_>>(), [false, true, false, false, true], "{frames:?}");
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    assert!(report.findings[0].offset.unwrap() < at);
    assert!(!verify(&machine, true).is_sound());
}

#[test]
fn a_segment_tells_its_fields_and_codecs() {
    let machine = Machine::new(8);
    let _engine = store(&machine);
    let found = inspect::segment(&machine.sim, Path::new(DIR), &SegmentChoice::Id(0))
        .or_else(|_| inspect::segment(&machine.sim, Path::new(DIR), &SegmentChoice::Id(1)));
    let found = found.unwrap();
    assert_eq!(found.place, Some(("db".to_owned(), "autogen".to_owned())));
    assert_eq!((found.rows, found.values, found.series), (3, 4, 3));
    let cpu = &found.measurements[0];
    assert_eq!((&*cpu.name, cpu.series), ("cpu", 2));
    assert_eq!(cpu.tag_keys, [("host".to_owned(), 2), ("rack".to_owned(), 1)]);
    let fields: Vec<_> =
        cpu.fields.iter().map(|(name, ty, found)| (&**name, ty.name(), found.values)).collect();
    assert_eq!(fields, [("v", "float", 2), ("w", "integer", 1)]);
    let columns = found.measurements.iter().flat_map(|of| {
        of.fields.iter().map(|(_, _, column)| column).chain(std::iter::once(&of.time)).collect::<Vec<_>>()
    });
    let (mut bytes, mut coded) = (0, 0);
    for column in columns {
        bytes += column.bytes;
        coded += column.codecs.iter().map(|share| share.bytes).sum::<u64>();
    }
    assert_eq!(found.sections[0], ("pages", bytes));
    assert_eq!(bytes, coded);
    let mut keys = Vec::new();
    let choice = SegmentChoice::File(found.path);
    inspect::series(&machine.sim, Path::new("elsewhere"), &choice, &mut |series| {
        keys.push((series.key.clone(), series.rows));
        keys.len() < 2
    })
    .unwrap();
    assert_eq!(keys, [("cpu,host=a,rack=1".to_owned(), 1), ("cpu,host=b,rack=1".to_owned(), 1)]);
}

#[test]
fn the_index_counts_every_series_once() {
    let machine = Machine::new(9);
    let _engine = store(&machine);
    let count = |wal| {
        let found = inspect::index(&machine.sim, Path::new(DIR), wal).unwrap();
        let cpu = &found.databases[0].measurements[0];
        (found.databases[0].series, cpu.series, cpu.tag_keys.clone(), found.wal_rows)
    };
    let keys = |hosts| vec![("host".to_owned(), hosts), ("rack".to_owned(), 2)];
    assert_eq!(count(false), (4, 3, keys(3), None));
    assert_eq!(count(true), (5, 4, keys(4), Some(2)));
    let found = inspect::index(&machine.sim, Path::new(DIR), false).unwrap();
    assert_eq!((found.databases[0].stored_series, found.wal_frames), (5, 1));
    let fields = &found.databases[0].measurements[0].fields;
    assert_eq!(fields.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["v", "w"]);
}

#[test]
fn a_sound_store_verifies_running_stopped_and_after_a_crash() {
    let machine = Machine::new(10);
    let engine = store(&machine);
    let running = verify(&machine, false);
    assert!(running.is_sound(), "{:?}", running.findings);
    assert_eq!((running.segments, running.values, running.wal_frames), (2, 6, 1));
    engine.stop().unwrap();
    let stopped = verify(&machine, false);
    assert!(stopped.is_sound(), "{:?}", stopped.findings);
    assert_eq!((stopped.segments, stopped.values, stopped.wal_frames), (3, 8, 0));
    let summary = inspect::summary(&machine.sim, Path::new(DIR)).unwrap();
    assert!(summary.manifest.clean_stop && summary.wal.is_empty());
    let machine = Machine::new(15);
    let _engine = store(&machine);
    let crashed = verify(&machine.reboot(), false);
    assert!(crashed.is_sound() && crashed.wal_frames == 1, "{crashed:?}");
}

#[test]
fn every_damaged_byte_of_a_segment_is_found_with_its_file() {
    let machine = Machine::new(11);
    store(&machine).stop().unwrap();
    let path = files(&machine, "segments").remove(0);
    for position in (0..machine.sim.len(&path).unwrap()).step_by(7) {
        machine.sim.flip_bit(&path, position, 5).unwrap();
        for quick in [true, false] {
            let found = verify(&machine, quick).findings;
            assert!(found.iter().any(|finding| finding.path == path), "byte {position}: {found:?}");
        }
        machine.sim.flip_bit(&path, position, 5).unwrap();
    }
    assert!(verify(&machine, false).is_sound());
}

#[test]
fn lost_and_shortened_files_are_found() {
    let machine = Machine::new(12);
    let _engine = store(&machine);
    let [first, second] = &files(&machine, "segments")[..] else { panic!("two segments") };
    machine.sim.remove_file(first).unwrap();
    let len = machine.sim.len(second).unwrap();
    machine.sim.truncate_under(second, len - 1).unwrap();
    let found = verify(&machine, false).findings;
    assert_eq!(found.iter().map(|finding| &finding.path).collect::<Vec<_>>(), [first, second]);
    assert_eq!(found[0].found, "no file");
    let found = inspect::summary(&machine.sim, Path::new(DIR));
    assert!(matches!(&found, Err(Error::Disk(error)) if error.is_not_found()), "{found:?}");
}

/// The edit that named them was damaged, and looks like a write that was interrupted: `verify` said that all is sound.
#[test]
fn segments_that_the_manifest_has_lost_are_found_when_no_engine_is_there() {
    let machine = Machine::new(5);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1 1");
    engine.freeze().unwrap();
    let len = machine.sim.len(Path::new("data/MANIFEST")).unwrap();
    machine.sim.truncate_under(Path::new("data/MANIFEST"), len - 1).unwrap();
    let segments = files(&machine, "segments");
    let is_named = |found: &Verification| found.findings.iter().any(|finding| finding.path == segments[0]);
    assert!(!is_named(&verify(&machine, true)), "the engine may be writing it");
    drop(engine);
    let found = verify(&machine, true);
    assert!(is_named(&found) && segments.len() == 1, "{:?}", found.findings);
    let told = found.findings[0].to_string();
    assert!(told.contains("whose edit the MANIFEST has lost; a start moves it to lost+found"), "{told}");
}

#[test]
fn damage_of_the_wal_and_the_manifest_is_found() {
    let machine = Machine::new(13);
    let engine = store(&machine);
    write(&engine, "db", None, "cpu,host=d,rack=2 v=7 70");
    let summary = inspect::summary(&machine.sim, Path::new(DIR)).unwrap();
    let wal = summary.wal.into_iter().find(|file| file.frames > 0).unwrap().path;
    machine.sim.flip_bit(&wal, 60, 1).unwrap();
    let found = verify(&machine, true).findings;
    assert_eq!((found[0].path.as_path(), found[0].offset), (wal.as_path(), Some(40)), "{found:?}");
    machine.sim.flip_bit(&wal, 60, 1).unwrap();
    machine.sim.flip_bit(&wal, 20, 1).unwrap();
    assert_eq!(verify(&machine, true).findings.len(), 1);
    machine.sim.flip_bit(&wal, 20, 1).unwrap();
    assert!(verify(&machine, true).is_sound());
    machine.sim.flip_bit(Path::new("data/MANIFEST"), 58, 1).unwrap();
    let found = verify(&machine, true).findings;
    assert_eq!(found[0].path, Path::new("data/MANIFEST"), "{found:?}");
}

/// Flushes and merges take files away all the time; none of that is damage, and nothing fails.
#[test]
fn nothing_is_amiss_while_an_engine_flushes_and_merges() {
    let machine = Machine::new(14);
    let engine = store(&machine);
    let is_done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..60 {
                write(&engine, "db", None, &format!("cpu,host=h{round} v={round} {round}"));
                engine.freeze().unwrap();
                engine.maintain_once().unwrap();
            }
            is_done.store(true, std::sync::atomic::Ordering::Release);
        });
        while !is_done.load(std::sync::atomic::Ordering::Acquire) {
            let found = verify(&machine, false);
            assert!(found.is_sound(), "{:?}", found.findings);
            let (_, _, report) = read_wal(&machine, None);
            assert_eq!(report.findings, []);
        }
    });
    let found = inspect::index(&machine.sim, Path::new(DIR), true).unwrap();
    assert_eq!(found.databases[0].series, 65);
}

/// What a query met stays noted until the segment goes, and `verify` finds the place itself.
#[test]
fn marks_that_readers_left_are_shown() {
    let machine = Machine::new(16);
    let engine = store(&machine);
    let path = files(&machine, "segments").remove(0);
    machine.sim.flip_bit(&path, 60, 5).unwrap();
    drop(engine);
    let engine = machine.open();
    let snapshot = engine.snapshot("db", None).unwrap();
    let failed = snapshot.fields("cpu");
    assert!(matches!(failed, Err(Error::Corrupt { .. })), "{failed:?}");
    engine.maintain_once().unwrap();
    let found = verify(&machine, true);
    assert_eq!(found.marks, engine.damage());
    assert_eq!(found.marks.len(), 1);
    assert_eq!((found.findings[0].offset, found.findings.len()), (Some(found.marks[0].offset), 1));
    assert_eq!(inspect::summary(&machine.sim, Path::new(DIR)).unwrap().marks, found.marks);
}

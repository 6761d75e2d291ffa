//! Files of the WAL that are not what their names say: of another data directory, of a copy that went its own way,
//! in each other's place. What was acknowledged here is there, and nothing else.

use std::path::{Path, PathBuf};

use disk::{Fs, SimFs, StdFs, log};
use tsdb::inspect::{self, WalRequest};

use crate::harness::{Machine, Rows, dump_policy, rows_of, write};
use crate::image::Image;

const DIR: &str = "data";

fn files(sim: &SimFs, folder: &str) -> Vec<PathBuf> {
    let dir = Path::new(DIR).join(folder);
    let entries = if sim.exists(&dir).unwrap() { sim.list(&dir).unwrap() } else { Vec::new() };
    entries.into_iter().map(|entry| dir.join(entry.name)).collect()
}

/// Puts bytes under a name, whether or not it is taken.
fn put(sim: &SimFs, path: &Path, bytes: &[u8]) {
    disk::replace(sim, path, bytes).unwrap();
}

/// A directory whose points are in a segment and, for each later life, in a file of the WAL; killed.
fn machine_with(seed: u64, host: &str, lives: i64) -> Machine {
    let machine = Machine::new(seed);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, &format!("m,host={host} v=0 1"));
    engine.freeze().unwrap();
    drop(engine);
    for life in 1..=lives {
        write(&machine.open(), "db", None, &format!("m,host={host} v={life} {}", life + 1));
    }
    machine
}

fn rows(host: &str, lives: impl IntoIterator<Item = i64>) -> Rows {
    rows_of(
        &lives.into_iter().map(|life| format!("m,host={host} v={life} {}\n", life + 1)).collect::<String>(),
    )
}

fn findings(machine: &Machine) -> Vec<String> {
    let report = inspect::wal(&machine.sim, Path::new(DIR), &WalRequest::default(), &mut |_| true)
        .expect("it can be read");
    report.findings.iter().map(ToString::to_string).collect()
}

fn wal(generation: u64, number: u64) -> PathBuf {
    Path::new(DIR).join(format!("wal/{generation:010}-{number:010}.wal"))
}

/// Whatever name it has: between our files, behind them, below all of them, or that of one of ours.
#[test]
fn a_file_of_another_directory_is_never_replayed_and_never_removed() {
    let other = machine_with(2, "other", 2);
    let foreign = files(&other.sim, "wal");
    let bytes = other.sim.read(&foreign[1]).unwrap();
    for (name, left) in [
        (wal(3, 2), rows("own", 0..=2)),
        (wal(5, 1), rows("own", 0..=2)),
        (wal(999, 1), rows("own", 0..=2)),
        (wal(1, 7), rows("own", 0..=2)),
        (wal(0, 1), rows("own", 0..=2)),
        (wal(4, 1), rows("own", [0, 1])),
    ] {
        let machine = machine_with(1, "own", 2);
        assert_eq!(files(&machine.sim, "wal"), [wal(3, 1), wal(4, 1)]);
        put(&machine.sim, &name, &bytes);
        let found = findings(&machine);
        assert!(found.len() == 1 && found[0].contains(name.to_str().unwrap()), "{found:?}");
        let verified = inspect::verify(&machine.sim, Path::new(DIR), false, &mut |_| {}).unwrap();
        assert_eq!(verified.findings.len(), 1, "{:?}", verified.findings);
        let engine = machine.open();
        assert_eq!(dump_policy(&engine, "db", None), left, "{}", name.display());
        let report = engine.recovery();
        let [damage] = &report.damage[..] else { panic!("{:?}", report.damage) };
        assert!(damage.contains(name.to_str().unwrap()) && damage.contains("lost+found"), "{damage}");
        assert_eq!(report.kept_aside.len(), 1);
        assert_eq!(machine.sim.read(&report.kept_aside[0]).unwrap(), bytes);
        write(&engine, "db", None, "m,host=own v=9 10");
        drop(engine);
        let engine = machine.reboot().open();
        assert_eq!(
            (&engine.recovery().damage[..], dump_policy(&engine, "db", None).len()),
            (&[][..], left.len() + 1)
        );
    }
}

#[test]
fn a_file_that_comes_while_the_engine_runs_is_put_aside_at_its_stop() {
    let (machine, other) = (machine_with(1, "own", 1), machine_with(2, "other", 1));
    let engine = machine.open();
    put(&machine.sim, &wal(50, 1), &other.sim.read(&wal(3, 1)).unwrap());
    put(&machine.sim, &Path::new(DIR).join("wal/notes.txt"), b"do not forget");
    engine.stop().unwrap();
    drop(engine);
    let aside = files(&machine.sim, "lost+found");
    assert_eq!(
        aside,
        [Path::new("data/lost+found/0000000050-0000000001.wal"), Path::new("data/lost+found/notes.txt")]
    );
    let engine = machine.open();
    assert_eq!(
        (&engine.recovery().damage[..], dump_policy(&engine, "db", None)),
        (&[][..], rows("own", 0..=1))
    );
}

#[test]
fn files_in_each_others_place_are_read_as_what_they_are() {
    let machine = machine_with(1, "own", 3);
    let [first, second] = [wal(3, 1), wal(5, 1)].map(|path| machine.sim.read(&path).unwrap());
    put(&machine.sim, &wal(3, 1), &second);
    put(&machine.sim, &wal(5, 1), &first);
    assert_eq!(findings(&machine).len(), 2);
    for life in 0..2 {
        let engine = machine.open();
        assert_eq!(dump_policy(&engine, "db", None), rows("own", 0..=3), "life {life}");
        let damage = engine.recovery().damage.join("\n");
        assert!(damage.contains("found 0000000003-0000000001.wal, as which it is read"), "{damage}");
        assert_eq!((engine.recovery().damage.len(), engine.recovery().kept_aside.len()), (2, 0));
    }
    let engine = machine.open();
    write(&engine, "db", None, "m,host=own v=4 5");
    engine.freeze().unwrap();
    assert_eq!(files(&machine.sim, "wal").len(), 1, "their rows are in a segment");
    engine.stop().unwrap();
    drop(engine);
    let engine = machine.open();
    assert_eq!(
        (&engine.recovery().damage[..], dump_policy(&engine, "db", None)),
        (&[][..], rows("own", 0..=4))
    );
}

#[test]
fn a_second_copy_of_a_file_is_put_aside() {
    for name in [wal(3, 2), wal(4, 1), wal(9, 1)] {
        let machine = machine_with(1, "own", 3);
        let (copied, there) = (machine.sim.read(&wal(3, 1)).unwrap(), files(&machine.sim, "wal"));
        put(&machine.sim, &name, &copied);
        let engine = machine.open();
        let damage = engine.recovery().damage.join("\n");
        assert!(damage.contains("a copy of 0000000003-0000000001.wal"), "{damage}");
        let left = if there.contains(&name) { rows("own", [0, 1, 3]) } else { rows("own", 0..=3) };
        assert_eq!(dump_policy(&engine, "db", None), left);
    }
}

/// A copy of a stopped directory opens, and from then on the two are two.
#[test]
fn a_copy_that_went_its_own_way_is_another_directory() {
    let machine = machine_with(1, "own", 1);
    machine.open().stop().unwrap();
    let copy = Machine::new(2);
    Image::of(&machine.sim, Path::new(DIR)).put(&copy.sim, Path::new(DIR));
    for (of, value) in [(&machine, 7), (&machine, 8), (&copy, 17), (&copy, 18), (&copy, 19)] {
        let engine = of.open();
        assert_eq!(engine.recovery().damage, [] as [String; 0]);
        write(&engine, "db", None, &format!("m,host=own v={value} {value}"));
    }
    for path in files(&copy.sim, "wal") {
        let machine = machine.reboot();
        let theirs = copy.sim.read(&path).unwrap();
        let is_taken = machine.sim.exists(&path).unwrap();
        put(&machine.sim, &path, &theirs);
        let engine = machine.open();
        let found = dump_policy(&engine, "db", None);
        assert!(found.keys().all(|(_, ts)| *ts < 17), "{found:?}");
        assert_eq!(found.len(), if is_taken { 3 } else { 4 });
        assert!(engine.recovery().damage[0].contains(path.to_str().unwrap()));
        assert_eq!(machine.sim.read(&engine.recovery().kept_aside[0]).unwrap(), theirs);
    }
}

/// The same file, but longer: what was appended after the copy is no part of it.
#[test]
fn what_the_original_of_a_running_copy_wrote_later_does_not_come_in() {
    let machine = machine_with(1, "own", 0);
    let engine = machine.open();
    write(&engine, "db", None, "m,host=own v=1 2");
    let copy = Machine::new(2);
    Image::of(&machine.sim, Path::new(DIR)).put(&copy.sim, Path::new(DIR));
    write(&copy.open(), "db", None, "m,host=own v=2 3");
    write(&engine, "db", None, "m,host=own v=77 77");
    put(&copy.sim, &wal(3, 1), &machine.sim.read(&wal(3, 1)).unwrap());
    let engine = copy.open();
    assert_eq!(dump_policy(&engine, "db", None), rows("own", 0..=2));
}

/// The files of a time before keys stay readable until they are in segments, also across a second kill.
#[test]
fn files_without_identity_are_read_until_they_are_in_segments() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/format-2/unclean");
    let machine = Machine::new(1);
    Image::of(&StdFs, &fixture).put(&machine.sim, Path::new(DIR));
    let engine = machine.open();
    let before = dump_policy(&engine, "db", None);
    engine.create_database("new").unwrap();
    write(&engine, "new", None, "m,host=own v=1 2");
    drop(engine);
    let engine = machine.reboot().open();
    assert_eq!((&engine.recovery().damage[..], &engine.recovery().kept_aside[..]), (&[][..], &[][..]));
    assert_eq!(
        (dump_policy(&engine, "db", None), dump_policy(&engine, "new", None)),
        (before, rows("own", [1]))
    );
}

/// What an older program says of a directory of this one, here of one that comes after it.
#[test]
fn a_directory_of_a_later_format_is_refused_and_left_alone() {
    let machine = machine_with(1, "own", 1);
    let manifest = Path::new(DIR).join("MANIFEST");
    let formats = inspect::formats(&machine.sim, Path::new(DIR)).unwrap();
    let later = u8::try_from(formats.manifest_supported + 1).unwrap();
    assert_eq!((formats.manifest_reader, later), (3, 4));
    let mut frames = log::Frames::one(1, 1, &[later, later]).unwrap();
    put(&machine.sim, &manifest, &log::image(7, 1, &mut frames));
    let before = Image::of(&machine.sim, Path::new(DIR));
    let refused = machine.try_open().unwrap_err().to_string();
    assert_eq!(refused, "data/MANIFEST has format 4; this program reads up to 3");
    assert_eq!(Image::of(&machine.sim, Path::new(DIR)), before);
}

/// What happens while a directory is copied.
const WORK: [fn(&tsdb::Engine, i64); 4] = [
    |_, _| {},
    |engine, time| write(engine, "db", None, &format!("m,host=own v=1 {time}")),
    |engine, time| {
        write(engine, "db", None, &format!("m,host=own v=1 {time}"));
        engine.freeze().unwrap();
    },
    |engine, time| {
        for more in 0..4 {
            write(engine, "db", None, &format!("m,host=own v=1 {}", time + more));
            engine.freeze().unwrap();
        }
        engine.maintain_once().unwrap();
    },
];

const ORDERS: [[&str; 3]; 6] = [
    ["MANIFEST", "segments", "wal"],
    ["MANIFEST", "wal", "segments"],
    ["segments", "MANIFEST", "wal"],
    ["segments", "wal", "MANIFEST"],
    ["wal", "MANIFEST", "segments"],
    ["wal", "segments", "MANIFEST"],
];

/// A directory copied piece by piece from under a running engine is no consistent one. It opens all the same, gives
/// what was acknowledged before the copy began or says what is missing, and removes nothing that could be it.
#[test]
fn a_directory_that_was_copied_while_running_loses_nothing_in_silence() {
    for order in ORDERS {
        for (first, second) in (0..16).map(|pair| (pair / 4, pair % 4)) {
            let context = format!("{order:?}, work {first} and {second}");
            let machine = machine_with(1, "own", 1);
            let engine = machine.open();
            write(&engine, "db", None, "m,host=own v=2 3");
            let mut copy = Image::default();
            for (part, then) in order.into_iter().zip([Some((first, 100)), Some((second, 200)), None]) {
                let now = Image::of(&machine.sim, Path::new(DIR));
                copy.0.extend(now.0.into_iter().filter(|(path, _)| path.starts_with(part)));
                if let Some((work, time)) = then {
                    WORK[work](&engine, time);
                }
            }
            check_copy(&copy, &context);
        }
    }
}

fn check_copy(copy: &Image, context: &str) {
    let machine = Machine::new(2);
    copy.put(&machine.sim, Path::new(DIR));
    let engine = machine.open();
    let found = crate::harness::try_dump(&engine.snapshot("db", None).unwrap());
    let before = rows("own", 0..=2);
    if found.as_ref().is_ok_and(|found| before.keys().all(|key| found.contains_key(key))) {
        return;
    }
    let damage = &engine.recovery().damage;
    assert!(!damage.is_empty(), "{context}: {found:?}");
    // What is missing may be in the files of the log: each that has a frame is there.
    for (path, bytes) in copy.0.iter().filter(|(path, _)| path.starts_with("wal")) {
        let places =
            [Path::new(DIR).join(path), Path::new("data/lost+found").join(path.file_name().unwrap())];
        let is_there = |place: &PathBuf| machine.sim.read(place).is_ok_and(|found| bytes.starts_with(&found));
        let is_empty = bytes[40..].iter().all(|byte| *byte == 0);
        assert!(is_empty || places.iter().any(is_there), "{context}: {} is gone; {damage:?}", path.display());
    }
}

/// Where the last frame of the MANIFEST begins: that of its last run.
fn last_frame(manifest: &[u8]) -> usize {
    let mut at = 40;
    loop {
        let len = u32::from_le_bytes(manifest[at..at + 4].try_into().unwrap());
        let next = at + (17 + usize::try_from(len).unwrap()).next_multiple_of(8);
        if next >= manifest.len() {
            return at;
        }
        at = next;
    }
}

/// A directory that was stopped, then started again, written to and killed, with its MANIFEST.
fn machine_after_a_stop(seed: u64, host: &str) -> (Machine, Vec<u8>) {
    let machine = machine_with(seed, host, 0);
    machine.open().stop().unwrap();
    write(&machine.open(), "db", None, &format!("m,host={host} v=1 2"));
    let manifest = machine.sim.read(&Path::new(DIR).join("MANIFEST")).unwrap();
    (machine, manifest)
}

/// The last frame is `started` until something is flushed. Without it nobody knows the run whose files hold what was
/// acknowledged since: they would have gone to `lost+found/`, and the engine would have served without them.
#[test]
fn a_manifest_that_lost_its_last_run_is_refused_and_nothing_is_touched() {
    let (machine, whole) = machine_after_a_stop(1, "own");
    let manifest = Path::new(DIR).join("MANIFEST");
    let started = last_frame(&whole);
    let mut flipped = whole.clone();
    flipped[started + 20] ^= 1;
    let cut = |len: usize| whole[..len].to_vec();
    let no_edit = format!("at offset {started}, {} bytes are no edit", whole.len() - started);
    for (bytes, why) in [
        (flipped, no_edit.clone()),
        ([cut(started), vec![0xff; whole.len() - started]].concat(), no_edit),
        (cut(started + 9), format!("at offset {started}, 9 bytes are no edit")),
        (cut(started), format!("at offset {started}, the last edit says that the WAL is empty")),
    ] {
        put(&machine.sim, &manifest, &bytes);
        let before = Image::of(&machine.sim, Path::new(DIR));
        for _ in 0..2 {
            let refused = machine.try_open().unwrap_err();
            assert_eq!(
                refused.to_string(),
                format!(
                    "data/MANIFEST does not tell any more whose 0000000002-0000000001.wal is: {why}; restore a \
                     backup, or move the files out of data/wal to start without their points"
                )
            );
            assert_eq!(Image::of(&machine.sim, Path::new(DIR)), before);
        }
        assert!(!findings(&machine).is_empty());
    }
    put(&machine.sim, &manifest, &whole);
    assert_eq!(dump_policy(&machine.open(), "db", None), rows("own", 0..=1));
}

/// Also of a run that came after a kill: the files of the one before are known, its own are not.
#[test]
fn the_files_of_a_lost_run_are_not_put_aside_for_those_of_the_run_before_it() {
    let machine = machine_with(1, "own", 2);
    let manifest = Path::new(DIR).join("MANIFEST");
    let bytes = machine.sim.read(&manifest).unwrap();
    put(&machine.sim, &manifest, &bytes[..bytes.len() - 3]);
    let refused = machine.try_open().unwrap_err().to_string();
    assert!(refused.contains("whose 0000000004-0000000001.wal is: at offset"), "{refused}");
    let moved = machine.sim.read(&wal(4, 1)).unwrap();
    machine.sim.remove_file(&wal(4, 1)).unwrap();
    let engine = machine.open();
    assert_eq!((&engine.recovery().damage[..], moved.is_empty()), (&[][..], false));
    assert_eq!(dump_policy(&engine, "db", None), rows("own", 0..=1), "as its owner wanted");
}

#[test]
fn a_file_of_another_directory_beside_a_damaged_manifest_is_not_taken_for_ours() {
    let (other, _) = machine_after_a_stop(2, "other");
    let (machine, whole) = machine_after_a_stop(1, "own");
    let manifest = Path::new(DIR).join("MANIFEST");
    put(&machine.sim, &manifest, &whole[..whole.len() - 1]);
    put(&machine.sim, &wal(2, 1), &other.sim.read(&wal(2, 1)).unwrap());
    let before = Image::of(&machine.sim, Path::new(DIR));
    let refused = machine.try_open().unwrap_err().to_string();
    assert!(refused.contains("whose 0000000002-0000000001.wal is"), "{refused}");
    assert_eq!(Image::of(&machine.sim, Path::new(DIR)), before);
}

/// A power cut while the run is made known leaves no file of it: there is nothing to refuse.
#[test]
fn a_start_that_was_interrupted_while_its_run_was_made_known_starts_again() {
    let machine = machine_with(1, "own", 1);
    drop(machine.open());
    let manifest = Path::new(DIR).join("MANIFEST");
    let bytes = machine.sim.read(&manifest).unwrap();
    let run: Vec<PathBuf> =
        files(&machine.sim, "wal").into_iter().filter(|path| *path != wal(3, 1)).collect();
    run.iter().for_each(|path| machine.sim.remove_file(path).unwrap());
    put(&machine.sim, &manifest, &bytes[..bytes.len() - 3]);
    let engine = machine.open();
    assert!(engine.recovery().manifest_torn_bytes > 0);
    assert_eq!(
        (&engine.recovery().damage[..], dump_policy(&engine, "db", None)),
        (&[][..], rows("own", 0..=1))
    );
}

/// What is wrong with a file that nobody needs keeps nobody from starting or stopping.
#[test]
fn files_of_flushed_generations_need_not_be_readable() {
    let (other, life) = (machine_with(2, "other", 1), rows("own", 0..=1));
    let sound = other.sim.read(&wal(3, 1)).unwrap();
    let mut later = sound.clone();
    later[8] = 9;
    let crc = disk::crc32(&later[..36]);
    later[36..40].copy_from_slice(&crc.to_le_bytes());
    for at_stop in [false, true] {
        let machine = machine_with(1, "own", 1);
        let place = || {
            put(&machine.sim, &wal(1, 1), &later);
            put(&machine.sim, &wal(1, 2), &sound[..20]);
            machine.sim.create_dir_all(&wal(1, 3)).unwrap();
            machine.sim.create_dir_all(&wal(90, 1)).unwrap();
        };
        if at_stop {
            let engine = machine.open();
            place();
            engine.stop().unwrap();
        } else {
            place();
        }
        let engine = machine.open();
        let report = engine.recovery();
        assert_eq!(report.damage.iter().any(|damage| damage.contains("found one of format 9")), !at_stop);
        assert_eq!(dump_policy(&engine, "db", None), life);
        let aside = machine.sim.list(&Path::new(DIR).join("lost+found")).unwrap();
        let folders = aside.iter().filter(|entry| entry.is_dir).count();
        assert_eq!((folders, aside.iter().any(|entry| entry.name == "0000000001-0000000001.wal")), (2, true));
        assert!(!machine.sim.exists(&wal(1, 2)).unwrap());
    }
}

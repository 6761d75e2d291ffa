//! Damage: no changed byte of a backup goes unnoticed.

use std::path::{Path, PathBuf};

use disk::Fs;
use tsdb::{BackupList, Error, restore, verify};

use super::{open_at, owned, write};
use crate::harness::{Dice, Machine, NOW_NS};

/// A machine with the backup `b` of a few hundred rows.
fn backed_up(seed: u64) -> Machine {
    let machine = Machine::new(seed);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    for number in 0..400 {
        write(
            &engine,
            &format!("m,host=h{} v={},w=\"text {number}\" {}", number % 50, number * 7, NOW_NS + number),
        );
    }
    engine.backup(owned("state"), None).unwrap().link_into(Path::new("b")).unwrap();
    engine.stop().unwrap();
    machine
}

fn files(machine: &Machine) -> Vec<(PathBuf, u64)> {
    let list = super::list_of(machine, Path::new("b"));
    list.files.iter().map(|file| (Path::new("b").join(&file.name), file.bytes)).collect()
}

#[test]
fn every_flipped_bit_is_found() {
    let machine = backed_up(1);
    assert!(verify(&machine.sim, Path::new("b"), &[], |_| {}).unwrap().damaged.is_empty());
    let mut dice = Dice::new(1);
    for (path, bytes) in files(&machine) {
        let step = (bytes / 150).max(1);
        let mut position = 0;
        while position < bytes {
            let bit = u8::try_from(dice.below(8)).unwrap();
            machine.sim.flip_bit(&path, position, bit).unwrap();
            let found = verify(&machine.sim, Path::new("b"), &[], |_| {}).unwrap().damaged;
            assert_eq!(found.len(), 1, "{} at {position}, bit {bit}: {found:?}", path.display());
            machine.sim.flip_bit(&path, position, bit).unwrap();
            position += 1 + dice.below(step);
        }
    }
}

#[test]
fn every_shortened_file_is_found() {
    for (path, bytes) in files(&backed_up(2)) {
        for len in [0, 1, bytes / 2, bytes - 1] {
            let machine = backed_up(2);
            machine.sim.truncate_under(&path, len).unwrap();
            let found = verify(&machine.sim, Path::new("b"), &[], |_| {}).unwrap().damaged;
            assert_eq!(found.len(), 1, "{} cut to {len}", path.display());
        }
    }
}

#[test]
fn a_damaged_segment_is_restored_only_when_asked_for() {
    let machine = backed_up(3);
    let (path, _) = files(&machine).into_iter().find(|(path, _)| path.extension().is_some()).unwrap();
    machine.sim.flip_bit(&path, 100, 1).unwrap();
    let error = restore(&machine.sim, Path::new("b"), &[], Path::new("r"), false, |_| {}).unwrap_err();
    assert!(error.to_string().contains(".seg missing or damaged"), "{error}");
    assert!(matches!(open_at(&machine, Path::new("r")), Err(Error::RestoreUnfinished { .. })));
    let restored = restore(&machine.sim, Path::new("b"), &[], Path::new("r"), true, |_| {}).unwrap();
    assert_eq!(restored.damaged.len(), 1);
    assert!(open_at(&machine, Path::new("r")).is_ok());
}

#[test]
fn a_list_with_any_changed_byte_is_refused() {
    let machine = backed_up(4);
    let bytes = machine.sim.read(Path::new("b/backup.json")).unwrap();
    let path = Path::new("b/backup.json");
    let whole = BackupList::decode(&bytes, path).unwrap();
    for position in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[position] ^= 1 << (position % 8);
        // The digits of the checksum may be written in capitals.
        let decoded = BackupList::decode(&changed, path);
        assert!(decoded.is_err() || decoded.unwrap() == whole, "byte {position}");
        assert!(BackupList::decode(&bytes[..position], path).is_err(), "cut to {position}");
    }
}

#[test]
fn a_list_that_points_outside_is_refused() {
    let machine = backed_up(5);
    let list = super::list_of(&machine, Path::new("b"));
    for name in ["../x", "/etc/passwd", "a//b", "", ".", "segments/..", "a\\b", ".hidden"] {
        let mut evil = list.clone();
        evil.files[0].name = name.to_owned();
        let decoded = BackupList::decode(&evil.encode(), Path::new("b"));
        assert!(matches!(decoded, Err(Error::NotABackup { .. })), "{name}");
    }
}

#[test]
fn a_later_format_is_told_as_such() {
    let machine = backed_up(6);
    let mut list = super::list_of(&machine, Path::new("b"));
    list.format += 1;
    let error = BackupList::decode(&list.encode(), Path::new("b")).unwrap_err();
    assert!(error.to_string().contains("a later format"), "{error}");
}

#[test]
fn a_segment_that_is_gone_is_named_and_the_rest_is_copied() {
    let machine = Machine::new(7);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, &format!("m v=1 {NOW_NS}"));
    engine.freeze().unwrap();
    let gone = machine.sim.list(Path::new("data/segments")).unwrap().remove(0).name;
    machine.sim.remove_file(&Path::new("data/segments").join(gone)).unwrap();
    write(&engine, &format!("m v=2 {}", NOW_NS + 1));
    let backup = engine.backup(Vec::new(), None).unwrap();
    assert_eq!(backup.list().unreadable.len(), 1);
    backup.link_into(Path::new("b")).unwrap();
    let error = restore(&machine.sim, Path::new("b"), &[], Path::new("r"), false, |_| {}).unwrap_err();
    assert!(error.to_string().contains("missing or damaged"), "{error}");
    restore(&machine.sim, Path::new("b"), &[], Path::new("r"), true, |_| {}).unwrap();
    let engine = open_at(&machine, Path::new("r")).unwrap();
    assert_eq!(engine.recovery().damage.len(), 1, "it is told, not forgotten");
}

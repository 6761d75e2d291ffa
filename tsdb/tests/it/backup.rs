//! Backups: what was there at the moment, whatever happens around it, and nothing half done.

mod cuts;
mod damage;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::Fs;
use model::Deletion;
use tsdb::{
    Backup, BackupFile, BackupFolder, BackupList, Engine, Error, LIST_NAME, OwnedFile, PolicySpec, Result,
    restore, verify,
};

use crate::deletes::{of, tag};
use crate::harness::{Dice, HOUR_NS, Machine, NOW_NS, Rows, dump_policy, points, put};

/// A line for one of a few series, hours apart, so that several shards have some.
fn lines(dice: &mut Dice, number: u64) -> String {
    let mut lines = String::new();
    for _ in 0..=dice.below(6) {
        let ts = NOW_NS - i64::try_from(dice.below(400)).unwrap() * HOUR_NS;
        let field = ["a", "b", "c"][usize::try_from(dice.below(3)).unwrap()];
        lines.push_str(&format!("m,host=h{} {field}={number} {ts}\n", dice.below(5)));
    }
    lines
}

fn write(engine: &Engine, lines: &str) {
    engine.append("db", None, points(lines)).unwrap().ticket.wait().unwrap();
}

fn owned(text: &str) -> Vec<OwnedFile> {
    vec![OwnedFile { name: "alerting/alerts.state".to_owned(), bytes: text.as_bytes().to_vec() }]
}

fn open_at(machine: &Machine, dir: &Path) -> Result<Arc<Engine>> {
    Engine::open(Arc::new(machine.sim.clone()), dir, machine.options())
}

fn list_of(machine: &Machine, backup: &Path) -> BackupList {
    let path = backup.join(LIST_NAME);
    BackupList::decode(&machine.sim.read(&path).unwrap(), &path).unwrap()
}

/// Restores into a fresh folder, opens it, and gives what is there.
fn restored(machine: &Machine, backup: &Path, bases: &[PathBuf], number: u64) -> Rows {
    let dir = PathBuf::from(format!("restored-{number}"));
    let restored = restore(&machine.sim, backup, bases, &dir, false, |_| {}).unwrap();
    assert_eq!(restored.damaged, Vec::<String>::new());
    let engine = open_at(machine, &dir).unwrap();
    assert!(engine.recovery().clean && engine.recovery().damage.is_empty(), "{:?}", engine.recovery());
    assert!(engine.recovery().kept_aside.is_empty(), "{:?}", engine.recovery());
    assert_eq!(engine.last_lsn(), restored.list.lsn);
    let rows = dump_policy(&engine, "db", None);
    engine.stop().unwrap();
    rows
}

/// As a client does that gets a stream: what `base` has is linked from there, the rest is sent.
fn receive(
    machine: &Machine,
    backup: &Backup,
    dest: &Path,
    base: Option<&Path>,
) -> (Result<()>, Vec<BackupFile>) {
    let known = base.map(|base| list_of(machine, base));
    let sent = backup.files_beyond(known.as_ref());
    let done = (|| {
        let mut folder = BackupFolder::create(Arc::new(machine.sim.clone()), dest)?;
        for file in &backup.list().files {
            if sent.contains(file) {
                let bytes = backup.read(file, 0, usize::try_from(file.bytes).unwrap())?;
                folder.copy(file, &mut bytes.as_slice())?;
            } else {
                folder.link(file, base.unwrap())?;
            }
        }
        assert!(folder.damaged().is_empty(), "{:?}", folder.damaged());
        folder.finish(backup.list())
    })();
    (done, sent)
}

#[test]
fn a_backup_is_what_was_there_at_its_moment_whatever_came_before_and_after() {
    for seed in 0..12 {
        let mut dice = Dice::new(seed);
        let machine = Machine::new(seed);
        let mut engine = machine.open();
        engine.create_database("db").unwrap();
        let (mut expected, mut taken) = (Rows::new(), Vec::new());
        let mut held = Vec::new();
        for step in 0..60 {
            match dice.below(16) {
                0 | 1 => engine.freeze().unwrap(),
                2 | 3 => engine.maintain_once().unwrap(),
                4 => {
                    held.clear();
                    drop(engine);
                    engine = machine.open();
                }
                5 => engine.create_database("other").unwrap(),
                6 => engine.drop_database("other").unwrap(),
                7..=9 => {
                    let dest = PathBuf::from(format!("backups/{step}"));
                    let backup = engine.backup(owned(&step.to_string()), None).unwrap();
                    // What happens between the moment and the copying is not in it.
                    for number in 0..3 {
                        write(&engine, &format!("m,host=later{number} a={step} {NOW_NS}"));
                        engine.freeze().unwrap();
                    }
                    engine.delete("db", &Deletion { tags: tag("host", "h0"), ..of("m") }).unwrap();
                    engine.maintain_once().unwrap();
                    backup.link_into(&dest).unwrap();
                    taken.push((dest, expected.clone(), step));
                    expected.retain(|(series, _), _| !series.ends_with("host=h0"));
                    (0..3).for_each(|number| {
                        put(&mut expected, &points(&format!("m,host=later{number} a={step} {NOW_NS}")));
                    });
                    if dice.below(2) == 0 {
                        held.push(backup);
                    }
                }
                10 => {
                    let host = format!("h{}", dice.below(5));
                    let deletion = Deletion { tags: tag("host", &host), ..of("m") };
                    engine.delete("db", &deletion).unwrap();
                    expected.retain(|(series, _), _| !series.ends_with(&format!("host={host}")));
                }
                _ => {
                    let lines = lines(&mut dice, step);
                    put(&mut expected, &points(&lines));
                    write(&engine, &lines);
                }
            }
        }
        for (number, (dest, then, step)) in taken.into_iter().enumerate() {
            let found = restored(&machine, &dest, &[], number as u64);
            assert_eq!(found, then, "seed {seed}, step {step}");
            let alerts = machine.sim.read(&PathBuf::from(format!("restored-{number}/alerting/alerts.state")));
            assert_eq!(alerts.unwrap(), step.to_string().as_bytes());
        }
    }
}

#[test]
fn a_backup_has_nothing_that_was_accepted_after_its_moment() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, &format!("m v=1 {NOW_NS}"));
    let backup = engine.backup(Vec::new(), None).unwrap();
    let lsn = engine.last_lsn();
    write(&engine, &format!("m v=2 {NOW_NS}\nm v=3 {}", NOW_NS + 1));
    engine.create_database("late").unwrap();
    engine.freeze().unwrap();
    backup.link_into(Path::new("b")).unwrap();
    assert_eq!(backup.list().lsn, lsn);
    let mut expected = Rows::new();
    put(&mut expected, &points(&format!("m v=1 {NOW_NS}")));
    assert_eq!(restored(&machine, Path::new("b"), &[], 0), expected);
    let engine = open_at(&machine, Path::new("restored-0")).unwrap();
    assert!(engine.database("late").is_none());
    write(&engine, &format!("m v=9 {}", NOW_NS + 9));
    assert!(engine.last_lsn() > lsn, "numbers go on");
}

#[test]
fn segments_that_were_merged_or_dropped_stay_as_long_as_the_backup_copies_them() {
    let machine = Machine::new(2);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let short =
        PolicySpec { name: Some("short".into()), duration_ns: Some(2 * HOUR_NS), ..PolicySpec::default() };
    engine.create_retention_policy("db", &short, false).unwrap();
    for number in 0..3 {
        write(&engine, &format!("m v={number} {}", NOW_NS + number));
        engine.append("db", Some("short"), points(&format!("s v={number} {}", NOW_NS + number))).unwrap();
        engine.freeze().unwrap();
    }
    write(&engine, &format!("m v=3 {}", NOW_NS + 3));
    let backup = engine.backup(Vec::new(), None).unwrap();
    engine.drop_retention_policy("db", "short").unwrap();
    (0..3).for_each(|_| engine.maintain_once().unwrap());
    assert!(engine.stats().merges > 0 && engine.stats().shards_dropped > 0);
    let files = machine.sim.list(Path::new("data/segments")).unwrap().len();
    assert!(files > 7, "{files} files: what is copied stays");
    backup.link_into(Path::new("b")).unwrap();
    drop(backup);
    engine.maintain_once().unwrap();
    assert_eq!(machine.sim.list(Path::new("data/segments")).unwrap().len(), 1, "and goes afterwards");
    assert_eq!(restored(&machine, Path::new("b"), &[], 0).len(), 4);
    let engine = open_at(&machine, Path::new("restored-0")).unwrap();
    assert_eq!(dump_policy(&engine, "db", Some("short")).len(), 3, "it was dropped after the moment");
}

#[test]
fn an_incremental_backup_copies_only_new_segments_and_the_chain_restores() {
    for seed in 0..6 {
        let machine = Machine::new(seed);
        let mut dice = Dice::new(seed);
        let engine = machine.open();
        engine.create_database("db").unwrap();
        let mut expected = Rows::new();
        let mut base: Option<PathBuf> = None;
        let (mut all, mut sent_in_all) = (0, 0);
        let mut worlds = Vec::new();
        for round in 0..3_u64 {
            for number in 0..6 {
                let lines = lines(&mut dice, round * 10 + number);
                put(&mut expected, &points(&lines));
                write(&engine, &lines);
                engine.freeze().unwrap();
            }
            if dice.below(2) == 0 {
                engine.maintain_once().unwrap();
            }
            let known = base.as_deref().map(|base| list_of(&machine, base));
            let backup = engine.backup(owned("x"), known.as_ref()).unwrap();
            assert_eq!(backup.list().base, known.map(|known| known.id));
            engine.maintain_once().unwrap();
            let dest = PathBuf::from(format!("b{round}"));
            let (done, sent) = receive(&machine, &backup, &dest, base.as_deref());
            done.unwrap();
            (all, sent_in_all) = (all + backup.list().files.len(), sent_in_all + sent.len());
            worlds.push((dest.clone(), expected.clone()));
            base = Some(dest);
        }
        assert!(sent_in_all < all, "seed {seed}: {sent_in_all} of {all} files were sent");
        for (number, (dest, world)) in worlds.iter().enumerate() {
            assert_eq!(restored(&machine, dest, &[], number as u64), *world, "seed {seed}");
        }
    }
}

#[test]
fn a_part_of_a_chain_restores_with_its_bases_and_not_without() {
    let machine = Machine::new(3);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, &format!("m v=1 {NOW_NS}"));
    engine.backup(owned("x"), None).unwrap().link_into(Path::new("full")).unwrap();
    write(&engine, &format!("m v=2 {}", NOW_NS + 1));
    let base = list_of(&machine, Path::new("full"));
    let backup = engine.backup(owned("x"), Some(&base)).unwrap();
    // As unpacked from an archive that has only what is new.
    for file in backup.files_beyond(Some(&base)) {
        let path = Path::new("part").join(&file.name);
        machine.sim.create_dir_all(path.parent().unwrap()).unwrap();
        let bytes = backup.read(&file, 0, usize::MAX >> 1).unwrap();
        machine.sim.create(&path).unwrap().append(&bytes).unwrap();
    }
    let list = Path::new("part").join(LIST_NAME);
    machine.sim.create(&list).unwrap().append(&backup.list().encode()).unwrap();
    let error = restore(&machine.sim, Path::new("part"), &[], Path::new("x"), false, |_| {}).unwrap_err();
    assert!(error.to_string().contains("missing or damaged"), "{error}");
    assert_eq!(verify(&machine.sim, Path::new("part"), &[], |_| {}).unwrap().damaged.len(), 2);
    let bases = [PathBuf::from("full")];
    assert_eq!(verify(&machine.sim, Path::new("part"), &bases, |_| {}).unwrap().damaged.len(), 0);
    assert_eq!(restored(&machine, Path::new("part"), &bases, 0).len(), 2);
}

#[test]
fn nothing_is_overwritten() {
    let machine = Machine::new(4);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, &format!("m v=1 {NOW_NS}"));
    let backup = engine.backup(Vec::new(), None).unwrap();
    backup.link_into(Path::new("b")).unwrap();
    assert!(matches!(backup.link_into(Path::new("b")), Err(Error::Occupied { .. })));
    let into = |dir: &str| restore(&machine.sim, Path::new("b"), &[], Path::new(dir), false, |_| {});
    assert!(matches!(into("data"), Err(Error::Disk(_))), "it is in use");
    drop(backup);
    engine.stop().unwrap();
    assert!(matches!(into("data"), Err(Error::Occupied { .. })));
    into("new").unwrap();
    assert!(matches!(into("new"), Err(Error::Occupied { .. })));
    machine.sim.create_dir_all(Path::new("home")).unwrap();
    machine.sim.create(Path::new("home/letter")).unwrap();
    assert!(matches!(into("home"), Err(Error::Occupied { .. })));
}

#[test]
fn a_stopped_engine_gives_no_backup_and_a_foreign_name_is_refused() {
    let machine = Machine::new(5);
    let engine = machine.open();
    let outside = vec![OwnedFile { name: "../x".to_owned(), bytes: Vec::new() }];
    assert!(matches!(engine.backup(outside, None), Err(Error::NotABackup { .. })));
    engine.stop().unwrap();
    assert!(matches!(engine.backup(Vec::new(), None), Err(Error::Stopped)));
}

//! The power is cut at every operation of a backup and of a restore.

use std::path::Path;

use disk::Fs;
use tsdb::{Error, LIST_NAME, Result, restore, verify};

use super::{open_at, owned, restored};
use crate::harness::{Machine, NOW_NS, Rows, dump_policy, points, put};

/// A store of several segments with a head, and what is in it.
fn filled(machine: &Machine) -> Result<Rows> {
    let mut rows = Rows::new();
    let engine = machine.try_open()?;
    engine.create_database("db")?;
    for number in 0..5 {
        let lines = format!("m,host=h{number} v={number} {}\nm v={number} {NOW_NS}", NOW_NS + number);
        engine.append("db", None, points(&lines))?.ticket.wait()?;
        put(&mut rows, &points(&lines));
        if number < 3 {
            engine.freeze()?;
        }
    }
    engine.sync()?;
    Ok(rows)
}

#[test]
fn a_cut_during_a_backup_harms_nothing_and_leaves_it_whole_or_refused() {
    let whole = Machine::new(1);
    let rows = filled(&whole).unwrap();
    let before = whole.sim.operations();
    let take = |machine: &Machine| -> Result<()> {
        let engine = machine.try_open()?;
        let backup = engine.backup(owned("state"), None)?;
        engine.append("db", None, points(&format!("m,host=h0 v=0 {NOW_NS}")))?.ticket.wait()?;
        backup.link_into(Path::new("backups/b"))
    };
    take(&whole).unwrap();
    let operations = whole.sim.operations();
    assert!(operations > before + 30, "{operations} operations");
    let (mut refused, mut complete) = (0, 0);
    for cut in before..=operations {
        let machine = Machine::new(1);
        filled(&machine).unwrap();
        machine.sim.cut_power_after(cut);
        let taken = take(&machine);
        let machine = machine.reboot();
        let context = format!("cut after operation {cut}");
        let engine = machine.try_open().unwrap_or_else(|error| panic!("{context}: {error}"));
        // What was written after the moment is a value that was there before.
        assert_eq!(dump_policy(&engine, "db", None), rows, "{context}");
        assert!(engine.recovery().damage.is_empty(), "{context}: {:?}", engine.recovery());
        drop(engine);
        let dest = Path::new("backups/b");
        if machine.sim.exists(&dest.join(LIST_NAME)).unwrap() {
            complete += 1;
            assert_eq!(restored(&machine, dest, &[], 0), rows, "{context}");
        } else {
            refused += 1;
            assert!(
                taken.is_err() || !machine.sim.exists(dest).unwrap(),
                "{context}: it said that it was done"
            );
            assert!(verify(&machine.sim, dest, &[], |_| {}).is_err(), "{context}");
            // The same command again has what it wants.
            let engine = machine.try_open().unwrap();
            engine.backup(owned("state"), None).unwrap().link_into(dest).unwrap();
            drop(engine);
            assert_eq!(restored(&machine, dest, &[], 0), rows, "{context}");
        }
        assert!(taken.is_err() || machine.sim.exists(&dest.join(LIST_NAME)).unwrap(), "{context}");
    }
    assert!(refused > 10 && complete > 0, "{refused} refused, {complete} complete");
}

#[test]
fn a_cut_during_a_restore_leaves_what_refuses_to_start_or_is_whole() {
    let ready = |seed: u64| {
        let machine = Machine::new(seed);
        let rows = filled(&machine).unwrap();
        let engine = machine.open();
        engine.backup(owned("state"), None).unwrap().link_into(Path::new("b")).unwrap();
        engine.stop().unwrap();
        (machine, rows)
    };
    let take = |machine: &Machine| restore(&machine.sim, Path::new("b"), &[], Path::new("r"), false, |_| {});
    let (whole, rows) = ready(1);
    let before = whole.sim.operations();
    take(&whole).unwrap();
    let operations = whole.sim.operations();
    for cut in before..=operations {
        let (machine, _) = ready(1);
        machine.sim.cut_power_after(cut);
        let taken = take(&machine);
        let machine = machine.reboot();
        let context = format!("cut after operation {cut} of {operations}");
        let again = take(&machine);
        match (&taken, &again) {
            // It was whole before the cut, or is now.
            (_, Ok(_)) | (Ok(_), Err(Error::Occupied { .. })) => {}
            (Err(_), Err(Error::Occupied { found, .. })) => {
                assert_eq!(found, Path::new("MANIFEST"), "{context}");
            }
            (_, Err(error)) => panic!("{context}: {error}"),
        }
        let engine = open_at(&machine, Path::new("r")).unwrap_or_else(|error| panic!("{context}: {error}"));
        assert_eq!(dump_policy(&engine, "db", None), rows, "{context}");
        assert!(machine.sim.exists(Path::new("r/alerting/alerts.state")).unwrap(), "{context}");
    }
    // Between its steps a start is refused, and never gives an empty store.
    for cut in before..operations {
        let (machine, _) = ready(1);
        machine.sim.cut_power_after(cut);
        let _ = take(&machine);
        let machine = machine.reboot();
        let has_begun = machine.sim.exists(Path::new("r/segments")).unwrap()
            && !machine.sim.list(Path::new("r/segments")).unwrap().is_empty();
        match open_at(&machine, Path::new("r")) {
            Ok(engine) if has_begun => assert_eq!(dump_policy(&engine, "db", None), rows, "cut {cut}"),
            Ok(engine) => assert!(engine.databases().is_empty(), "cut {cut}: nothing was restored yet"),
            Err(error) => assert!(matches!(error, Error::RestoreUnfinished { .. }), "cut {cut}: {error}"),
        }
    }
}

//! Disks that fail now and then, fill up, rot, or lose files.

use disk::{Fault, Fs};
use tsdb::Error;

use crate::harness::{Dice, Machine, Rows, dump_policy, points, put, request, rows_of, try_write, write};

/// Writes, freezes and merges while one call of the disk fails; what was acknowledged must stay.
fn with_failing_call(number: u64, fault: Fault) -> bool {
    let machine = Machine::new(number);
    machine.sim.fail_call(number, fault);
    let mut acknowledged = Rows::new();
    let mut possible = Rows::new();
    let mut failures = 0;
    let engine = match machine.try_open() {
        Ok(engine) => engine,
        Err(_) => {
            failures += 1;
            machine.open()
        }
    };
    while engine.create_database("db").is_err() {
        failures += 1;
        assert!(failures < 100, "call {number}: the log does not recover");
        std::thread::yield_now();
    }
    for round in 0..14_i64 {
        let lines = format!("m,host=a v={round} {round}\nm,host=b v={round},w{}=1 5", round % 4);
        put(&mut possible, &points(&lines));
        let mut tries = 0_u32;
        while try_write(&engine, "db", None, &lines).is_err() {
            failures += 1;
            tries += 1;
            assert!(tries < 1_000_000, "call {number}: writes do not recover");
            std::thread::yield_now();
        }
        put(&mut acknowledged, &points(&lines));
        if round % 3 == 2 {
            failures += i32::from(engine.freeze().is_err());
            failures += i32::from(engine.maintain_once().is_err());
        }
        assert_eq!(dump_policy(&engine, "db", None), acknowledged, "call {number}, round {round}");
    }
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    assert_eq!(dump_policy(&engine, "db", None), acknowledged, "call {number}");
    drop(engine);
    let engine = machine.open();
    assert_eq!(dump_policy(&engine, "db", None), acknowledged, "call {number}, after a restart");
    drop(engine);
    let rebooted = machine.reboot();
    assert_eq!(dump_policy(&rebooted.open(), "db", None), acknowledged, "call {number}, after a power cut");
    failures > 0
}

#[test]
fn a_call_that_fails_costs_nothing_that_was_acknowledged() {
    let mut seen = 0;
    for number in 1..=120 {
        seen += u32::from(with_failing_call(number, Fault::Io));
        seen += u32::from(with_failing_call(number, Fault::Full));
    }
    assert!(seen > 40, "only {seen} faults were noticed");
}

/// Some calls in a row fail, so that the log loses frames and takes no writes for a while. What is
/// acknowledged afterwards builds on statements and definitions whose frames may be among the lost ones; then
/// the power is cut before anything is in segments.
fn with_lost_frames(number: u64, calls: u64) -> bool {
    let context = format!("calls {number} to {}", number + calls - 1);
    let machine = Machine::new(number);
    (number..number + calls).for_each(|call| machine.sim.fail_call(call, Fault::Io));
    let mut failures = 0_u32;
    let mut try_until_done = |step: &dyn Fn() -> tsdb::Result<()>| {
        while let Err(error) = step() {
            failures += 1;
            assert!(failures < 10_000_000, "{context}: {error}");
            std::thread::yield_now();
        }
    };
    let opened = std::cell::RefCell::new(None);
    try_until_done(&|| machine.try_open().map(|engine| *opened.borrow_mut() = Some(engine)));
    let engine = opened.take().unwrap();
    let spec = tsdb::PolicySpec { name: Some("p".into()), ..tsdb::PolicySpec::default() };
    try_until_done(&|| engine.create_database("db"));
    try_until_done(&|| engine.create_retention_policy("db", &spec, false));
    let mut acknowledged = Rows::new();
    for round in 0..4 {
        let lines = format!("m,host=h{round} v={round},w{round}=1i {round}");
        try_until_done(&|| try_write(&engine, "db", Some("p"), &lines));
        put(&mut acknowledged, &points(&lines));
    }
    drop(engine);
    let machine = machine.reboot();
    let engine = machine.open();
    assert!(engine.recovery().damage.is_empty(), "{context}: {:?}", engine.recovery());
    assert_eq!(dump_policy(&engine, "db", Some("p")), acknowledged, "{context}");
    engine.freeze().unwrap();
    drop(engine);
    assert_eq!(dump_policy(&machine.open(), "db", Some("p")), acknowledged, "{context}, frozen");
    failures > 0
}

#[test]
fn what_is_acknowledged_after_frames_were_lost_does_not_depend_on_them() {
    let mut seen = 0;
    for number in 1..=60 {
        for calls in [2, 3, 5, 8] {
            seen += u32::from(with_lost_frames(number, calls));
        }
    }
    assert!(seen > 100, "only {seen} of the faults were noticed");
}

#[test]
fn a_full_disk_refuses_writes_and_takes_them_again_when_there_is_room() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m v=1 1");
    let used = 64 << 10;
    machine.sim.set_capacity(used);
    let mut acknowledged = rows_of("m v=1 1");
    let mut refused = None;
    for number in 2..5000 {
        let lines = format!("m,text=abcdefghijklmnopqrstuvwxyz{number} v={number} {number}");
        match try_write(&engine, "db", None, &lines) {
            Ok(()) => put(&mut acknowledged, &points(&lines)),
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    assert!(refused.is_some_and(|error| error.is_temporary()));
    let found = dump_policy(&engine, "db", None);
    assert!(acknowledged.iter().all(|(key, row)| found.get(key) == Some(row)), "queries go on");
    machine.sim.set_capacity(1 << 30);
    let mut tries = 0;
    while try_write(&engine, "db", None, "m v=2 2").is_err() {
        tries += 1;
        assert!(tries < 10_000_000, "the log does not resume");
        std::thread::yield_now();
    }
    put(&mut acknowledged, &points("m v=2 2"));
    drop(engine);
    let found = dump_policy(&machine.open(), "db", None);
    assert!(acknowledged.iter().all(|(key, row)| found.get(key) == Some(row)));
}

/// Paths of all files below a folder.
fn files(machine: &Machine, dir: &str) -> Vec<std::path::PathBuf> {
    let entries = machine.sim.list(dir.as_ref()).unwrap_or_default();
    entries.into_iter().map(|entry| std::path::Path::new(dir).join(entry.name)).collect()
}

fn frozen(machine: &Machine) -> Rows {
    let engine = machine.open();
    engine.create_database("db").unwrap();
    write(&engine, "db", None, "m,host=a v=1 1\nm,host=b v=2,w=1i 2\nn s=\"x\" 3");
    let rows = dump_policy(&engine, "db", None);
    engine.stop().unwrap();
    rows
}

#[test]
fn a_flipped_bit_in_a_segment_is_an_error_or_changes_nothing() {
    let machine = Machine::new(1);
    let rows = frozen(&machine);
    let segment = files(&machine, "data/segments").remove(0);
    let len = machine.sim.len(&segment).unwrap();
    for offset in 0..len {
        machine.sim.flip_bit(&segment, offset, 3).unwrap();
        let engine = machine.open();
        let snapshot = engine.snapshot("db", None).unwrap();
        let read = || -> tsdb::Result<Rows> {
            let mut found = Rows::new();
            for measurement in snapshot.measurements()? {
                let mut scan = snapshot.scan(&request_checked(&snapshot, &measurement)?)?;
                while let Some(batch) = scan.next_batch()? {
                    assert!(!batch.columns.is_empty());
                }
                found.extend(
                    crate::harness::scan(&snapshot, &request(&snapshot, &measurement))
                        .into_iter()
                        .map(|(key, ts, fields)| ((key, ts), fields)),
                );
            }
            Ok(found)
        };
        match read() {
            Ok(found) => assert_eq!(found, rows, "byte {offset}"),
            Err(Error::Corrupt { path, .. }) => assert_eq!(path, segment, "byte {offset}"),
            Err(error) => assert!(matches!(error, Error::NewerFormat { .. }), "byte {offset}: {error}"),
        }
        drop(engine);
        machine.sim.flip_bit(&segment, offset, 3).unwrap();
    }
}

fn request_checked(snapshot: &tsdb::Snapshot, measurement: &str) -> tsdb::Result<model::ScanRequest> {
    snapshot.fields(measurement)?;
    Ok(request(snapshot, measurement))
}

#[test]
fn a_segment_that_is_missing_fails_queries_and_not_the_start() {
    let machine = Machine::new(1);
    frozen(&machine);
    let segment = files(&machine, "data/segments").remove(0);
    machine.sim.remove_file(&segment).unwrap();
    let engine = machine.open();
    assert_eq!(engine.recovery().damage.len(), 1, "{:?}", engine.recovery());
    assert!(engine.snapshot("db", None).unwrap().measurements().is_err());
    write(&engine, "db", None, "m,host=a v=1 1");
}

#[test]
fn files_that_nobody_knows_move_to_lost_and_found() {
    let machine = Machine::new(1);
    let rows = frozen(&machine);
    for name in ["data/segments/000000000099.seg", "data/segments/notes.txt", "data/wal/notes.txt"] {
        disk::replace(&machine.sim, name.as_ref(), b"precious").unwrap();
    }
    let engine = machine.open();
    assert_eq!(engine.recovery().kept_aside.len(), 3);
    assert_eq!(dump_policy(&engine, "db", None), rows);
    for path in files(&machine, "data/lost+found") {
        assert_eq!(machine.sim.read(&path).unwrap(), b"precious");
    }
}

#[test]
fn damage_in_the_middle_of_the_wal_is_reported_and_kept() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    for number in 0..20 {
        write(&engine, "db", None, &format!("m v={number} {number}"));
    }
    drop(engine);
    let wal = files(&machine, "data/wal").remove(0);
    machine.sim.flip_bit(&wal, machine.sim.len(&wal).unwrap() / 2, 0).unwrap();
    let before = machine.sim.read(&wal).unwrap();
    let engine = machine.open();
    assert_eq!(engine.recovery().damage.len(), 1, "{:?}", engine.recovery());
    assert_eq!(dump_policy(&engine, "db", None).len(), 19);
    engine.freeze().unwrap();
    assert_eq!(machine.sim.read(&files(&machine, "data/lost+found")[0]).unwrap(), before);
    engine.stop().unwrap();
    drop(engine);
    let engine = machine.open();
    assert!(engine.recovery().damage.is_empty());
    assert_eq!(dump_policy(&engine, "db", None).len(), 19);
}

#[test]
fn a_directory_without_manifest_or_with_a_damaged_one_is_not_touched() {
    let machine = Machine::new(1);
    frozen(&machine);
    let manifest = std::path::Path::new("data/MANIFEST");
    let bytes = machine.sim.read(manifest).unwrap();
    machine.sim.remove_file(manifest).unwrap();
    let error = machine.try_open().unwrap_err();
    assert!(matches!(error, Error::ManifestMissing { .. }), "{error}");
    let mut damaged = bytes;
    damaged[70] ^= 1;
    disk::replace(&machine.sim, manifest, &damaged).unwrap();
    let error = machine.try_open().unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    assert_eq!(files(&machine, "data/segments").len(), 1);
}

#[test]
fn two_engines_cannot_have_one_directory() {
    let machine = Machine::new(1);
    let engine = machine.open();
    assert!(machine.try_open().is_err());
    engine.stop().unwrap();
    machine.open();
}

/// As large as the disk of a small machine's store; the mark is at a twentieth of it.
const SMALL_DISK: u64 = 4 << 20;

/// Lines that do not compress.
fn noise(dice: &mut Dice, start: i64, count: i64) -> String {
    let text = |dice: &mut Dice| (0..6).map(|_| format!("{:016x}", dice.below(u64::MAX))).collect::<String>();
    (start..start + count).map(|ts| format!("m,host=a t=\"{}\" {ts}\n", text(dice))).collect()
}

/// Writes until points are refused; gives what was acknowledged and the error.
fn fill(engine: &tsdb::Engine, dice: &mut Dice, acknowledged: &mut Rows) -> Error {
    loop {
        let lines = noise(dice, acknowledged.len() as i64, 20);
        match try_write(engine, "db", None, &lines) {
            Ok(()) => put(acknowledged, &points(&lines)),
            Err(error) => return error,
        }
        // A merge may find no room for what it makes.
        assert!(engine.maintain_once().is_ok() || engine.stats().merge_failures > 0);
    }
}

#[test]
fn ingest_stops_at_the_low_water_mark_and_the_rest_goes_on() {
    let machine = Machine::new(1);
    machine.sim.set_capacity(SMALL_DISK);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    engine.create_database("old").unwrap();
    let mut dice = Dice::new(1);
    write(&engine, "old", None, &noise(&mut dice, 0, 5_000));
    let mut acknowledged = Rows::new();
    let error = fill(&engine, &mut dice, &mut acknowledged);
    let reserve = SMALL_DISK / 20;
    let Error::DiskLow { free, needed, .. } = error else { panic!("{error}") };
    assert!(error.is_temporary() && free < needed && needed == reserve + reserve / 4, "{error}");
    assert!(free > reserve / 4, "{free} of {reserve} are left to work with");
    let stats = engine.stats();
    assert!(
        stats.read_only && stats.disk_reserve_bytes == reserve && stats.disk_free_bytes == free,
        "{stats:?}"
    );
    engine.maintain_once().unwrap();
    assert_eq!(dump_policy(&engine, "db", None), acknowledged, "queries go on");
    engine.create_database("new").unwrap();
    engine.freeze().unwrap();
    engine.drop_database("old").unwrap();
    engine.maintain_once().unwrap();
    assert!(!engine.stats().read_only, "{:?}", engine.stats());
    write(&engine, "db", None, "m,host=b v=1 1");
    put(&mut acknowledged, &points("m,host=b v=1 1"));
    drop(engine);
    assert_eq!(dump_policy(&machine.open(), "db", None), acknowledged);
}

#[test]
fn room_that_others_make_or_take_is_noticed_without_a_restart() {
    let machine = Machine::new(1);
    machine.sim.set_capacity(SMALL_DISK);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    let mut dice = Dice::new(2);
    let mut acknowledged = Rows::new();
    for round in 1..4 {
        assert!(fill(&engine, &mut dice, &mut acknowledged).is_temporary());
        // Somebody else takes what is left: nothing that was acknowledged may suffer.
        machine.sim.set_capacity(SMALL_DISK / 2);
        engine.maintain_once().err();
        assert!(try_write(&engine, "db", None, "m v=1 1").unwrap_err().is_temporary());
        assert_eq!(dump_policy(&engine, "db", None), acknowledged, "round {round}");
        machine.sim.set_capacity(SMALL_DISK * (round + 1));
        let mut tries = 0;
        while let Err(error) = try_write(&engine, "db", None, &noise(&mut Dice::new(3), -1, 1)) {
            assert!(error.is_temporary() && tries < 10_000_000, "{error}");
            tries += 1;
            std::thread::yield_now();
        }
        put(&mut acknowledged, &points(&noise(&mut Dice::new(3), -1, 1)));
    }
    drop(engine);
    assert_eq!(dump_policy(&machine.reboot().open(), "db", None), acknowledged);
}

//! Looking into a directory from outside.

use std::path::Path;

use disk::Fs;
use tsdb::{Error, inspect};

use crate::harness::{Machine, write};

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
    assert_eq!(found.wal, [(found.wal_supported, 1)]);
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

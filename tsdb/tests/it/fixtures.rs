//! Data directories as versions of the engine left them: each is opened for ever, and every value is compared.
//!
//! `tests/fixtures/format-N/` holds `clean/` (stopped), `unclean/` (killed, with a write-ahead log) and
//! `expected.txt`, what both must give back. `FIXTURE=format-N cargo test -p tsdb --test it fixtures` writes a new
//! one; what was released is never written again.

mod script;

use std::path::{Path, PathBuf};

use disk::{Fs, StdFs};
use tsdb::Engine;

use crate::harness::Machine;
use crate::image::Image;
use crate::world::{describe, look};

const STATES: [&str; 2] = ["clean", "unclean"];

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// A machine at the time at which the fixture was made, with the fixture on its disk.
fn machine_with(image: &Image) -> Machine {
    let machine = Machine::new(1);
    machine.clock.jump_to(script::end_ns());
    image.put(&machine.sim, Path::new("data"));
    machine
}

/// Opens a copy, compares, and again after everything was written anew by this version.
fn check(version: &Path, state: &str) {
    let context = format!("{}, {state}", version.display());
    let expected = std::fs::read_to_string(version.join("expected.txt")).unwrap();
    let machine = machine_with(&Image::of(&StdFs, &version.join(state)));
    let check = |engine: &Engine, when: &str| {
        assert_eq!(engine.recovery().damage, [] as [String; 0], "{context}, {when}");
        assert_eq!(engine.recovery().kept_aside, [] as [PathBuf; 0], "{context}, {when}");
        let found = describe(&engine.databases(), &look(engine));
        let differs = expected.lines().zip(found.lines()).find(|(expected, found)| expected != found);
        assert_eq!(differs, None, "{context}, {when}");
        assert_eq!(expected.lines().count(), found.lines().count(), "{context}, {when}");
    };
    let engine = machine.open();
    assert_eq!(engine.recovery().clean, state == "clean", "{context}");
    assert_eq!(engine.recovery().rows == 0, state == "clean", "{context}");
    check(&engine, "as it was");
    engine.freeze().unwrap();
    engine.maintain_once().unwrap();
    check(&engine, "after a freeze and a merge");
    engine.stop().unwrap();
    drop(engine);
    check(&machine.open(), "written by this version");
}

#[test]
fn what_any_version_wrote_is_read_back() {
    let mut versions: Vec<PathBuf> =
        StdFs.list(&home()).unwrap().into_iter().map(|entry| home().join(entry.name)).collect();
    versions.retain(|path| path.is_dir());
    assert!(!versions.is_empty(), "no fixtures in {}", home().display());
    for version in versions {
        STATES.iter().for_each(|state| check(&version, state));
    }
}

/// Into a folder of its own, or where `FIXTURE` says.
#[test]
fn what_this_version_writes_is_read_back() {
    let scratch = tempfile::tempdir().unwrap();
    let version =
        std::env::var_os("FIXTURE").map_or_else(|| scratch.path().join("new"), |name| home().join(name));
    assert!(!version.exists(), "{} was released: it is never written again", version.display());
    generate(&version);
    STATES.iter().for_each(|state| check(&version, state));
}

fn generate(version: &Path) {
    for state in STATES {
        let machine = Machine::new(1);
        let (engine, expected) = script::run(&machine);
        assert_eq!(look(&engine), expected, "{state}");
        let databases = engine.databases();
        if state == "clean" {
            engine.stop().unwrap();
        }
        let image = Image::of(&machine.sim, Path::new("data"));
        assert!(image.bytes() < 48 << 10, "{state}: {} bytes", image.bytes());
        image.put(&StdFs, &version.join(state));
        std::fs::write(version.join("expected.txt"), describe(&databases, &expected)).unwrap();
    }
}

//! The small files of a data directory and of a backup: CLOCK, DAMAGE and the list of a backup. An engine starts beside
//! any of them and serves what it holds; a backup with any list is checked and restored, or refused.

use std::path::Path;

use disk::{Fs, SimFs};
use model::line_protocol::{ParseOptions, parse};

use super::records;

/// One input.
pub(crate) fn run(input: &[u8]) {
    let sim = SimFs::new(1);
    let engine = records::open(&sim).expect("an empty directory opens");
    engine.create_database("db").expect("the disk is well");
    let points = parse(b"m,host=a v=1 10".to_vec(), &ParseOptions::default()).points;
    engine.append("db", None, points).expect("it is taken").ticket.wait().expect("the disk is well");
    engine.stop().expect("the disk is well");
    drop(engine);
    for name in ["CLOCK", "DAMAGE"] {
        disk::replace(&sim, &Path::new("data").join(name), input).expect("the disk is well");
    }
    let engine = records::open(&sim).expect("small files keep no start from its data");
    let snapshot = engine.snapshot("db", None).expect("it is there");
    assert_eq!(snapshot.measurements().expect("its segments are sound"), ["m".into()]);
    drop((snapshot, engine));
    list(&sim, input);
    list(&sim, &sealed(input));
}

/// The list with a checksum that fits.
fn sealed(list: &[u8]) -> Vec<u8> {
    let head = format!("{{\"crc32\":\"{:08x}\",\"backup\":", disk::crc32(list));
    [head.as_bytes(), list, b"}\n"].concat()
}

fn list(sim: &SimFs, bytes: &[u8]) {
    let (backup, dir) = (Path::new("data"), Path::new("restored"));
    disk::replace(sim, &backup.join(tsdb::LIST_NAME), bytes).expect("the disk is well");
    let _ = tsdb::verify(sim, backup, &[], |_| {});
    let _ = tsdb::restore(sim, backup, &[], dir, true, |_| {});
    for entry in sim.list(Path::new("")).unwrap_or_default() {
        assert!(
            ["data", "restored"].contains(&entry.name.to_string_lossy().as_ref()),
            "{entry:?} is outside"
        );
    }
}

//! Records of the write-ahead log, in frames that are sound: an engine starts with any of them, answers, and writes
//! what it took into segments.

use disk::SimFs;

use super::records;

/// One input.
pub(crate) fn run(input: &[u8]) {
    let sim = SimFs::new(1);
    drop(records::open(&sim).expect("an empty directory opens"));
    for entry in disk::Fs::list(&sim, "data/wal".as_ref()).expect("the folder is there") {
        disk::Fs::remove_file(&sim, &std::path::Path::new("data/wal").join(entry.name)).expect("it goes");
    }
    records::write(&sim, "data/wal/0000000002-0000000001.wal", input);
    records::live(&sim);
}

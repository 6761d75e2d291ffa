//! Edits of the MANIFEST, in frames that are sound: an engine opens the directory or says why not.

use disk::SimFs;

use super::records;

/// One input.
pub(crate) fn run(input: &[u8]) {
    let sim = SimFs::new(1);
    disk::Fs::create_dir_all(&sim, "data".as_ref()).expect("the disk is well");
    records::write(&sim, "data/MANIFEST", input);
    records::live(&sim);
}

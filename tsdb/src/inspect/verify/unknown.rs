//! Segments in the folder that the MANIFEST does not know.

use std::path::Path;

use disk::Fs;

use crate::directory::{self, Directory};
use crate::error::Result;
use crate::inspect::finding::{Finding, Findings};
use crate::inspect::store::{self, Store};
use crate::manifest::{SegmentId, State};

/// Finds segments that the MANIFEST does not know, nor did when it said `before`. A running server writes such files all
/// the time, before it names them. Without one, a flush or a merge was interrupted, or the edit that named them is lost.
pub(super) fn check(fs: &dyn Fs, dir: &Path, before: &State, findings: &mut Findings) -> Result<()> {
    let directory = Directory::new(dir);
    let entries = store::list(fs, &directory.segments())?;
    let ids = entries.iter().filter_map(|entry| directory::segment_name(&entry.name));
    let unknown: Vec<SegmentId> = ids.filter(|id| !knows(before, *id)).collect();
    if unknown.is_empty() || fs.is_locked(dir)? {
        return Ok(());
    }
    // A server that has stopped since has named what it wrote.
    let now = Store::read(fs, dir)?.manifest.state;
    for id in unknown.into_iter().filter(|id| !knows(&now, *id)) {
        let path = directory.segment(id);
        if fs.exists(&path)? {
            let found = "one of an interrupted flush or merge, or whose edit the MANIFEST has lost; a start moves it to \
                         lost+found";
            findings.add(Finding::new(&path, None, "a segment that the MANIFEST lists", found));
        }
    }
    Ok(())
}

/// Whether the MANIFEST lists a segment, or has forgotten it and waits for its file to go.
fn knows(state: &State, id: SegmentId) -> bool {
    state.segments.contains_key(&id) || state.obsolete.contains(&id)
}

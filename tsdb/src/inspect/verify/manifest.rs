//! The MANIFEST: whether it can be read, and whether what it says fits together.

use std::path::Path;

use disk::Fs;

use crate::error::{Error, Result};
use crate::inspect::finding::{Finding, Findings};
use crate::inspect::store::Store;
use crate::manifest::SegmentInfo;

/// The store, or nothing and a finding when its MANIFEST is damaged.
pub(super) fn read<'fs>(fs: &'fs dyn Fs, dir: &Path, findings: &mut Findings) -> Result<Option<Store<'fs>>> {
    match Store::read(fs, dir) {
        Err(error @ Error::Corrupt { .. }) => {
            findings.add(Finding::of(&dir.join("MANIFEST"), error));
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// Every segment has its shard and lies in its time, and no number is above the next one to be given.
pub(super) fn check(store: &Store<'_>, findings: &mut Findings) {
    let state = &store.manifest.state;
    let path = store.directory.manifest();
    for info in state.segments.values() {
        if let Some((expected, found)) = fault(store, info) {
            findings.add(Finding::new(&path, None, format!("segment {} {expected}", info.id), found));
        }
    }
}

fn fault(store: &Store<'_>, info: &SegmentInfo) -> Option<(String, String)> {
    let state = &store.manifest.state;
    let Some(shard) = state.shards.get(&info.shard) else {
        return Some(("of a shard that is there".to_owned(), format!("shard {}, which is not", info.shard)));
    };
    let (time, within) = (info.time, shard.time);
    if info.rows > 0 && (time.start < within.start || time.end > within.end) {
        let found = format!("times from {} to {}", time.start, time.end);
        return Some((format!("within {} to {} of its shard", within.start, within.end), found));
    }
    if info.lsn_start > info.lsn_end {
        return Some(("with rising LSNs".to_owned(), format!("{} to {}", info.lsn_start.0, info.lsn_end.0)));
    }
    (info.id >= state.next_segment)
        .then(|| (format!("below the next number, {}", state.next_segment), "a higher one".to_owned()))
}

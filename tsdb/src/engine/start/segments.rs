//! Looking into the segments that the MANIFEST names, and telling the other files in their folder apart.

use std::collections::BTreeMap;

use disk::Fs;
use model::Lsn;

use super::RecoveryReport;
use crate::directory::{self, Directory};
use crate::engine::lost::move_aside;
use crate::error::{Error, Result};
use crate::manifest::Manifest;
use crate::readers::Readers;
use crate::segment::SegmentReader;
use crate::shard::{Segment, Shard, ShardId};

/// The shards of the MANIFEST with their segments.
pub(super) fn open(
    fs: &dyn Fs,
    directory: &Directory,
    manifest: &mut Manifest,
    readers: &Readers,
    report: &mut RecoveryReport,
) -> Result<Vec<Shard>> {
    tidy(fs, directory, manifest, report)?;
    let state = manifest.state();
    let mut shards: BTreeMap<ShardId, Shard> =
        state.shards.iter().map(|(id, shard)| (*id, Shard::new(*shard))).collect();
    for info in state.segments.values() {
        let Some(shard) = shards.get_mut(&info.shard) else { continue };
        *shard = shard.with(look_into(readers.segment(*info), report)?);
    }
    Ok(shards.into_values().collect())
}

/// A segment that cannot be read stays in its shard: queries that need it must fail.
fn look_into(segment: Segment, report: &mut RecoveryReport) -> Result<Segment> {
    match segment.look_again() {
        Err(error @ Error::NewerFormat { .. }) => return Err(error),
        Err(error) => report.damage.push(error.to_string()),
        Ok(()) => {}
    }
    Ok(segment)
}

/// Segments that the MANIFEST does not know hold rows of an interrupted freeze or merge, which are elsewhere too. If
/// they have numbers beyond everything that was found, the MANIFEST has lost the edit that named them.
pub(super) fn judge_unknown(fs: &dyn Fs, last_lsn: Lsn, report: &mut RecoveryReport) {
    for path in &report.kept_aside {
        let Ok(reader) = SegmentReader::open(fs, path) else { continue };
        let (first, last) = (reader.lsn().start().0, reader.lsn().end().0);
        if last > last_lsn.0 {
            report.damage.push(format!(
                "{} holds rows from numbers {first} to {last}, but the MANIFEST and the WAL end at {}",
                path.display(),
                last_lsn.0
            ));
        }
    }
}

/// Removes what is known not to count, and keeps aside what is not known.
fn tidy(
    fs: &dyn Fs,
    directory: &Directory,
    manifest: &mut Manifest,
    report: &mut RecoveryReport,
) -> Result<()> {
    let dir = directory.segments();
    let mut gone: Vec<u64> = Vec::new();
    let mut removed = false;
    for entry in fs.list(&dir)? {
        let path = dir.join(&entry.name);
        let id = directory::segment_name(&entry.name);
        let is_obsolete = id.is_some_and(|id| manifest.state().obsolete.contains(&id));
        if id.is_some_and(|id| manifest.state().segments.contains_key(&id)) {
            continue;
        }
        if is_obsolete || directory::is_temporary(&entry.name) {
            fs.remove_file(&path)?;
            removed = true;
        } else {
            report.kept_aside.push(move_aside(fs, directory, &path)?);
        }
    }
    if removed {
        fs.sync_dir(&dir)?;
    }
    gone.extend(&manifest.state().obsolete);
    manifest.forget_obsolete(&gone);
    Ok(())
}

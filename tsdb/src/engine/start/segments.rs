//! Opening the segments that the MANIFEST names, and telling the other files in their folder apart.

use std::collections::BTreeMap;

use disk::Fs;

use super::RecoveryReport;
use super::lost::move_aside;
use crate::directory::{self, Directory};
use crate::error::{Error, Result};
use crate::manifest::{Manifest, SegmentInfo};
use crate::segment::SegmentReader;
use crate::shard::{Segment, Shard, ShardId};

/// The shards of the MANIFEST with their segments.
pub(super) fn open(
    fs: &dyn Fs,
    directory: &Directory,
    manifest: &mut Manifest,
    report: &mut RecoveryReport,
) -> Result<Vec<Shard>> {
    tidy(fs, directory, manifest, report)?;
    let state = manifest.state();
    let mut shards: BTreeMap<ShardId, Shard> =
        state.shards.iter().map(|(id, shard)| (*id, Shard::new(*shard))).collect();
    for info in state.segments.values() {
        let Some(shard) = shards.get_mut(&info.shard) else { continue };
        *shard = shard.with(open_segment(fs, directory, *info, report)?);
    }
    Ok(shards.into_values().collect())
}

/// A segment that cannot be read stays in its shard: queries that need it must fail.
fn open_segment(
    fs: &dyn Fs,
    directory: &Directory,
    info: SegmentInfo,
    report: &mut RecoveryReport,
) -> Result<Segment> {
    let path = directory.segment(info.id);
    let reader = SegmentReader::open(fs, &path).and_then(|reader| {
        if reader.id().0 == info.id && reader.shard() == info.shard {
            return Ok(reader);
        }
        let found = format!("segment {} of shard {}", reader.id(), reader.shard());
        Err(Error::corrupt(&path, 0, format!("segment {} of shard {}", info.id, info.shard), found))
    });
    match &reader {
        Err(Error::NewerFormat { .. }) => return Err(reader.map_or_else(|error| error, |_| Error::Stopped)),
        Err(error) => report.damage.push(error.to_string()),
        Ok(_) => {}
    }
    Ok(Segment::new(info, reader))
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

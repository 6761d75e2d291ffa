//! Reading batches back from the WAL for a follower that the ring has left behind.
//!
//! Frames name series and fields by the ids of their generation, which is in memory as long as its files
//! count.

use std::path::PathBuf;
use std::sync::Arc;

use disk::log::{self, Stop};
use model::{FieldRef, Lsn, PointBatch, StreamBatch, ValueRef};

use crate::engine::Engine;
use crate::error::Result;
use crate::generation::Generation;
use crate::limits::STREAM_READ_BYTES;
use crate::view::View;
use crate::wal::{RowsRecord, format::KIND_ROWS};

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Behind {
    /// Batches in rising order.
    pub(crate) batches: Vec<StreamBatch>,
    /// All batches below this number were given, or are not in the files.
    pub(crate) read_to: Lsn,
}

/// Some batches from `position` up to `floor`, where the ring begins. `view` is one that had `position` in memory.
pub(crate) fn read_behind(engine: &Engine, view: &View, position: Lsn, floor: Lsn) -> Result<Behind> {
    let mut behind = Behind { batches: Vec::new(), read_to: position };
    let mut bytes = 0;
    let files = files(engine, view, position);
    if is_passed(engine, view) {
        // Files that hold `position` may have gone before they were listed.
        return Ok(behind);
    }
    let frames = match log::recover(engine.fs(), &files, Stop::Running) {
        Err(error) if is_outrun(engine, view, &error) => return Ok(behind),
        frames => frames?,
    };
    for frame in frames {
        let frame = match frame {
            Err(error) if is_outrun(engine, view, &error) => return Ok(behind),
            frame => frame?,
        };
        let lsn = Lsn(frame.lsn);
        if lsn < position || frame.kind != KIND_ROWS {
            continue;
        }
        if lsn >= floor || bytes >= STREAM_READ_BYTES {
            return Ok(behind);
        }
        let of = view.generations.iter().rev().find(|generation| generation.first_lsn <= lsn);
        if let Some(batch) = of.and_then(|generation| batch(view, generation, lsn, &frame.payload)) {
            bytes += batch.points.bytes();
            behind.batches.push(batch);
        }
        behind.read_to = lsn.next();
    }
    // The files end before the ring begins: frames between are on their way, or were lost to a failure.
    if engine.written_lsn().next() >= floor {
        behind.read_to = floor;
    }
    Ok(behind)
}

/// Whether a file is missing because its generation has gone into segments meanwhile: a new look tells more.
fn is_outrun(engine: &Engine, view: &View, error: &disk::Error) -> bool {
    error.is_not_found() && is_passed(engine, view)
}

/// Whether the oldest generation of a view has gone into segments since.
fn is_passed(engine: &Engine, view: &View) -> bool {
    let first = |view: &View| view.generations.first().map(|generation| generation.id);
    first(&engine.view()) != first(view)
}

/// The files of all generations in memory that may hold `position` or what follows it, the oldest first.
fn files(engine: &Engine, view: &View, position: Lsn) -> Vec<PathBuf> {
    let old = view.generations.iter().flat_map(|generation| &generation.old_files);
    let mut files: Vec<(Lsn, PathBuf)> = old.map(|file| (file.first_lsn, file.path.clone())).collect();
    files.extend(engine.wal_files());
    let passed = files.windows(2).take_while(|pair| pair[1].0 <= position).count();
    files.drain(..passed);
    files.into_iter().map(|(_, path)| path).collect()
}

/// The points of a frame; none when their shard is gone or the frame is not of this generation.
fn batch(view: &View, generation: &Generation, lsn: Lsn, payload: &[u8]) -> Option<StreamBatch> {
    let record = RowsRecord::decode(payload)?;
    let data = generation.data.read();
    let mut points = PointBatch::new();
    let mut policy = None;
    let read = record.each_row(&data.tables, |row| {
        policy = policy.or_else(|| data.shards.get(&row.shard).map(|shard| shard.policy));
        let shape = data.tables.shape(row.shape);
        let fields = shape.fields.iter().zip(row.values).map(|(field, value): (_, &ValueRef<'_>)| FieldRef {
            name: &data.tables.field(*field).name,
            value: *value,
        });
        points.push(data.tables.key(row.series), row.ts, fields);
        Some(())
    });
    read?;
    let (database, policy) = view.catalog.policy_by_id(policy?)?;
    Some(StreamBatch { lsn, db: database.name.clone(), rp: policy.name.clone(), points: Arc::new(points) })
}

//! How many series there are, by database and measurement, and what tells them apart.

mod census;

use std::path::Path;

use disk::Fs;
use model::FieldType;

use super::finding::Finding;
use super::store::{Store, again};
use crate::error::Result;
use census::Census;

/// The index of all databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexReport {
    /// Every database that has segments, or rows in the WAL where these are counted, by name.
    pub databases: Vec<DatabaseIndex>,
    /// Rows of the WAL: how many were counted, or nothing if they were left out.
    pub wal_rows: Option<u64>,
    /// Frames that wait in the WAL. They are not counted unless `wal_rows` says so.
    pub wal_frames: u64,
    /// What could not be read and so is not counted.
    pub findings: Vec<Finding>,
}

/// A database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseIndex {
    /// Its name.
    pub name: String,
    /// Its series, each once however many shards and policies have it.
    pub series: u64,
    /// Series of its segments, added up.
    pub stored_series: u64,
    /// What the index takes in its segments, in bytes: postings, sets, series, chunks and measurements.
    pub index_bytes: u64,
    /// Its measurements by name.
    pub measurements: Vec<MeasurementIndex>,
}

/// A measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasurementIndex {
    /// Its name.
    pub name: String,
    /// Its series.
    pub series: u64,
    /// Its tag keys by name, each with how many distinct values it has.
    pub tag_keys: Vec<(String, u64)>,
    /// Its fields by name, each with the types that it has in some shard.
    pub fields: Vec<(String, Vec<FieldType>)>,
}

/// Counts exactly over all segments; with `wal`, over the rows of the WAL as well. Series whose points are all
/// deleted count until a merge has reclaimed them.
///
/// # Errors
/// When it is no data directory, the MANIFEST is damaged or too new, or the disk fails.
pub fn index(fs: &dyn Fs, dir: &Path, wal: bool) -> Result<IndexReport> {
    again(|| {
        let store = Store::read(fs, dir)?;
        let mut census = Census::default();
        loop {
            census.count_segments(&store)?;
            if wal {
                census.count_wal(&store)?;
            }
            if !census.end_pass() {
                break;
            }
        }
        let frames = if wal { census.wal_frames() } else { waiting_frames(&store)? };
        Ok(census.finish(wal, frames))
    })
}

fn waiting_frames(store: &Store<'_>) -> Result<u64> {
    let paths: Vec<_> = store.wal_files()?.files.into_iter().map(|file| file.path).collect();
    Ok(disk::log::recover(store.fs, &paths, store.stop())?.finish()?.frames)
}

//! A log file out of arbitrary records, and an engine over it. A record of the input is its kind (1 byte), its length
//! (2 bytes, the high one first) and so many bytes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use disk::SimFs;
use disk::log::{Frames, Writer};
use model::{
    Budget, CancelToken, Direction, FieldRequest, ManualClock, ScanOrder, ScanRequest, TagPredicate,
    TimeRange,
};
use tsdb::{Engine, Options, Snapshot};

/// Records of one input. Each costs a frame.
const RECORDS_MAX: usize = 32;

pub(crate) fn open(sim: &SimFs) -> tsdb::Result<Arc<Engine>> {
    let clock = Arc::new(ManualClock::new(1_704_880_800_000_000_000));
    let options = Options {
        background: false,
        wal_preallocate_bytes: 0,
        wal_retry: Duration::from_millis(1),
        ..Options::new(clock, Budget::new(64 << 20))
    };
    Engine::open(Arc::new(sim.clone()), Path::new("data"), options)
}

/// Writes the records of `input` as frames with numbers from 1.
pub(crate) fn write(sim: &SimFs, path: &str, mut input: &[u8]) {
    let mut writer = Writer::create(sim, Path::new(path), 1, 1, 0).expect("the disk is well");
    for lsn in 1..=RECORDS_MAX {
        let Some((head, rest)) = input.split_first_chunk::<3>() else { break };
        let len = usize::from(u16::from_be_bytes([head[1], head[2]])).min(rest.len());
        let (payload, rest) = rest.split_at(len);
        let Ok(mut frames) = Frames::one(lsn as u64, head[0], payload) else { break };
        writer.append_sync(&mut frames).expect("the disk is well");
        input = rest;
    }
    writer.close().expect("the disk is well");
}

/// Opens, reads everything, writes it into segments, merges, and reads again.
pub(crate) fn live(sim: &SimFs) {
    let Ok(engine) = open(sim) else { return };
    read(&engine);
    let _ = engine.freeze();
    let _ = engine.maintain_once();
    read(&engine);
    let _ = engine.stop();
    drop(engine);
    if let Ok(engine) = open(sim) {
        read(&engine);
    }
}

fn read(engine: &Engine) {
    for database in engine.databases() {
        for policy in &database.policies {
            if let Ok(snapshot) = engine.snapshot(&database.name, Some(&policy.name)) {
                read_snapshot(&snapshot);
            }
        }
    }
}

fn read_snapshot(snapshot: &Snapshot) {
    for measurement in snapshot.measurements().unwrap_or_default() {
        let fields = snapshot.fields(&measurement).unwrap_or_default();
        let request = ScanRequest {
            measurement,
            time: TimeRange::ALL,
            tags: TagPredicate::All,
            fields: fields.into_iter().map(|(name, types)| FieldRequest { name, ty: types[0] }).collect(),
            group_by: Vec::new(),
            order: ScanOrder::BySeries,
            direction: Direction::Ascending,
            series_rows_max: None,
            cancel: CancelToken::new(),
            budget: Budget::new(64 << 20),
        };
        let Ok(mut scan) = snapshot.scan(&request) else { continue };
        while let Ok(Some(_)) = scan.next_batch() {}
    }
}
